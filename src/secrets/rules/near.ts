import type { Window } from "../span.ts";

/** The room around a trace that has its match, without partial lines. */
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
 * Yields the matches of a global expression in some windows, in order. It sees
 * the text before a window, not after it. The caller may move it on.
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
