import { wrap } from "./table.ts";

/** The summary of each command, by name. */
export type Summaries = Readonly<Record<string, string>>;

/**
 * A page of the manual that belongs to no command, with prose and rows. `mpm
 * help` and the man page print it.
 */
export interface Topic {
  readonly name: string;
  /** One line, without a final period. */
  readonly summary: string;
  readonly sections: readonly TopicSection[];
}

export interface TopicSection {
  readonly title?: string;
  /** Paragraphs, separated by blank lines. */
  readonly text?: string;
  readonly rows?: readonly (readonly [string, string])[];
}

/** The width of prose and rows, in columns. */
const COLUMNS = 80;

/** The maximum width of the first column; a longer word gets its own line. */
const WIDEST = 30;

/** Returns the page as plain text. */
export function topicText({ summary, sections }: Topic): string {
  const parts = sections.flatMap(({ title, text, rows = [] }) => [
    ...title === undefined ? [] : [`${title}:`],
    ...text === undefined ? [] : [filled(text)],
    ...rows.length === 0 ? [] : [rowsText(rows)],
  ]);
  return `${[`${summary}.`, ...parts].join("\n\n")}\n`.replaceAll(
    /:\n\n(?= {2}\S)/g,
    ":\n",
  );
}

/** Wraps each paragraph to the width of a page, unless it is indented. */
export function filled(text: string): string {
  return text.trim().split(/\n{2,}/).map((paragraph) =>
    /^ /m.test(paragraph) ? paragraph : wrapped(paragraph, 0).join("\n")
  ).join("\n\n");
}

function rowsText(rows: readonly (readonly [string, string])[]): string {
  const lengths = rows.map(([word]) => word.length);
  const width = Math.max(...lengths.filter((length) => length <= WIDEST), 0);
  return rows.flatMap(([word, meaning]) => {
    const lines = wrapped(meaning, width + 4);
    return word.length > width
      ? [`  ${word}`, ...lines.map((line) => " ".repeat(width + 4) + line)]
      : lines.map((line, at) =>
        `  ${(at === 0 ? word : "").padEnd(width)}  ${line}`.trimEnd()
      );
  }).join("\n");
}

function wrapped(text: string, indent: number): string[] {
  return wrap(text.replaceAll(/\s+/g, " "), COLUMNS - indent);
}
