import { remembered } from "../../base/remembered.ts";
import { LONGEST_MATCH, startsWord, wholeWord } from "./chars.ts";
import { PROVIDERS } from "./providers.ts";
import type { Span } from "../span.ts";

/** A rule for tokens with a certain prefix. */
export interface TokenRule {
  readonly label: string;
  readonly prefix: string;
  /** The text after the prefix; compiled to a pattern at first use. */
  readonly tail: string;
  /** True if it must not be in the middle of a word. */
  readonly atWord: boolean;
  /** True if the prefix is not secret and stays. */
  readonly keepsPrefix: boolean;
}

/** Returns the rules of all providers in their defined order. */
export function tokenRules(): TokenRule[] {
  const rules: TokenRule[] = [];
  for (const line of PROVIDERS.split("\n")) {
    const [label, prefixes, tail, ...marks] = line.split(/ +/);
    if (tail === undefined || label === "#") continue;
    for (const prefix of prefixes!.split(",")) {
      rules.push({
        label: label!,
        prefix,
        tail,
        atWord: marks.includes("word"),
        keepsPrefix: marks.includes("keep"),
      });
    }
  }
  return rules;
}

/** The shortest token, in UTF-16 units. */
const SHORTEST = 8;

/** Returns the pattern of a tail, for a match at a given position. */
const tailPattern = remembered((tail) =>
  new RegExp(tail.replaceAll(/\{(\d+),\}/g, `{$1,${LONGEST_MATCH}}`), "y")
);

/** The position of a token's prefix, and its provider. */
export interface Prefix {
  readonly at: number;
  readonly rule: TokenRule;
}

/**
 * Finds tokens by their providers' shapes, in order. Each tail is one class of
 * characters or a few bounded ones, so the time is linear.
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
  // An example from documentation.
  if (text.slice(start, start + 64).includes("EXAMPLE")) return "example";
  return { start, end: wholeWord(text, start, pattern.lastIndex), label };
}

/** Recognizes a word that begins with a digest: `sha256=qaN-fw_…`. */
function isWithinHash(text: string, at: number): boolean {
  const before = text.charCodeAt(at - 1);
  if (before !== 45 && before !== 95) return false;
  return /(?:sha\d{1,3}|md5|integrity)["']?[=:-][\w+/-]{0,64}$/
    .test(text.slice(Math.max(0, at - 80), at));
}

const JWT =
  /eyJ[\w-]{8,65536}\.(?:eyJ[\w-]{8,65536}(?:\.[\w-]{1,65536})?|[\w-]{0,65536}\.[\w-]{8,65536}(?:\.[\w-]{1,65536}){0,2})/y;

/** Finds JSON Web Tokens, both signed and encrypted. */
export function findJwts(text: string): Span[] {
  const spans: Span[] = [];
  for (
    let at = text.indexOf("eyJ");
    at >= 0;
    at = text.indexOf("eyJ", at + 3)
  ) {
    const before = text[at - 1];
    // A word never contains another one, so each word is checked only once.
    if (before === "_" || before === "-" || !startsWord(text, at)) continue;
    JWT.lastIndex = at;
    if (!JWT.test(text)) continue;
    const end = wholeWord(text, at, JWT.lastIndex);
    spans.push({ start: at, end, label: "jwt" });
    at = end - 3;
  }
  return spans;
}

/** Tokens with a mark in the middle, and the texts around it. */
const INNER: readonly (readonly [
  label: string,
  mark: string,
  before: RegExp,
  after: RegExp,
])[] = [
  ["azure-secret", "Q~", /[\w~.-]{3}\d$/, /[\w~.-]{31,37}(?![\w~-])/y],
  ["azure-devops-token", "AZDO", /[A-Za-z0-9]{70,80}$/, /[A-Za-z0-9]{4}/y],
  ["azure-key", "JQQJ99", /[A-Za-z0-9]{52}$/, /[A-Za-z0-9]{20,40}/y],
  ["maxmind-key", "_mmk", /[A-Za-z0-9]{6}_[A-Za-z0-9]{29}$/, /(?!\w)/y],
  ["mailchimp-key", "-us", /[a-f0-9]{32}$/, /\d{1,2}(?!\w)/y],
  [
    "discord-token",
    ".",
    /[MNO][\w-]{22,27}$/,
    /[\w-]{6,7}\.[\w-]{27,45}(?![\w-])/y,
  ],
];

/** The number of UTF-16 units to examine before such a mark. */
const LEAD = 82;

/** Tokens without a typical start. */
export const INNER_MARKS = INNER.map((mark) => ({
  ...mark[1].length > 2 ? { traces: [mark[1]] } : {},
  find: (text: string) => findAround(text, mark),
}));

function findAround(
  text: string,
  [label, mark, before, after]: typeof INNER[number],
): Span[] {
  const spans: Span[] = [];
  let at = text.indexOf(mark);
  for (; at >= 0; at = text.indexOf(mark, at + mark.length)) {
    if (mark === "." && !isDotNear(text, at)) continue;
    after.lastIndex = at + mark.length;
    if (!after.test(text)) continue;
    const from = Math.max(spans.at(-1)?.end ?? 0, at - LEAD);
    const lead = before.exec(text.slice(from, at));
    const start = at - (lead?.[0].length ?? 0);
    if (!lead || !(mark === "Q~" || startsWord(text, start))) continue;
    spans.push({ start, end: after.lastIndex, label });
  }
  return spans;
}

/** Returns whether the next dot is where such a token would have it. */
function isDotNear(text: string, at: number): boolean {
  return text.charCodeAt(at + 7) === 46 || text.charCodeAt(at + 8) === 46;
}
