import { findAssignments } from "./secret_assignments.ts";
import { findRandomWords } from "./secret_entropy.ts";
import { findOptions, findShortOptions } from "./secret_options.ts";
import {
  findInnerMarks,
  findJwts,
  findPrivateKeys,
  findWorded,
} from "./secret_shapes.ts";
import { mergeSpans, type Span } from "./secret_span.ts";
import { findTokens } from "./secret_tokens.ts";
import { findUrlCredentials } from "./secret_urls.ts";

/** Finds the secrets of one kind in a text, in order. Linear in its length. */
export type Finder = (text: string) => Span[];

/** Kinds that cannot be mistaken for anything else, the surest first. */
const SURE: readonly Finder[] = [
  findPrivateKeys,
  findTokens,
  findInnerMarks,
  findJwts,
];

/** Kinds that are known by what stands around them; what is random comes last. */
const LIKELY: readonly Finder[] = [
  findUrlCredentials,
  findWorded,
  findAssignments,
  findOptions,
  findShortOptions,
  findRandomWords,
];

/** Every secret in a text, in order, none over another. */
export function findSecrets(
  text: string,
  more: readonly Finder[] = [],
): Span[] {
  return mergeSpans([...SURE, ...more, ...LIKELY].map((find) => find(text)));
}

/** Only those that say by themselves what they are: for names of things. */
export function findSureSecrets(text: string): Span[] {
  return mergeSpans(SURE.map((find) => find(text)));
}

/** What a person marked as not for the record, to its end or that of the text. */
export function findPrivate(text: string): Span[] {
  const spans: Span[] = [];
  let at = text.indexOf("<private>");
  while (at >= 0) {
    const close = text.indexOf("</private>", at);
    const end = close < 0 ? text.length : close + "</private>".length;
    spans.push({ start: at, end, label: "private" });
    at = text.indexOf("<private>", end);
  }
  return spans;
}
