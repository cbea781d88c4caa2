import { eastAsianWidth } from "get-east-asian-width";

// Every escape sequence that `Style` paints with.
// deno-lint-ignore no-control-regex
const PAINT = /\x1b\[\d+m/g;

/** What is drawn over the character before it: marks, joiners, selectors. */
const DRAWN_OVER = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** What most cells are made of: one column each. */
const ASCII = /^[ -~]*$/;

/** Columns `text` takes on a terminal, paint apart. */
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
  return DRAWN_OVER.test(character) ? 0 : eastAsianWidth(point);
}

/** `text` in at most `columns` columns, with `…` where it was cut. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  // Most of a long listing: no need to look at each character.
  if (ASCII.test(text)) return `${text.slice(0, Math.max(columns - 1, 0))}…`;
  const paints = text.match(PAINT) ?? [];
  let kept = "";
  let used = 0;
  for (const character of text.replaceAll(PAINT, "")) {
    used += characterWidth(character);
    if (used > columns - 1) break;
    kept += character;
  }
  return paints.length > 0
    ? `${paints[0]}${kept}…${paints.at(-1)}`
    : `${kept}…`;
}

/** Plain `text` in lines of at most `columns`, broken between words. */
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

/** Rows in aligned columns, each cut to the width of the terminal. */
export function table(
  rows: readonly (readonly string[])[],
  columns: number,
): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, width(cell));
    });
  }
  return rows.map((row) => {
    const cells = row.slice(0, -1).map((cell, at) =>
      cell + " ".repeat(widths[at]! - width(cell))
    );
    const used = cells.reduce((sum, cell) => sum + width(cell) + 2, 0);
    const last = cut(row.at(-1) ?? "", Math.max(20, columns - used));
    return [...cells, last].join("  ").trimEnd() + "\n";
  }).join("");
}
