import * as z from "zod/mini";

/** What `mpm help` and `mpm completions` return. */

const text = z.string();

const Option = z.strictObject({
  /** With its dashes: `--json`. */
  name: text,
  /** `-q`; null: none. */
  short: z.nullable(text),
  /** What its value is called; null: it takes none. */
  value: z.nullable(text),
  /** Whether it can be given several times. */
  repeatable: z.boolean(),
  /** The only values it takes; null: any. */
  choices: z.nullable(z.array(text)),
  default: z.nullable(text),
  summary: text,
});

export const CommandInfo = z.strictObject({
  /** The words after `mpm`. */
  name: text,
  summary: text,
  usage: text,
  description: text,
  arguments: z.array(z.strictObject({
    name: text,
    required: z.boolean(),
    /** Whether it takes all words that follow. */
    rest: z.boolean(),
    summary: text,
  })),
  /** Its own; every command takes the global ones as well. */
  options: z.array(Option),
  examples: z.array(text),
});

export const HelpResult = z.strictObject({
  /** The words that help was asked for; null: none. */
  topic: z.nullable(text),
  /** The page as it is printed. */
  text,
  /** The commands it is about; all of them where nothing was asked for. */
  commands: z.array(CommandInfo),
  /** What every command takes. */
  global_options: z.array(Option),
  /** The JSON Schema that was asked for; null: none was. */
  schema: z.nullable(z.record(text, z.unknown())),
});

export const CompletionsResult = z.strictObject({
  shell: z.enum(["bash", "zsh", "fish", "powershell"]),
  script: text,
});

export type CommandInfo = z.infer<typeof CommandInfo>;
export type HelpResult = z.infer<typeof HelpResult>;
