import type { Span } from "./span.ts";

/** A text as a reader sees it, with a mapping to the original. */
export interface AsRead {
  readonly text: string;
  /** Returns the same spans in the original text. */
  original(spans: readonly Span[]): Span[];
}

/** The text between the closing quote of one part and the next part. */
const JOINT =
  /(?<=[\w+/=-])(["'`])(?=[ \t\r\n+.\\])[ \t]{0,9}(?:[+.][ \t]{0,9}(?:\\?\r?\n[ \t]{0,80})?|\\?\r?\n[ \t]{0,80}(?:[+.][ \t]{0,9})?|(?=["'`]))\1(?=[\w+/=-])/g;

/**
 * Returns a text as code reads it. Leaves out invisible characters, replaces
 * all blanks by plain ones, and joins the parts that code joins (`"a" + "b"`).
 * So the rules see the real value. `undefined`: the text stays the same.
 */
export function asRead(text: string): AsRead | undefined {
  const gaps: Gap[] = [];
  addJoints(text, gaps);
  if (MAYBE_UNSEEN.test(text)) addUnseen(text, gaps);
  if (gaps.length === 0) return undefined;
  gaps.sort((a, b) => a.start - b.start);
  const parts: string[] = [];
  const kept: Gap[] = [];
  let from = 0;
  for (const gap of gaps) {
    if (gap.start < from) continue;
    parts.push(text.slice(from, gap.start), gap.read);
    kept.push(gap);
    from = gap.end;
  }
  parts.push(text.slice(from));
  return { text: parts.join(""), original: (spans) => moved(spans, kept) };
}

/** Blanks and invisible characters; everything beyond the first plane. */
const MAYBE_UNSEEN =
  /[\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u202a-\u202f\u205f-\u206f\u3164\ud800-\udbff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8]/;

/** A part of the original text that is left out, or read as plain blanks. */
interface Gap {
  readonly start: number;
  readonly end: number;
  readonly read: string;
}

// The character class is compiled only when it is used.
function addUnseen(text: string, gaps: Gap[]): void {
  const unseen =
    /([\u00a0\u1680\u2000-\u200a\u202f\u205f])|\p{Default_Ignorable_Code_Point}+/gu;
  for (let found; (found = unseen.exec(text)) !== null;) {
    const read = found[1] === undefined ? "" : " ";
    gaps.push({ start: found.index, end: unseen.lastIndex, read });
  }
}

function addJoints(text: string, gaps: Gap[]): void {
  JOINT.lastIndex = 0;
  for (let joint; (joint = JOINT.exec(text)) !== null;) {
    gaps.push({ start: joint.index, end: JOINT.lastIndex, read: "" });
  }
}

function moved(spans: readonly Span[], gaps: readonly Gap[]): Span[] {
  let shift = 0;
  let next = 0;
  /** Returns an original position; `last`: after the previous character. */
  const place = (at: number, last: boolean): number => {
    for (; next < gaps.length; next++) {
      const { start, end, read } = gaps[next]!;
      const reached = last ? start - shift < at : start - shift <= at;
      if (!reached) break;
      shift += end - start - read.length;
    }
    return at + shift;
  };
  return spans.map((span) => {
    const start = place(span.start, false);
    return { ...span, start, end: place(span.end, true) };
  });
}
