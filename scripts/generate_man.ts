import type { AnyCommand } from "../src/cli/command.ts";
import { GLOBAL_FLAGS } from "../src/cli/globals.ts";
import { flagRows, positionalRows, usageLine } from "../src/cli/help.ts";
import type { Topic, TopicSection } from "../src/cli/topic.ts";
import { VERSION } from "../src/base/version.ts";

/** Columns of the source of a page. */
const COLUMNS = 78;

/**
 * The pages of the manual by path: `man/mpm.1` and one for each first word of a
 * command, in the macros of man(7).
 */
export function manPages(
  commands: readonly AnyCommand[],
  topics: readonly Topic[],
): [string, string][] {
  const groups = Map.groupBy(commands, ({ name }) => name.split(" ")[0]!);
  const names = [...groups.keys()].map((word) => `mpm-${word}`);
  return [
    ["man/mpm.1", mainPage(commands, topics, names)],
    ...[...groups].map(([word, group]): [string, string] => [
      `man/mpm-${word}.1`,
      groupPage(`mpm-${word}`, group),
    ]),
  ];
}

function mainPage(
  commands: readonly AnyCommand[],
  topics: readonly Topic[],
  names: readonly string[],
): string {
  return page("mpm", "save and restore the state of AI coding sessions", [
    ".SH SYNOPSIS",
    ".B mpm",
    roff("[options] <command> [arguments]"),
    ".SH DESCRIPTION",
    ...filled(
      "mpm saves what was done, what is next, the todos and the git state of a " +
        "session, and tells exactly what changed when it is resumed. The " +
        'options of a command are in its own page, and "mpm help" shows them.',
    ),
    ".SH COMMANDS",
    ...commands.flatMap(({ name, summary }) => entry(`mpm ${name}`, summary)),
    ".SH OPTIONS",
    ...flagRows(GLOBAL_FLAGS).flatMap(([flag, summary]) =>
      entry(flag!.trim(), summary!)
    ),
    ...topics.flatMap(topicSection),
    ".SH SEE ALSO",
    names.map((name) => `.BR ${roff(name)} (1)`).join(",\n"),
  ]);
}

function groupPage(name: string, commands: readonly AnyCommand[]): string {
  const single = commands.length === 1;
  const what = single
    ? lowered(commands[0]!.summary)
    : commands.map((command) => command.name.split(" ").slice(1).join(" "))
      .map((word) => word === "" ? "alone" : word).join(", ");
  return page(name, what, [
    ".SH SYNOPSIS",
    ...commands.flatMap((command, at) => [
      ...at > 0 ? [".br"] : [],
      roff(usageLine(command)),
    ]),
    ".SH DESCRIPTION",
    ...commands.flatMap((command) => commandSection(command, single)),
    ".SH SEE ALSO",
    ".BR mpm (1)",
  ]);
}

function commandSection(command: AnyCommand, single: boolean): string[] {
  const heading = (text: string) =>
    single ? [`.SS ${text}`] : [".PP", `.I ${text}`];
  const rows = [
    ...positionalRows(command.positionals),
    ...flagRows(command.flags),
  ];
  return [
    ...single ? [] : [`.SS mpm ${roff(command.name)}`],
    ...filled(`${command.summary}.`),
    ...prose(command.description),
    ...rows.length === 0 ? [] : heading("Arguments and options"),
    ...rows.flatMap(([word, summary]) => entry(word!.trim(), summary!)),
    ...heading("Examples"),
    // A heading begins its own paragraph.
    ...verbatim(command.examples).slice(single ? 1 : 0),
  ];
}

function topicSection({ name, sections }: Topic): string[] {
  return [
    `.SH ${name.replaceAll("-", " ").toUpperCase()}`,
    ...sections.flatMap((section, at) => sectionLines(section, at)),
  ];
}

function sectionLines({ title, text, rows = [] }: TopicSection, at: number) {
  const lines = text === undefined ? [] : prose(text);
  return [
    ...title === undefined ? [] : [`.SS ${roff(title)}`],
    // Text right below a heading is a paragraph already.
    ...at === 0 || title !== undefined ? lines.slice(1) : lines,
    ...rows.flatMap(([word, meaning]) => entry(word, meaning)),
  ];
}

function page(name: string, what: string, lines: readonly string[]): string {
  return [
    '.\\" Written by "deno task generate" from the table of commands.',
    `.TH ${roff(name.toUpperCase())} 1 "" "mpm ${VERSION}" "mpm manual"`,
    ".SH NAME",
    `${roff(name)} \\-`,
    ...filled(what),
    ...lines,
    "",
  ].join("\n");
}

function lowered(text: string): string {
  return text[0]!.toLowerCase() + text.slice(1);
}

/** A word and its meaning. */
function entry(word: string, meaning: string): string[] {
  return [".TP", `.B ${roff(word)}`, ...filled(meaning)];
}

/** Paragraphs; indented lines stay unchanged. */
function prose(text: string): string[] {
  return text.trim().split(/\n{2,}/).flatMap((paragraph) =>
    paragraph.startsWith("  ")
      ? verbatim(paragraph.split("\n").map((line) => line.slice(2)))
      : [".PP", ...filled(paragraph)]
  );
}

function verbatim(lines: readonly string[]): string[] {
  return [".PP", ".nf", ".RS 4", ...lines.map(roff), ".RE", ".fi"];
}

/** A paragraph in lines that are not too long. */
function filled(text: string): string[] {
  const lines = [""];
  for (const word of text.trim().split(/\s+/).map(escaped)) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (longer.length > COLUMNS && lines.at(-1) !== "") lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines.map(guarded);
}

/** Text on one line, escaped. */
function roff(text: string): string {
  return guarded(escaped(text));
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replaceAll("…", "...").replaceAll("~", "\\(ti").replaceAll("^", "\\(ha")
    .replaceAll("`", "\\(ga");
}

/** A dot or a quote at the start of a line would turn it into a request. */
function guarded(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}
