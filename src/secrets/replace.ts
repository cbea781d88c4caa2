import { getOwn, setOwn } from "../base/own.ts";
import { replacementFor, type Span } from "./span.ts";

/** How often each label was put in place of a secret. */
export type Counts = Record<string, number>;

/** A stretch of a text. */
export interface Window {
  readonly start: number;
  readonly end: number;
}

/** What stands in place of a secret. */
type Form = (secret: string, label: string) => string;

const LABEL: Form = (_, label) => replacementFor(label);

/** The text with every span replaced, and where the replacements are in it. */
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

/** UTF-16 units around a replacement that are looked at again. */
const AROUND = 700;

/** The surroundings of all places, as windows that do not meet. */
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
