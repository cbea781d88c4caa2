/** A line of a Markdown document that is neither code nor comment. */
export interface PlainLine {
  /** Empty where code or a comment stands. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}

/** Further in as well, since a block of code may belong to an item. */
const FENCE = /^[ \t]*(`{3,}(?=[^`]*$)|~{3,})/;
const COMMENT = /^ {0,3}<!--/;

/**
 * The lines of a document from `start` (counted from 0) on, those of fenced
 * code and of comments emptied. Of inline comments nothing is taken away.
 */
export function* plainLines(
  lines: readonly string[],
  start: number,
): Generator<PlainLine> {
  /** What ends the block that the line is in. */
  let ends: ((text: string) => boolean) | undefined;
  for (let at = start; at < lines.length; at++) {
    const text = lines[at]!;
    const line = at + 1;
    if (ends === undefined) {
      const fence = FENCE.exec(text)?.[1];
      if (fence !== undefined) ends = (end) => closes(end, fence);
      else if (!COMMENT.test(text)) {
        yield { text, line };
        continue;
      } else if (!text.includes("-->")) ends = (end) => end.includes("-->");
    } else if (ends(text)) ends = undefined;
    yield { text: "", line };
  }
}

/** The same mark at least as long, and nothing else. */
function closes(text: string, fence: string): boolean {
  const mark = text.trim();
  return mark.startsWith(fence) && mark === fence[0]!.repeat(mark.length);
}
