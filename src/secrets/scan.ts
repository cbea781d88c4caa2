import { endsPrivate } from "./find.ts";
import type { Redactor } from "./redact.ts";
import { RANDOM } from "./span.ts";

/** A secret that was found, without its text. */
export interface Finding {
  /** From 1. */
  readonly line: number;
  /** The column in characters, from 1. */
  readonly column: number;
  readonly label: string;
}

/** The number of bytes that show whether a file is text. */
export const HEAD = 8192;

/** Returns a file's secrets; random words in binary data do not count. */
export function scanBytes(bytes: Uint8Array, redactor: Redactor): Finding[] {
  const text = decode(bytes);
  const binary = isBinary(bytes);
  const findings: Finding[] = [];
  let line = 1;
  let start = 0;
  for (const span of redactor.find(text)) {
    if (binary && span.label === RANDOM) continue;
    // A mark alone is only a mention of marks.
    const marked = span.label === "private";
    if (marked && !endsPrivate(text.slice(span.start, span.end))) continue;
    for (
      let end = text.indexOf("\n", start);
      end >= 0 && end < span.start;
      end = text.indexOf("\n", start)
    ) {
      line++;
      start = end + 1;
    }
    const column = charactersIn(text, start, span.start) + 1;
    findings.push({ line, column, label: span.label });
  }
  return findings;
}

/** Returns whether a file that begins with these bytes is not a text file. */
export function isBinary(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  const wide = (first === 0xff && second === 0xfe) ||
    (first === 0xfe && second === 0xff);
  return !wide && bytes.subarray(0, HEAD).includes(0);
}

function decode(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) {
    return new TextDecoder("utf-16le").decode(bytes);
  }
  if (first === 0xfe && second === 0xff) {
    return new TextDecoder("utf-16be").decode(bytes);
  }
  return new TextDecoder().decode(bytes);
}

/** The longest line, in UTF-16 units, in which to count characters. */
const COUNTED = 10_000;

function charactersIn(text: string, start: number, end: number): number {
  if (end - start > COUNTED) return end - start;
  let count = 0;
  for (const _ of text.slice(start, end)) count++;
  return count;
}
