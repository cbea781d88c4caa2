import { secondOf } from "../../base/ids.ts";
import { shellWords } from "../../base/shell.ts";

/** An mpm command that someone typed into the agent's prompt. */
export interface TypedCommand {
  readonly name: "pause" | "resume" | "checkpoint" | "branch" | "return";
  /** The named skill, e.g. `mpm-session-pause`. */
  readonly skill: string;
  /** True if the skill belongs to a plugin, as in `/mpm:mpm-pause`. */
  readonly plugin: boolean;
  /** The words after the command. */
  readonly words: string;
  /** True for claude-mpm's `/mpm-session-…`, which has other options. */
  readonly session: boolean;
}

/** Matches the commands, with a plugin's name or older spellings. */
const TYPED =
  /^\s*\/([\w-]+:)?mpm-(?:(session-|init\s+)?(pause|resume)|(checkpoint|branch|return))(?:\s+([^]*))?$/;

/** Parses a prompt. Returns `undefined` unless it is one of the commands. */
export function typedCommand(prompt: string): TypedCommand | undefined {
  const found = TYPED.exec(prompt);
  if (!found) return undefined;
  const [, plugin, before = "", lasting, other, words = ""] = found;
  const name = (lasting ?? other) as TypedCommand["name"];
  return {
    name,
    skill: before.startsWith("init") ? "mpm-init" : `mpm-${before}${name}`,
    plugin: plugin !== undefined,
    words: words.trim(),
    session: before === "session-",
  };
}

/** Returns whether the prompt only requests the command's help. */
export function asksForHelp({ words }: TypedCommand): boolean {
  return ["--help", "-h"].includes(words);
}

/** Returns the words of the terminal command that answers the prompt. */
export function commandOf({ name, session }: TypedCommand): string {
  if (name === "checkpoint") return "checkpoint save";
  return name === "resume" && session ? "session resume" : name;
}

/**
 * Returns the command line that answers the prompt, without the command's own
 * words. Text that begins with one of the command's `options` is parsed like a
 * shell command line; any other text is free text.
 */
export function commandArgs(
  { name, words }: TypedCommand,
  { session, time, options }: {
    session: string;
    time: Date;
    options: ReadonlySet<string>;
  },
): string[] {
  // The name of a detour may contain blanks if it is in quotes.
  const quoted = name === "branch" && /^["']/.test(words);
  const given = quoted || options.has(words.split(/[\s=]/, 1)[0]!)
    ? shellWords(words)
    : undefined;
  // Someone is waiting at the prompt.
  const first = name === "pause"
    ? ["--no-prune-worktrees", "--agent-session", session]
    : [];
  return [...first, ...given ?? textArgs(name, words, time)];
}

function textArgs(
  name: TypedCommand["name"],
  words: string,
  time: Date,
): string[] {
  if (name === "checkpoint") {
    return ["--", words === "" ? `typed-${secondOf(time)}` : words];
  }
  if (words === "" && name !== "branch") return [];
  if (name === "branch") {
    const [first = "", ...task] = words.split(/\s+/);
    const rest = task.length === 0 ? [] : [task.join(" ")];
    return ["--", first, ...rest];
  }
  return name === "resume" ? ["--", words] : [`--summary=${words}`];
}

/** An mpm command line without the command's own words. */
export interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
}

/** The line that `mpm checkpoint load` prints first requests the rest. */
const FROM_CHECKPOINT = /^\s*Resume from checkpoint: ([^\n]+?)\s*$/;

/** The values of the template's variables follow this line, one per line. */
const FROM_TEMPLATE =
  /^\s*Start session from template: ([^\n]+?)((?:\n[\w -]+: [^\n]+)*)\s*$/;

/** Parses a prompt that requests a checkpoint or a template in words. */
export function spokenCommand(prompt: string): CommandLine | undefined {
  const checkpoint = FROM_CHECKPOINT.exec(prompt)?.[1];
  if (checkpoint !== undefined) {
    return { command: "checkpoint load", args: ["--", checkpoint] };
  }
  const [, template, lines] = FROM_TEMPLATE.exec(prompt) ?? [];
  if (template === undefined) return undefined;
  const variables = lines!.split("\n").slice(1).map((line) => {
    const [name, value] = line.split(/: (.*)/) as [string, string];
    return `--var=${name.toLowerCase().replaceAll(" ", "-")}=${value.trim()}`;
  });
  return { command: "start", args: [`--template=${template}`, ...variables] };
}
