import { hasWord } from "./maybe_secret.ts";
import { findAssignments } from "./rules/assignments.ts";
import { findRandomWords } from "./rules/entropy.ts";
import { findOptions } from "./rules/options.ts";
import { findInnerMarks, findJwts } from "./rules/shapes.ts";
import { findForms } from "./rules/forms.ts";
import { findPlaced } from "./rules/lines.ts";
import { findSeeds } from "./rules/seeds.ts";
import { findPrivateKeys } from "./rules/private_keys.ts";
import { mergeSpans, type Span } from "./span.ts";
import { findTokens } from "./rules/tokens.ts";
import { findUrlCredentials } from "./rules/urls.ts";

/** Finds the secrets of one kind in a text, in order. Linear in its length. */
export type Finder = (text: string) => Span[];

/** Kinds that cannot be mistaken for anything else, the surest first. */
const SURE: readonly Finder[] = [
  findPrivateKeys,
  findTokens,
  findInnerMarks,
  findJwts,
];

/** Kinds that are surer by their place than what stands around them is. */
const PLACES: readonly Finder[] = [findForms, findSeeds];

/** Kinds that are known by what stands around them; what is random comes last. */
const LIKELY: readonly Finder[] = [
  findUrlCredentials,
  findAssignments,
  findPlaced,
  findOptions,
  findRandomWords,
];

/** Every secret in a text, in order, none over another. */
export function findSecrets(
  text: string,
  more: readonly Finder[] = [],
): Span[] {
  return mergeSpans(
    [...SURE, ...more, ...PLACES, ...LIKELY].map((find) => find(text)),
  );
}

/** Only those that say by themselves what they are: for names of things. */
export function findSureSecrets(text: string): Span[] {
  return mergeSpans(SURE.map((find) => find(text)));
}

/**
 * What a person marked as not for the record, to its end or that of the text.
 * A mark within marks needs an end of its own.
 */
export function findPrivate(text: string): Span[] {
  if (!hasWord(text, /private/)) return [];
  const spans: Span[] = [];
  let depth = 0;
  let start = 0;
  for (const mark of marksIn(text)) {
    const ends = mark[1] !== "";
    if (ends && depth === 0) continue;
    if (!ends && depth === 0) start = mark.index;
    depth += ends ? -1 : 1;
    if (depth > 0) continue;
    const end = mark.index + mark[0].length;
    spans.push({ start, end, label: "private" });
  }
  if (depth > 0) spans.push({ start, end: text.length, label: "private" });
  return spans;
}

/** Whether a text ends with the end of such a mark. */
export function endsPrivate(text: string): boolean {
  const last = [...marksIn(text.slice(-LONGEST_MARK))].at(-1);
  return last !== undefined && last[1] !== "" &&
    last.index + last[0].length === Math.min(text.length, LONGEST_MARK);
}

const LONGEST_MARK = 240;

/** `<private>` and its end, as people and programs write them. */
function marksIn(text: string): RegExpStringIterator<RegExpExecArray> {
  return text.matchAll(
    /(?:<|&lt;|\\u003[cC])[ \t]?(\/?)private(?:\s[^<>]{0,200})?(?:>|&gt;|\\u003[eE])/gi,
  );
}
