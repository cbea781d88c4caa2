import { eastAsianWidth } from "get-east-asian-width";

/** Pixels of a character's cell, and of the frame around the text. */
const WIDTH = 8.4;
const HEIGHT = 19;
const FRAME = 18;
const TITLE = 34;

/** The foreground by its number in SGR (ECMA-48, 8.3.117). */
const COLOURS = new Map([
  [31, "#ff7b72"],
  [32, "#7ee787"],
  [33, "#e3b341"],
  [36, "#79c0ff"],
]);

/** Text of one look. */
interface Run {
  readonly column: number;
  readonly text: string;
  readonly look: string;
}

/**
 * Returns an SVG of what a terminal shows.
 *
 * @param screen text with the colours that mpm uses, at most `columns` wide
 */
export function pictureOf(screen: string, columns: number): string {
  const lines = screen.trimEnd().split("\n");
  const width = Math.ceil(columns * WIDTH) + 2 * FRAME;
  const height = lines.length * HEIGHT + TITLE + FRAME;
  const dots = ["#ff5f57", "#febc2e", "#28c840"].map((colour, at) =>
    `<circle cx="${FRAME + 4 + at * 18}" cy="17" r="5.5" fill="${colour}"/>`
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" role="img" aria-label="mpm at work">`,
    `<rect width="100%" height="100%" rx="9" fill="#0d1117"/>`,
    ...dots,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" ` +
    `font-size="14" fill="#e6edf3" xml:space="preserve">`,
    ...lines.flatMap((line, row) => textOf(line, row)),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

function textOf(line: string, row: number): string[] {
  const y = TITLE + row * HEIGHT + 14;
  const spans = runsOf(line).filter(({ text }) => text.trim() !== "")
    .map(({ column, text, look }) => {
      const x = (FRAME + column * WIDTH).toFixed(1);
      return `<tspan x="${x}"${look}>${escapeXml(text)}</tspan>`;
    });
  return spans.length === 0 ? [] : [`<text y="${y}">${spans.join("")}</text>`];
}

/** Each run knows its column, so that a wide character shifts nothing. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  const on = new Set<number>();
  let column = 0;
  // deno-lint-ignore no-control-regex
  for (const [, code, text = ""] of line.matchAll(/\x1b\[(\d+)m|([^\x1b]+)/g)) {
    if (code !== undefined) {
      switchTo(on, Number(code));
      continue;
    }
    for (const part of text.match(/\p{ASCII}+|\P{ASCII}\uFE0F?/gu) ?? []) {
      runs.push({ column, text: part, look: lookOf(on) });
      column += widthOf(part);
    }
  }
  return runs;
}

function switchTo(on: Set<number>, code: number): void {
  if (code === 22) {
    on.delete(1);
    on.delete(2);
  } else if (code === 39) {
    for (const colour of COLOURS.keys()) on.delete(colour);
  } else if (code === 0) {
    on.clear();
  } else {
    on.add(code);
  }
}

function lookOf(on: ReadonlySet<number>): string {
  const colour = [...COLOURS].find(([code]) => on.has(code))?.[1];
  return (colour ? ` fill="${colour}"` : on.has(2) ? ` fill="#8b949e"` : "") +
    (on.has(1) ? ` font-weight="600"` : "");
}

function widthOf(text: string): number {
  return [...text].reduce(
    (sum, character) => sum + eastAsianWidth(character.codePointAt(0)!),
    0,
  );
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
