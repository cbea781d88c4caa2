import type { Window } from "../span.ts";

/**
 * The number of UTF-16 units around a trace that contain its match, not
 * counting the rest of the first and last lines.
 */
const BEFORE = 1024;
const AFTER = 2048;

/**
 * Adds the lines around a trace to the ordered windows, and joins adjacent
 * lines. Returns the position before which another trace adds nothing.
 */
export function addLines(
  windows: { start: number; end: number }[],
  text: string,
  at: number,
): number {
  const last = windows.at(-1);
  if (last && at + AFTER <= last.end) return last.end - AFTER;
  const newline = text.indexOf("\n", at + AFTER);
  const end = newline < 0 ? text.length : newline;
  const start = text.lastIndexOf("\n", Math.max(0, at - BEFORE)) + 1;
  if (last && start <= last.end) last.end = end;
  else windows.push({ start, end });
  return newline < 0 ? text.length : end - AFTER;
}

/**
 * Yields the matches of a global expression in some windows, in order. The
 * expression sees all text before the end of a window, but not the text after
 * it. The caller may set where the expression continues.
 */
export function* matchesIn(
  text: string,
  windows: readonly Window[],
  pattern: RegExp,
): Generator<RegExpExecArray> {
  let from = 0;
  for (const { start, end } of windows) {
    const part = text.slice(0, end);
    pattern.lastIndex = Math.max(from, start);
    for (let match; (match = pattern.exec(part)) !== null;) {
      yield match;
      from = pattern.lastIndex;
    }
  }
}
