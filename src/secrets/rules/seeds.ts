import { wordlist } from "@scure/bip39/english";
import { isLower } from "./chars.ts";
import type { Span } from "../span.ts";

/** The words of BIP 39, from which wallets make seed phrases. */
let seedWords: Set<string> | undefined;

/** The shortest seed phrase, and the lengths of its words. */
const FEWEST = 12;
const SHORTEST = 3;
const LONGEST = 8;

/** The maximum number of characters between two words. */
const BETWEEN = 8;

/** The shortest phrase, in UTF-16 units. */
const LEAST = FEWEST * (SHORTEST + 1) - 1;

/** Finds twelve or more consecutive words from the list that wallets use. */
export function findSeeds(text: string): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at + LEAST <= text.length;) {
    // Searching backwards from the shortest phrase's end skips most text.
    let back = at + LEAST - 1;
    while (back >= at && PART[text.charCodeAt(back)] === 1) back--;
    if (back >= at) {
      at = back + 1;
      continue;
    }
    const start = at;
    at += LEAST;
    while (at < text.length && PART[text.charCodeAt(at)] === 1) at++;
    addPhrases(spans, text, { start, end: at });
  }
  return spans;
}

/** Adds the phrases in a stretch that has no other text. */
function addPhrases(
  spans: Span[],
  text: string,
  { start: at, end: most }: { start: number; end: number },
): void {
  let [count, first, last] = [0, 0, 0];
  while (at < most) {
    if (!isLower(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const start = at;
    do at++; while (at < most && isLower(text.charCodeAt(at)));
    const length = at - start;
    const fits = length >= SHORTEST && length <= LONGEST;
    if (!fits || start - last > BETWEEN) {
      if (count >= FEWEST) spans.push(...seedsIn(text, first, last));
      count = 0;
    }
    if (!fits) continue;
    if (count++ === 0) first = start;
    last = at;
  }
  if (count >= FEWEST) spans.push(...seedsIn(text, first, last));
}

/** 1 for each ASCII character that a phrase may contain. */
const PART = Uint8Array.from(
  { length: 128 },
  (_, code) => isLower(code) || isBetween(code) ? 1 : 0,
);

/** Recognizes blanks, line ends, digits, and the signs of lists and quotes. */
function isBetween(code: number): boolean {
  return code <= 32 || (code >= 48 && code <= 57) || code === 46 ||
    code === 41 || code === 44 || code === 34 || code === 39;
}

/** Returns the stretches that consist only of words on the list. */
function seedsIn(text: string, first: number, last: number): Span[] {
  const spans: Span[] = [];
  seedWords ??= new Set(wordlist);
  let words: RegExpExecArray[] = [];
  const close = () => {
    if (areChance(words.map(([word]) => word))) {
      const end = words.at(-1)!.index + words.at(-1)![0].length;
      const start = first + words[0]!.index;
      spans.push({ start, end: first + end, label: "seed-phrase" });
    }
    words = [];
  };
  for (const word of text.slice(first, last).matchAll(/[a-z]+/g)) {
    if (seedWords.has(word[0])) words.push(word);
    else close();
  }
  close();
  return spans;
}

/** Returns whether words are many and random, with few repetitions. */
function areChance(words: readonly string[]): boolean {
  return words.length >= FEWEST &&
    new Set(words).size * 6 >= words.length * 5;
}
