import { isAlnum } from "./chars.ts";
import { matchesIn } from "./near.ts";
import { afterReplacement, type Span, type Window } from "../span.ts";
import { isCode, isName, isPlaceholder, isStrong } from "./value.ts";

/** True if a value is a secret, and not a word that is there by chance. */
export type Accepts = (
  value: string,
  match: RegExpExecArray,
  text: string,
) => boolean;

/**
 * A form of line, command or sentence in which a credential has its place. One
 * of its traces, parted by `|`, is in whatever matches or near by; most texts
 * have none. A blank at the end of a trace also stands for a tab. The last group
 * that matched is the value.
 */
export type Form = readonly [
  traces: string | readonly string[],
  pattern: RegExp,
  more?: {
    /** "password" if nothing else is given. */
    readonly label?: string;
    readonly accepts?: Accepts;
    /**
     * Another test, which counts unless the text also uses the value elsewhere.
     */
    readonly plain?: Accepts;
    /**
     * `sentence`: the signs at the end of the value are not its own. `word`:
     * the same, and it continues as far as its word.
     */
    readonly ends?: "sentence" | "word";
    /** True if a trace may be far from what it shows. */
    readonly anywhere?: boolean;
  },
];

/** Returns each trace of a form. */
export function tracesOf([traces]: Form): string[] {
  const list = typeof traces === "string" ? traces.split("|") : traces;
  return list.flatMap((trace) =>
    trace.endsWith(" ") ? [trace, `${trace.slice(0, -1)}\t`] : [trace]
  );
}

/** UTF-16 units of a value that decide. */
const LOOKED_AT = 256;

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

/** Without the signs that a sentence continues or ends with. */
export function withoutStop(word: string): string {
  let end = word.length;
  while (end > 0 && ".,;:!?)]}".includes(word[end - 1]!)) end--;
  return word.slice(0, end);
}

function isAny(value: string): boolean {
  return value.length >= 3 && !isPlaceholder(value);
}

/** A hash, or another value that nothing else looks like. */
export function always(): boolean {
  return true;
}

/** Not a word that people or programs have there. */
export function unlikeName(value: string): boolean {
  return isStrong(value) && !isName(value);
}

/** The same where code may stand. */
export function unlikeCode(value: string): boolean {
  return unlikeName(value) && !isCode(value) && !/[(){}]/.test(value);
}

/** Made by a program: capitals, small letters and digits, or many hex digits. */
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
