import type { Key, KeyKind } from "./keys.ts";
import type { Span } from "../span.ts";
import { isName, isOfCode, isPlaceholder, isStrong } from "./value.ts";

/** The maximum number of list items to examine. */
const MOST = 200;

const OPENS = /[ \t]{0,20}\[/y;

/** `"…"`, also with backslashes before its quotes, and an unquoted word. */
const QUOTED = /\s{0,80}(\\{0,8}["'])([^"'\\\n]{3,512})\1\s{0,80}(?=[,\]])/y;
const PLAIN = /\s{0,80}()([^\s,\]"'[\](){}]{6,256})\s{0,80}(?=[,\]])/y;

/** A YAML list item on its own line. */
const DASHED =
  /[ \t]{0,20}(?:\r?\n|\\n)[ \t]{0,40}-[ \t]{1,8}(["']?)([^\s"'#:]{3,256})\1(?=[ \t]{0,20}(?:\r?\n|\\n|#|$))/y;

/** Returns the secrets in the list at `at`; empty if there is no list. */
export function listAt(text: string, at: number, kind: KeyKind): Span[] {
  OPENS.lastIndex = at;
  if (!OPENS.test(text)) return itemsAt(text, at, kind, [DASHED]);
  return itemsAt(text, OPENS.lastIndex, kind, [QUOTED, PLAIN]);
}

function itemsAt(
  text: string,
  at: number,
  kind: KeyKind,
  forms: readonly RegExp[],
): Span[] {
  const spans: Span[] = [];
  for (let item = 0; item < MOST; item++) {
    const match = firstOf(text, at, forms);
    if (!match) break;
    const [, quote, value] = match as unknown as [string, string, string];
    const start = match.index + match[0].indexOf(value, quote.length);
    const end = start + value.length;
    if (isItem(value, kind)) spans.push({ start, end, label: kind });
    at = match.index + match[0].length;
    if (text[at] === ",") at++;
  }
  return spans;
}

function firstOf(
  text: string,
  at: number,
  forms: readonly RegExp[],
): RegExpExecArray | undefined {
  for (const form of forms) {
    form.lastIndex = at;
    const match = form.exec(text);
    if (match) return match;
  }
  return undefined;
}

function isItem(value: string, kind: KeyKind): boolean {
  if (isPlaceholder(value)) return false;
  return kind === "password"
    ? !isOfCode(value)
    : isStrong(value) && !isName(value) &&
      !/^\w+:\/\/|^[a-z]+(?:\.[a-z]+)+#\w+$/.test(value);
}

const PHRASE =
  /[A-Za-z]{2,20}(?:[ \t][A-Za-z]{2,20}){3,24}(?=[ \t]{0,20}(?:$|\r?\n|\\n))/y;

/** Returns whether a phrase has words of sentences, not of passphrases. */
function isOfSentence(phrase: string): boolean {
  return /\b(?:the|an?|is|are|was|be|to|of|and|or|for|with|in|on|it|its|by|from|must|should|not|no|your|you|we|if|when|that|this|as|at|can|will|use|set|see)\b/i
    .test(phrase);
}

/** Returns the end of a passphrase that fills the rest of its line, or -1. */
export function phraseEnd(text: string, at: number, { kind }: Key): number {
  if (kind !== "password") return -1;
  PHRASE.lastIndex = at;
  const phrase = PHRASE.exec(text)?.[0];
  return phrase === undefined || isOfSentence(phrase) ? -1 : at + phrase.length;
}
