import { LEAST } from "./elements.ts";
import { isAnyKey, type Key } from "./keys.ts";
import type { Span } from "../span.ts";
import { isName, isOfCode, isPlaceholder } from "./value.ts";

/** UTF-16 units of a part; a word is looked for in its part and both beside. */
const PART = 32 * 1024;

/** Words that source code gives to such names: kinds of tokens, fields. */
const COMMON = new Set(
  ("account asterisk attribute boundary bracket builtin character comment " +
    "constant constructor container content current deadbeef decorator " +
    "definition delimiter directive doctype document element entity " +
    "expression function identifier import inline interface keyword label " +
    "lambda literal marker method module namespace newline next_marker " +
    "nextmarker operator parameter position preprocessor primary private " +
    "property public punctuation punctuator quoted regexp selector semicolon " +
    "separator signed special statement struct support symbol template " +
    "unsigned variable whitespace").split(" "),
);

/** Descriptions of interfaces give these the name of another field. */
const OF_PAGES = /^(?:input|output)[_-]?token$/i;

/**
 * Returns whether a quoted value is a plain word given to a token or key.
 * Source code has many such words that are not secret: {@link withoutOrdinary}
 * recognises them by the rest of the text.
 */
export function isPlainWord(
  written: string,
  { key, start, text }: { key: Key; start: number; text: string },
): boolean {
  const named = key.kind === "token" || key.kind === "key";
  return named && /(?:token|key)$/i.test(key.name) &&
    !OF_PAGES.test(key.name) && !isAnyKey(key.name) &&
    written.length >= LEAST[key.kind] &&
    /^[\w-]+$/.test(written) && isName(written) &&
    !isPlaceholder(written) && !isOfCode(written) &&
    !COMMON.has(written.toLowerCase()) && !isCompared(text, start);
}

/** Parsers compare tokens with words: `token === "while"`. */
function isCompared(text: string, start: number): boolean {
  return /==[ \t]{0,4}\\{0,4}["'`]$/.test(
    text.slice(Math.max(0, start - 12), start),
  );
}

/**
 * Returns the spans without plain words that also stand elsewhere near by, as
 * words of their own. Words within other spans do not count: the value of one
 * token may be that of another. Every part of the text is read at most once.
 */
export function withoutOrdinary(text: string, spans: Span[]): Span[] {
  const words = new Set<string>();
  const parts = new Set<number>();
  for (const span of spans) {
    if (!span.plain) continue;
    words.add(wordOf(text, span));
    for (const part of partsAround(span)) parts.add(part);
  }
  if (words.size === 0) return spans;
  const uses = usesOf(text, spans, { words, parts });
  return spans.filter((span) => {
    if (!span.plain) return true;
    const word = wordOf(text, span);
    return !partsAround(span).some((part) => uses.has(useOf(part, word)));
  });
}

function wordOf(text: string, { start, end }: Span): string {
  return text.slice(start, end).toLowerCase();
}

function partsAround({ start }: Span): number[] {
  const part = Math.floor(start / PART);
  return [part - 1, part, part + 1];
}

/** A word in a part of a text. */
function useOf(part: number, word: string): string {
  return `${part} ${word}`;
}

/** Bounded, so that no word is longer than the engine can take. */
const WORD = /[A-Za-z0-9](?:[\w-]{0,254}[A-Za-z0-9])?/g;

/** The given words in each of some parts of a text, those in spans apart. */
function usesOf(
  text: string,
  spans: readonly Span[],
  { words, parts }: { words: Set<string>; parts: Set<number> },
): Set<string> {
  const uses = new Set<string>();
  let next = 0;
  for (const part of [...parts].sort((a, b) => a - b)) {
    const from = part * PART;
    const read = from < 0 ? "" : text.slice(from, from + PART);
    for (const { 0: found, index } of read.matchAll(WORD)) {
      const word = found.toLowerCase();
      if (!words.has(word)) continue;
      const at = from + index;
      while (next < spans.length && spans[next]!.end <= at) next++;
      const span = spans[next];
      if (span === undefined || at < span.start) uses.add(useOf(part, word));
    }
  }
  return uses;
}
