import { eastAsianWidth } from "get-east-asian-width";

/** Pixels of a character's cell, and of the frame around the text. */
const WIDTH = 8.4;
const HEIGHT = 19;
const FRAME = 18;
const TITLE = 34;

/** The foreground by its code in SGR (ECMA-48, 8.3.117). */
const COLOURS = new Map([
  ["38;5;167", "#ff7b72"],
  ["38;5;28", "#7ee787"],
  ["38;5;130", "#e3b341"],
  ["38;5;31", "#79c0ff"],
  ["38;5;244", "#8b949e"],
]);

/** A code of SGR, or the text between two. */
// deno-lint-ignore no-control-regex -- finds terminal sequences
const PARTS = /\x1b\[([\d;]+)m|([^\x1b]+)/g;

/** Text in one style. */
interface Run {
  readonly column: number;
  readonly text: string;
  readonly look: string;
}

/**
 * Returns an SVG of the screen of a terminal.
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

/**
 * Each run knows its column, so that a wide character does not shift others.
 */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let isBold = false;
  let colour = "";
  let column = 0;
  for (const [, code, text = ""] of line.matchAll(PARTS)) {
    if (code === "1" || code === "22") isBold = code === "1";
    else if (code !== undefined) colour = COLOURS.get(code) ?? "";
    const look = (colour && ` fill="${colour}"`) +
      (isBold ? ` font-weight="600"` : "");
    for (const part of text.match(/\p{ASCII}+|\P{ASCII}\uFE0F?/gu) ?? []) {
      runs.push({ column, text: part, look });
      column += widthOf(part);
    }
  }
  return runs;
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
