import { isAlnum } from "./chars.ts";
import { LOOKED_AT } from "./decision.ts";
import { matchesIn } from "./near.ts";
import { afterReplacement, type Span, type Window } from "../span.ts";
import { isCode, isName, isPlaceholder, isStrong } from "./value.ts";

/** True if a value is a secret, and not an accidental word. */
export type Accepts = (
  value: string,
  match: RegExpExecArray,
  text: string,
) => boolean;

/**
 * A form of line, command or sentence with a credential, the last group that
 * matched. Every match has one of its traces, separated by `|`, in it or
 * nearby. A blank at the end of a trace also matches a tab.
 */
export type Form = readonly [
  traces: string | readonly string[],
  pattern: RegExp,
  more?: {
    /** "password" by default. */
    readonly label?: string;
    readonly accepts?: Accepts;
    /** A weaker test: the text must not use the value elsewhere. */
    readonly plain?: Accepts;
    /** `sentence`: without its punctuation. `word`: to the end of its word. */
    readonly ends?: "sentence" | "word";
    /** True if a trace may be far from its secret. */
    readonly anywhere?: boolean;
  },
];

export function tracesOf([traces]: Form): string[] {
  const list = typeof traces === "string" ? traces.split("|") : traces;
  return list.flatMap((trace) =>
    trace.endsWith(" ") ? [trace, `${trace.slice(0, -1)}\t`] : [trace]
  );
}

/** Returns the values in a form, in the windows that have its traces. */
export function valuesIn(
  text: string,
  windows: readonly Window[],
  [, pattern, more]: Form,
): Span[] {
  const { label = "password", accepts = isAny, plain, ends } = more ?? {};
  const spans: Span[] = [];
  for (const match of matchesIn(text, windows, pattern)) {
    const group = match.findLast((one) => one !== undefined)!;
    const value = ends ? withoutStop(group) : group;
    const start = match.index + match[0].lastIndexOf(group);
    const looked = value.slice(0, LOOKED_AT);
    const sure = accepts(looked, match, text);
    if (!sure && !plain?.(looked, match, text)) continue;
    if (afterReplacement(text, start) > start) continue;
    let end = start + value.length;
    while (ends === "word" && isAlnum(text.charCodeAt(end))) end++;
    spans.push({ start, end, label, ...sure ? {} : { plain: label } });
  }
  return spans;
}

/** Returns a word without the sentence's punctuation. */
export function withoutStop(word: string): string {
  let end = word.length;
  while (end > 0 && ".,;:!?)]}".includes(word[end - 1]!)) end--;
  return word.slice(0, end);
}

function isAny(value: string): boolean {
  return value.length >= 3 && !isPlaceholder(value);
}

/** Accepts any value, for a hash or another unmistakable value. */
export function always(): boolean {
  return true;
}

/** Returns whether a value is not a usual word in its position. */
export function unlikeName(value: string): boolean {
  return isStrong(value) && !isName(value);
}

/** Does the same in positions where code is possible. */
export function unlikeCode(value: string): boolean {
  return unlikeName(value) && !isCode(value) && !/[(){}]/.test(value);
}

/** Returns whether a program made the value: mixed, or many hex digits. */
export function isGenerated(value: string): boolean {
  if (!/\d/.test(value)) return false;
  const mixed = value.length >= 10 && /[a-z]/.test(value) &&
    /[A-Z]/.test(value) &&
    /^[!-~]+$/.test(value) && !/[/()[\]{}<>:]/.test(value);
  const made = mixed ||
    /^(?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{24,}$/i.test(value) ||
    (/^[A-Z2-7]{16,64}$/.test(value) && /[2-7]/.test(value));
  return made && !isPlaceholder(value) && !isName(value);
}
