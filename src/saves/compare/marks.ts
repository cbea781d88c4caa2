import { escapeText } from "../../base/escape.ts";

/** The formats for quoted text in a report. */
export interface Marks {
  /** A path, a name, a command, a commit id. */
  code(text: string): string;
  /** A sentence or subject line. */
  words(text: string): string;
}

/** Fits a text to the terminal. */
export const TEXT: Marks = { code: escapeText, words: escapeText };

/** For Markdown: nothing in the text acts as markup. */
export const MARKDOWN: Marks = {
  code(text) {
    const safe = escapeText(text);
    // The fence is longer than any run of backticks in the text. Padding
    // separates it from a backtick at the edge.
    const runs = safe.match(/`+/g) ?? [];
    const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
    const pad = /^[`\s]|[`\s]$/.test(safe) || safe === "" ? " " : "";
    return `${fence}${pad}${safe}${pad}${fence}`;
  },
  words: (text) => escapeText(text).replace(/[\\`*_[\]<>#|~&!]/g, "\\$&"),
};

/** A paragraph of a report. */
export interface Section {
  /** The title ends with a colon if items follow. */
  readonly title: string;
  readonly items?: readonly string[];
  /** True if the section needs attention. */
  readonly warn?: boolean;
  /** True if the items have no bullets. */
  readonly plain?: boolean;
  /** True if a long list keeps its last items. */
  readonly fromEnd?: boolean;
}

/** Returns the section with these items; `undefined` if there are no items. */
export function listSection(
  title: string,
  items: readonly string[],
  manner: Omit<Section, "title" | "items"> = {},
): Section | undefined {
  return items.length === 0 ? undefined : { title, items, ...manner };
}
