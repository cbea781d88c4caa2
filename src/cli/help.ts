import type { AnyCommand, Flag, Flags, Positional } from "./command.ts";
import { GLOBAL_FLAGS } from "./globals.ts";
import { filled } from "./topic.ts";
import type { Style } from "./style.ts";

/** Returns the line that shows how to type a command. */
export function usageLine(command: AnyCommand): string {
  const words = (command.positionals as Positional[]).map(positionalWord);
  return ["mpm", command.name, ...words, "[options]"].join(" ");
}

function positionalWord({ name, optional, rest }: Positional): string {
  const word = rest ? `<${name}>...` : `<${name}>`;
  return optional || rest ? `[${word}]` : word;
}

export function commandHelp(command: AnyCommand): string {
  const sections = [
    `${command.summary}.`,
    `Usage: ${usageLine(command)}`,
    filled(command.description),
    table("Arguments:", positionalRows(command.positionals)),
    table("Options:", flagRows(command.flags)),
    table("Global options:", flagRows(GLOBAL_FLAGS)),
    ["Examples:", ...command.examples.map((line) => `  ${line}`)].join("\n"),
  ];
  return sections.filter((section) => section !== "").join("\n\n") + "\n";
}

export type Row = readonly [word: string, meaning: string];

/** Rows below a heading. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** Returns the page of everyday commands, as printed by `mpm help`. */
export function dailyHelp(sections: readonly Section[]): string {
  return [
    "Save and restore the state of AI coding sessions.",
    "Usage: mpm <command> [arguments] [options]",
    ...tables(sections),
    table("More:", [
      ["mpm help --all", "Every command and page, and the global options"],
      ["mpm help <command>", "The options and examples of a command"],
    ]),
  ].join("\n\n") + "\n";
}

/** Returns the page of everything, as printed by `mpm help --all`. */
export function overview(
  commands: readonly Section[],
  pages: readonly Row[],
): string {
  const page = { title: 'Pages, shown by "mpm help <page>"', rows: pages };
  return [
    "Save and restore the state of AI coding sessions.",
    "Usage: mpm [options] <command> [arguments]",
    ...tables([...commands, page]),
    table("Global options:", flagRows(GLOBAL_FLAGS)),
    'Run "mpm help <command>" for the options and examples of a command, and\n' +
    '"mpm help saves" for the commands of a group.',
  ].join("\n\n") + "\n";
}

/** Returns sections with equal columns. */
function tables(sections: readonly Section[]): string[] {
  const words = sections.flatMap(({ rows }) => rows).map(([word]) => word);
  const width = Math.max(...words.map(({ length }) => length));
  return sections.map(({ title, rows }) => table(`${title}:`, rows, width));
}

/** Returns the page of the commands whose names begin with `group`. */
export function groupHelp(group: string, commands: readonly Row[]): string {
  return [
    `Usage: mpm [options] ${group} <command> [arguments]`,
    table("Commands:", commands),
    'Run "mpm help <command>" for the options and examples of a command.',
  ].join("\n\n") + "\n";
}

/** Returns a help page for people, with highlighted headings. */
export function withHeadings(text: string, style: Style): string {
  return text.replace(/^(?:[A-Z][^\n]*:|Usage:)(?=$| mpm)/gm, style.bold);
}

/** Returns a command as data, for `mpm help --json`. */
export function commandInfo(command: AnyCommand) {
  const { name, summary, description, positionals, flags, examples } = command;
  return {
    name,
    summary,
    usage: usageLine(command),
    description: description.trim(),
    arguments: (positionals as Positional[]).map((positional) => ({
      name: positional.name,
      required: !positional.optional && !positional.rest,
      rest: positional.rest === true,
      summary: positional.summary,
    })),
    options: Object.entries(flags as Flags).map(flagInfo),
    examples: [...examples],
  };
}

/** Returns an option as data. */
export function flagInfo([name, flag]: [string, Flag]) {
  const text = flag.type === "string" ? flag : undefined;
  return {
    name: `--${name}`,
    short: flag.short === undefined ? null : `-${flag.short}`,
    value: text?.value ?? null,
    repeatable: text?.repeatable === true,
    choices: text?.choices ? [...text.choices] : null,
    default: text?.default ?? null,
    summary: flag.summary,
  };
}

export function positionalRows(
  positionals: readonly Positional[],
): string[][] {
  return positionals.map(({ name, summary, choices }) => [
    `<${name}>`,
    choices === undefined ? summary : `${summary}: ${choices.join(", ")}`,
  ]);
}

export function flagRows(flags: Flags): string[][] {
  return Object.entries(flags)
    .map(([name, flag]) => [flagWord(name, flag), flagSummary(flag)]);
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

function table(
  title: string,
  rows: readonly (readonly string[])[],
  width = Math.max(...rows.map(([left]) => left!.length)),
): string {
  if (rows.length === 0) return "";
  return [
    title,
    ...rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`),
  ].join("\n");
}
