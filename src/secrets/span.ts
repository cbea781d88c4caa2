import { getOwn, setOwn } from "../base/own.ts";

/** A part of a text that must not be shown. */
export interface Span {
  /** UTF-16 units from the start of the text; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
  /** Kind of secret, e.g. `github-token`. */
  readonly label: string;
  /** The quote to put around the replacement, if the text needs one. */
  readonly quote?: string;
  /** The name of plain words, which are ordinary if the text repeats them. */
  readonly plain?: string;
}

/** The replacement of a secret; in names, it includes a fingerprint. */
const REPLACED = /\[redacted:[a-z0-9-]{1,40}(?:#[0-9a-f]{12})?\]/y;

/** The start of every replacement. */
export const REPLACEMENT = "[redacted:";

export function replacementFor(label: string): string {
  return `${REPLACEMENT}${label}]`;
}

/** Returns the end of a replacement at `at`, or `at` without one. */
export function afterReplacement(text: string, at: number): number {
  if (!text.startsWith(REPLACEMENT, at)) return at;
  REPLACED.lastIndex = at;
  return REPLACED.test(text) ? REPLACED.lastIndex : at;
}

/** The label of random-looking words. */
export const RANDOM = "high-entropy";

/**
 * Returns the spans of all rules in order, without overlaps. Two overlapping
 * spans become one span with the label of the earlier rule, which is more
 * specific. A random-looking word next to another secret adds nothing.
 */
export function mergeSpans(found: readonly (readonly Span[])[]): Span[] {
  let merged: Span[] = [];
  for (const spans of found) {
    if (spans.length === 0) continue;
    merged = merged.length === 0 ? [...spans] : joined(merged, spans);
  }
  return merged;
}

function joined(first: readonly Span[], second: readonly Span[]): Span[] {
  const result: Span[] = [];
  let [one, other] = [0, 0];
  // True if the label of the last span is from one of the earlier rules.
  let sure = false;
  while (one < first.length || other < second.length) {
    const earlier = one < first.length &&
      (other === second.length || first[one]!.start <= second[other]!.start);
    const span = earlier ? first[one++]! : second[other++]!;
    const last = result.at(-1);
    if (last === undefined || last.end <= span.start) result.push(span);
    else if (span.label === RANDOM) continue;
    else if (last.label === RANDOM) result[result.length - 1] = span;
    else {
      const label = earlier && !sure ? span.label : last.label;
      const end = Math.max(last.end, span.end);
      result[result.length - 1] = { start: last.start, end, label };
      sure ||= earlier;
      continue;
    }
    sure = earlier;
  }
  return result;
}

/** Number of replacements of each label. */
export type Counts = Record<string, number>;

/** A part of a text. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** Returns the replacement of a secret. */
type Form = (secret: string, label: string) => string;

const LABEL: Form = (_, label) => replacementFor(label);

/** Returns the text with every span replaced, and where. */
export function replaceSpans(
  text: string,
  spans: readonly Span[],
  { counts, form = LABEL }: { counts: Counts | undefined; form?: Form },
): { text: string; places: Window[] } {
  const parts: string[] = [];
  const places: Window[] = [];
  let from = 0;
  let shift = 0;
  for (const { start, end, label, quote = "" } of spans) {
    const put = `${quote}${form(text.slice(start, end), label)}${quote}`;
    parts.push(text.slice(from, start), put);
    places.push({ start: start + shift, end: start + shift + put.length });
    shift += put.length - (end - start);
    from = end;
    if (counts) setOwn(counts, label, (getOwn(counts, label) ?? 0) + 1);
  }
  parts.push(text.slice(from));
  return { text: parts.join(""), places };
}

/** The number of UTF-16 units around a replacement to check again. */
const AROUND = 700;

/** Returns the surroundings of all positions, without overlaps. */
export function aroundAll(
  places: readonly Window[],
  length: number,
): Window[] {
  const windows: Window[] = [];
  for (const place of places) {
    const start = Math.max(0, place.start - AROUND);
    const end = Math.min(length, place.end + AROUND);
    const last = windows.at(-1);
    if (last && start <= last.end) {
      windows[windows.length - 1] = { start: last.start, end };
    } else windows.push({ start, end });
  }
  return windows;
}
