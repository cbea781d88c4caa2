import type { AnyCommand, Flag, Flags, Positional } from "./command.ts";
import { GLOBAL_FLAGS } from "./globals.ts";

/** The line that shows how a command is typed. */
function usageLine(command: AnyCommand): string {
  const words = (command.positionals as Positional[]).map(positionalWord);
  return ["mpm", command.name, ...words, "[options]"].join(" ");
}

function positionalWord({ name, optional, rest }: Positional): string {
  const word = rest ? `<${name}>...` : `<${name}>`;
  return optional || rest ? `[${word}]` : word;
}

/** The help of one command. */
export function commandHelp(command: AnyCommand): string {
  const sections = [
    `${command.summary}.`,
    `Usage: ${usageLine(command)}`,
    command.description.trim(),
    table("Arguments:", positionalRows(command.positionals)),
    table("Options:", flagRows(command.flags)),
    table("Global options:", flagRows(GLOBAL_FLAGS)),
    ["Examples:", ...command.examples.map((line) => `  ${line}`)].join("\n"),
  ];
  return sections.filter((section) => section !== "").join("\n\n") + "\n";
}

/** The page of all commands, as `mpm` alone and `mpm --help` print it. */
export function overview(commands: readonly AnyCommand[]): string {
  return [
    "Save and restore the state of AI coding sessions.",
    "Usage: mpm [options] <command> [arguments]",
    table("Commands:", commands.map(({ name, summary }) => [name, summary])),
    table("Global options:", flagRows(GLOBAL_FLAGS)),
    'Run "mpm help <command>" for the options and examples of a command.',
  ].join("\n\n") + "\n";
}

function positionalRows(positionals: readonly Positional[]): string[][] {
  return positionals.map(({ name, summary }) => [`<${name}>`, summary]);
}

function flagRows(flags: Flags): string[][] {
  return Object.entries(flags).map((
    [name, flag],
  ) => [flagWord(name, flag), flagSummary(flag)]);
}

function flagWord(name: string, flag: Flag): string {
  const short = flag.short ? `-${flag.short}, ` : "    ";
  return `${short}--${name}${flag.type === "string" ? ` <${flag.value}>` : ""}`;
}

function flagSummary(flag: Flag): string {
  if (flag.type === "boolean") return flag.summary;
  const notes = [
    flag.repeatable && "can be repeated",
    flag.choices && `one of ${flag.choices.join(", ")}`,
    flag.default && `default ${flag.default}`,
  ].filter((note) => note);
  return notes.length === 0
    ? flag.summary
    : `${flag.summary} (${notes.join("; ")})`;
}

function table(title: string, rows: readonly string[][]): string {
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map(([left]) => left!.length));
  return [
    title,
    ...rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`),
  ].join("\n");
}
