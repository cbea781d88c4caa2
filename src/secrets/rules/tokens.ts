import { LONGEST_MATCH, startsWord, wholeWord } from "../chars.ts";
import { PROVIDERS } from "./providers.ts";
import type { Span } from "../span.ts";

/** A token by what it begins with. */
export interface TokenRule {
  readonly label: string;
  readonly prefix: string;
  /** What follows the prefix; made into a pattern when it is first needed. */
  readonly tail: string;
  /** Whether it is no token in the middle of a word. */
  readonly atWord: boolean;
  /** Whether the prefix says no secret and stays. */
  readonly keepsPrefix: boolean;
}

export const TOKEN_RULES: readonly TokenRule[] = PROVIDERS.flatMap((
  [label, prefixes, tail, ...marks],
) =>
  prefixes.split(" ").map((prefix) => ({
    label,
    prefix,
    tail,
    atWord: marks.includes("word"),
    keepsPrefix: marks.includes("keep"),
  }))
);

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

/** Where a prefix of a token stands, and whose. */
export interface Prefix {
  readonly at: number;
  readonly rule: TokenRule;
}

/**
 * Tokens whose shape says whose they are, in order, of the places where one may
 * begin. Each tail is one class of characters or a few bounded ones, so that
 * the time is linear.
 */
export function findTokens(text: string, prefixes: readonly Prefix[]): Span[] {
  const spans: Span[] = [];
  let from = 0;
  for (const { at, rule } of prefixes) {
    if (at < from || at >= text.length - SHORTEST) continue;
    const span = tokenAt(text, at, rule);
    if (span === "example") from = at + 1;
    else if (span) {
      spans.push(span);
      from = span.end;
    }
  }
  return spans;
}

function tokenAt(
  text: string,
  at: number,
  { label, prefix, tail, atWord, keepsPrefix }: TokenRule,
): Span | "example" | undefined {
  if (atWord && !(startsWord(text, at) && !isWithinHash(text, at))) {
    return undefined;
  }
  const pattern = tailPattern(tail);
  pattern.lastIndex = at + prefix.length;
  if (!pattern.test(text)) return undefined;
  const start = keepsPrefix ? at + prefix.length : at;
  // What documentation gives as an example.
  if (text.slice(start, start + 64).includes("EXAMPLE")) return "example";
  return { start, end: wholeWord(text, start, pattern.lastIndex), label };
}

/** Behind `-` or `_` in a word that a digest begins: `sha256=qaN-fw_…`. */
function isWithinHash(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  if (before !== 45 && before !== 95) return false;
  return /(?:sha\d{1,3}|md5|integrity)["']?[=:-][\w+/-]{0,64}$/
    .test(text.slice(Math.max(0, at - 80), at));
}
