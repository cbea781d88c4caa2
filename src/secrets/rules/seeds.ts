import { wordlist } from "@scure/bip39/english";
import { isLower } from "../chars.ts";
import type { Span } from "../span.ts";

/** The words of BIP 39, of which wallets make seed phrases; made on first use. */
let seedWords: Set<string> | undefined;

/** Words of the shortest seed phrase, and letters of a word of one. */
const FEWEST = 12;
const SHORTEST = 3;
const LONGEST = 8;

/** Characters between two words: a blank, a number, an end of line. */
const BETWEEN = 8;

/** UTF-16 units of the shortest phrase. */
const LEAST = FEWEST * (SHORTEST + 1) - 1;

/** Twelve and more words in a row of the list that wallets take theirs from. */
export function findSeeds(text: string): Span[] {
  const spans: Span[] = [];
  let [count, first, last, checked] = [0, 0, 0, 0];
  const close = () => {
    if (count >= FEWEST) spans.push(...seedsIn(text, first, last));
    count = 0;
  };
  for (let at = 0; at < text.length;) {
    if (count === 0) {
      const next = afterOther(text, Math.max(at, checked), at);
      if (next > at) {
        at = next;
        continue;
      }
      checked = at + LEAST;
    }
    if (!isLower(text.charCodeAt(at))) {
      if (count > 0 && PART[text.charCodeAt(at)] !== 1) close();
      at++;
      continue;
    }
    const start = at;
    do at++; while (isLower(text.charCodeAt(at)));
    if (count > 0 && start - last > BETWEEN) close();
    if (at - start < SHORTEST || at - start > LONGEST) close();
    else {
      if (count++ === 0) first = start;
      last = at;
    }
  }
  close();
  return spans;
}

/**
 * Where a phrase may begin: behind the last character that none has, found from
 * the end of the shortest one back, so that most text is jumped over. What
 * stands before `from` was looked at.
 */
function afterOther(text: string, from: number, at: number): number {
  let back = Math.min(at + LEAST, text.length) - 1;
  while (back >= from && PART[text.charCodeAt(back)] === 1) back--;
  return back < from ? at : back + 1;
}

/** 1 for each ASCII character that a phrase may hold. */
const PART = Uint8Array.from(
  { length: 128 },
  (_, code) => isLower(code) || isBetween(code) ? 1 : 0,
);

/** Blanks, ends of lines, digits, and the signs of lists and quotes. */
function isBetween(code: number): boolean {
  return code <= 32 || (code >= 48 && code <= 57) || code === 46 ||
    code === 41 || code === 44 || code === 34 || code === 39;
}

/** The stretches of a text of such words that are all on the list. */
function seedsIn(text: string, first: number, last: number): Span[] {
  const spans: Span[] = [];
  seedWords ??= new Set(wordlist);
  let words: RegExpExecArray[] = [];
  const close = () => {
    const start = first + (words[0]?.index ?? 0);
    const end = first + (words.at(-1)?.index ?? 0) +
      (words.at(-1)?.[0].length ?? 0);
    if (areChance(words.map(([word]) => word))) {
      spans.push({ start, end, label: "seed-phrase" });
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

/** Whether they are enough, and drawn by chance: mostly different ones. */
function areChance(words: readonly string[]): boolean {
  return words.length >= FEWEST &&
    new Set(words).size * 6 >= words.length * 5;
}
