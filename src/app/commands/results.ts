import * as z from "zod/mini";

/** Results of `mpm help` and `mpm completions`. */

const text = z.string();

const Option = z.strictObject({
  /** With its dashes: `--json`. */
  name: text,
  /** `-q`; null: none. */
  short: z.nullable(text),
  /** Name of its value; null for a switch. */
  value: z.nullable(text),
  /** True if it can be given several times. */
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
    /** True if it takes all words that follow. */
    rest: z.boolean(),
    summary: text,
  })),
  /** Its own; every command takes the global ones as well. */
  options: z.array(Option),
  examples: z.array(text),
});

export const HelpResult = z.strictObject({
  /** The words that help was requested; null: none. */
  topic: z.nullable(text),
  /** The page as it is printed. */
  text,
  /** The commands it is about; all of them where nothing was requested. */
  commands: z.array(CommandInfo),
  /** Options of every command. */
  global_options: z.array(Option),
  /** The JSON Schema that was requested; null: none was. */
  schema: z.nullable(z.record(text, z.unknown())),
});

export const CompletionsResult = z.strictObject({
  shell: z.enum(["bash", "zsh", "fish", "powershell"]),
  script: text,
});

export type CommandInfo = z.infer<typeof CommandInfo>;
export type HelpResult = z.infer<typeof HelpResult>;
