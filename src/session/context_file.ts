import { MARKDOWN } from "./report_marks.ts";
import { firstLine } from "./words.ts";

/** What mpm says in the context file. */
export interface ContextFacts {
  /** `undefined`: detached, or no repository. */
  readonly branch: string | undefined;
  readonly time: Date;
  /** What is to be done in the next session. */
  readonly next: readonly string[];
}

/** Between these lines the file is mpm's; everything else is people's. */
const OPEN = '<!-- mpm: written by "mpm context update" -->';
const CLOSE = "<!-- /mpm -->";

/** Entries for the next session, and characters of each. */
const LISTED = 10;
const LONGEST = 200;

/** A file that holds mpm's part and the headings for what people write. */
export function newContextFile(facts: ContextFacts): string {
  const headings = ["Architecture", "Recent Decisions", "Known Issues"]
    .map((heading) => `## ${heading}\n`);
  return ["# Project Context\n", `${block(facts, "\n")}\n`, ...headings]
    .join("\n");
}

/**
 * The file with mpm's part renewed, or added at its end; every other character
 * is as it was. `text` may be any characters, one for each byte. `undefined`
 * where mpm's part cannot be told from the rest.
 */
export function updatedContextFile(
  text: string,
  facts: ContextFacts,
): string | undefined {
  const eol = /^[^\n]*\r\n/.test(text) ? "\r\n" : "\n";
  const part = bytesAsText(block(facts, eol));
  const [start, end] = [text.indexOf(OPEN), text.indexOf(CLOSE)];
  if (start < 0 && end < 0) {
    const ended = text === "" || text.endsWith("\n");
    const gap = text === "" ? "" : ended ? eol : eol + eol;
    // A file without a line end at its end stays so.
    return `${text}${gap}${part}${ended ? eol : ""}`;
  }
  const once = text.lastIndexOf(OPEN) === start &&
    text.lastIndexOf(CLOSE) === end;
  if (!once || start < 0 || end < start) return undefined;
  return text.slice(0, start) + part + text.slice(end + CLOSE.length);
}

function block({ branch, time, next }: ContextFacts, eol: string): string {
  const steps = next.slice(0, LISTED)
    .map((step, at) =>
      `${at + 1}. ${MARKDOWN.words(firstLine(step, LONGEST))}`
    );
  return [
    OPEN,
    `Branch: ${branch === undefined ? "(none)" : MARKDOWN.code(branch)}`,
    "",
    `Last updated: ${time.toISOString().slice(0, 19)}Z`,
    ...steps.length === 0 ? [] : ["", "Next session:", "", ...steps],
    CLOSE,
  ].join(eol);
}

/** UTF-8 with one character for each byte. */
export function bytesAsText(text: string): string {
  return fromBytes(new TextEncoder().encode(text));
}

/** One character for each byte, whatever they mean. */
export function fromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

/** The bytes again. */
export function toBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
