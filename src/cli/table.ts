import { eastAsianWidth } from "get-east-asian-width";

/** The paint of `Style`, which takes no room; splits keep it as parts. */
// deno-lint-ignore no-control-regex -- finds terminal sequences
export const PAINT = /(\x1b\[[\d;]+m)/g;

/** The characters of most cells; each takes one column. */
const ASCII = /^[ -~]*$/;

/** Returns the columns that `text` takes on a terminal, without paint. */
export function width(text: string): number {
  const bare = text.includes("\x1b") ? text.replaceAll(PAINT, "") : text;
  if (ASCII.test(bare)) return bare.length;
  let columns = 0;
  for (const character of bare) columns += characterWidth(character);
  return columns;
}

function characterWidth(character: string): number {
  const point = character.codePointAt(0)!;
  if (point < 0x300) return 1;
  // Marks, joiners and selectors are drawn over the preceding character.
  const isOver = /^[\p{Mn}\p{Me}\p{Cf}]$/u.test(character);
  return isOver ? 0 : eastAsianWidth(point);
}

/** Returns `text` in at most `columns` columns, with `…` if it was cut. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  // Most of a long list is ASCII, which needs no look at each character.
  if (ASCII.test(text)) return `${text.slice(0, Math.max(columns - 1, 0))}…`;
  let kept = "";
  let used = 0;
  let isFull = false;
  // Keeps all colour codes, which take no room, so that each colour ends.
  for (const part of text.split(PAINT)) {
    if (part.startsWith("\x1b")) kept += part;
    else if (!isFull) {
      for (const character of part) {
        used += characterWidth(character);
        isFull = used > columns - 1;
        if (isFull) break;
        kept += character;
      }
      if (isFull) kept += "…";
    }
  }
  return kept;
}

/** Splits a painted line, between words or within a longer word. */
export function folded(text: string, columns: number): string[] {
  if (width(text) <= columns) return [text];
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const part of text.split(PAINT)) {
    if (part.startsWith("\x1b")) {
      line += part;
      continue;
    }
    for (const character of part) {
      const size = characterWidth(character);
      if (used + size > columns) {
        // A space in the indentation does not separate words.
        const [, head, rest] = character === " "
          ? [line, line, ""]
          : /^(.*\S) +(\S*)$/.exec(line) ?? [line, line, ""];
        lines.push(head!);
        line = rest!;
        used = width(line);
        if (character === " ") continue;
      }
      used += size;
      line += character;
    }
  }
  return [...lines, line];
}

/** Splits plain `text` into lines, broken between words. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const word of text.split(" ")) {
    const size = width(word);
    if (line !== "" && used + 1 + size > columns) {
      lines.push(line);
      [line, used] = [word, size];
    } else {
      line = line === "" ? word : `${line} ${word}`;
      used = width(line);
    }
  }
  return [...lines, line];
}

/** Returns rows in aligned columns, not shortened. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  return tableRows(rows, Infinity);
}

/** The minimum width of the last column. */
const LAST = 20;

/** The minimum width of a column that may be shortened. */
const CELL = 8;

/**
 * Returns rows in aligned columns, the last shortened to the terminal's width.
 * If there is too little room, the columns of `tight` are shortened as well, or
 * else the last column goes below the others.
 */
export function table(
  rows: readonly (readonly string[])[],
  columns: number,
  tight: readonly number[] = [],
): string {
  return tableRows(rows, columns, tight).map((row) => `${row}\n`).join("");
}

/** Returns the rows of `table()`; `isFlat`: nothing goes below the rest. */
export function tableRows(
  rows: readonly (readonly string[])[],
  columns: number,
  tight: readonly number[] = [],
  isFlat = false,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, width(cell));
    });
  }
  const wanted = Math.min(LAST, widths.at(-1) ?? 0);
  const heads = widths.slice(0, -1);
  const taken = heads.reduce((sum, size) => sum + size + 2, 0);
  const spare = tight.reduce(
    (sum, at) => sum + Math.max(widths[at]! - CELL, 0),
    0,
  );
  const over = taken + wanted - columns;
  const isStacked = !isFlat && over > spare;
  narrow(widths, tight, isStacked ? taken - 2 - columns : over);
  const indent = isStacked ? Math.min((widths[0] ?? 0) + 2, 4) : 0;
  return rows.map((row) => {
    const cells = row.slice(0, -1).map((cell, at) => {
      const shown = width(cell) > widths[at]! ? cut(cell, widths[at]!) : cell;
      return shown + " ".repeat(widths[at]! - width(shown));
    });
    const used = cells.reduce((sum, cell) => sum + width(cell) + 2, 0);
    const room = isStacked ? columns - indent : columns - used;
    const last = cut(row.at(-1) ?? "", Math.max(LAST, room));
    if (!isStacked) return [...cells, last].join("  ").trimEnd();
    const head = cells.join("  ").trimEnd();
    return last === "" ? head : `${head}\n${" ".repeat(indent)}${last}`;
  });
}

/** Takes `over` columns away from the cells of `tight`, as far as possible. */
function narrow(widths: number[], tight: readonly number[], over: number) {
  for (const at of tight) {
    const less = Math.min(over, widths[at]! - CELL);
    if (less <= 0) continue;
    widths[at]! -= less;
    over -= less;
  }
}
