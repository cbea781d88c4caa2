import { LONGEST_MATCH, startsWord, wholeWord } from "../chars.ts";
import { PROVIDERS } from "./providers.ts";
import type { Span } from "../span.ts";

/** A token by what it begins with. */
interface TokenRule {
  readonly label: string;
  readonly prefix: string;
  /** What follows the prefix; made into a pattern when it is first needed. */
  readonly tail: string;
  /** Whether it is no token in the middle of a word. */
  readonly atWord: boolean;
  /** Whether the prefix says no secret and stays. */
  readonly keepsPrefix: boolean;
}

/** The list in {@link RULES} for the first two characters; 0: there is none. */
const LISTS = new Uint8Array(128 * 128);

/** Rules that begin with the same two characters. */
const RULES: TokenRule[][] = [[]];

for (const [label, prefixes, tail, ...marks] of PROVIDERS) {
  for (const prefix of prefixes.split(" ")) {
    const pair = pairOf(prefix.charCodeAt(0), prefix.charCodeAt(1));
    if (LISTS[pair] === 0) LISTS[pair] = RULES.push([]) - 1;
    RULES[LISTS[pair]!]!.push({
      label,
      prefix,
      tail,
      atWord: marks.includes("word"),
      keepsPrefix: marks.includes("keep"),
    });
  }
}

function pairOf(first: number, second: number): number {
  return first * 128 + second;
}

/** No token is shorter, in UTF-16 units. */
const SHORTEST = 8;

const tails = new Map<string, RegExp>();

/** The pattern of a tail, to be tried at one place. */
function tailPattern(tail: string): RegExp {
  let pattern = tails.get(tail);
  if (!pattern) {
    const bounded = tail.replaceAll(/\{(\d+),\}/g, `{$1,${LONGEST_MATCH}}`);
    tails.set(tail, pattern = new RegExp(bounded, "y"));
  }
  return pattern;
}

/**
 * Tokens whose shape says whose they are, in order. Each tail is one class of
 * characters or a few bounded ones, so that the time is linear.
 */
export function findTokens(text: string): Span[] {
  const spans: Span[] = [];
  const last = text.length - SHORTEST;
  let second = text.charCodeAt(0);
  for (let at = 0; at < last; at++) {
    const first = second;
    second = text.charCodeAt(at + 1);
    if ((first | second) > 127) continue;
    const list = LISTS[pairOf(first, second)]!;
    if (list === 0) continue;
    const span = tokenAt(text, at, RULES[list]!);
    if (span === undefined) continue;
    spans.push(span);
    at = span.end - 1;
    second = text.charCodeAt(span.end);
  }
  return spans;
}

function tokenAt(
  text: string,
  at: number,
  rules: readonly TokenRule[],
): Span | undefined {
  for (const { label, prefix, tail, atWord, keepsPrefix } of rules) {
    if (!text.startsWith(prefix, at)) continue;
    if (atWord && !(startsWord(text, at) && !isWithinHash(text, at))) continue;
    const pattern = tailPattern(tail);
    pattern.lastIndex = at + prefix.length;
    if (!pattern.test(text)) continue;
    const start = keepsPrefix ? at + prefix.length : at;
    // What documentation gives as an example.
    if (text.slice(start, start + 64).includes("EXAMPLE")) return undefined;
    return { start, end: wholeWord(text, start, pattern.lastIndex), label };
  }
  return undefined;
}

/** Behind `-` or `_` in a word that a digest begins: `sha256=qaN-fw_…`. */
function isWithinHash(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  if (before !== 45 && before !== 95) return false;
  return /(?:sha\d{1,3}|md5|integrity)["']?[=:-][\w+/-]{0,64}$/
    .test(text.slice(Math.max(0, at - 80), at));
}
