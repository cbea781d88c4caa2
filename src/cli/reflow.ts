import { PAINT, width } from "./table.ts";

/** Marks at the start of a line, below which the rest is indented. */
const BEGINS = [
  // `  12 [ ] text`
  /^ *\d+ \[[ x]\] /,
  // `  - text`, `  • text`, `  1. text`
  /^ *(?:[-+*•]|\d+\.) +/,
  // `  -n, --next <text>  text`: the last of several columns
  /^ *\S.* {2,}(?=\S)/,
  /^ */,
];

/** ` $ git …`: a shell command, which must not be broken. */
const COMMAND = /^ *\$ /;

/** Breaks lines that are too long, between words, below their first word. */
export function reflow(text: string, columns: number): string {
  return text.split("\n").map((line) =>
    width(line) <= columns || COMMAND.test(line) ? line : broken(line, columns)
  ).join("\n");
}

/** Fits a help page; rewraps each paragraph that has a long line. */
export function reflowPage(text: string, columns: number): string {
  const end = text.endsWith("\n") ? "\n" : "";
  const parts = text.slice(0, text.length - end.length).split("\n\n");
  return parts.map((part) => {
    const lines = part.split("\n");
    const isProse = lines.every((line) => /^\S/.test(line)) &&
      lines.some((line) => width(line) > columns);
    return reflow(isProse ? lines.join(" ") : part, columns);
  }).join("\n\n") + end;
}

function broken(line: string, columns: number): string {
  const bare = line.replaceAll(PAINT, "");
  const begin = BEGINS.map((pattern) => pattern.exec(bare)?.[0])
    .find((found) => found !== undefined)!;
  const isWide = width(begin) > columns / 2 && /\S/.test(begin);
  const inner = isWide ? begin.search(/\S/) + 4 : width(begin);
  const indent = " ".repeat(inner);
  // A line must not be broken at its leading spaces.
  const start = startAfter(line, begin.length);
  const head = line.slice(0, start);
  // A wide column gets its own line, with the text below it.
  const lines = isWide ? [head.replace(/ +$/, "")] : [];
  let current = isWide ? indent : head;
  let isEmpty = true;
  for (const word of wordsOf(line.slice(start), columns - inner)) {
    const longer = isEmpty ? `${current}${word}` : `${current} ${word}`;
    if (isEmpty || width(longer) <= columns) {
      current = longer;
      isEmpty = false;
      continue;
    }
    lines.push(current);
    current = indent + word;
  }
  return [...lines, current].join("\n");
}

/** A command in quotes, or one that ends a line: `Continue with: mpm resume`. */
const OF_MPM = /"mpm [^"]*"|(?<=: )mpm [^"]{1,40}$/g;

/** Returns the words to break between; a short command is one word. */
function wordsOf(text: string, columns: number): string[] {
  const glued = text.replaceAll(
    OF_MPM,
    (command) =>
      width(command) > columns ? command : command.replaceAll(" ", "\0"),
  );
  return glued.split(" ").map((word) => word.replaceAll("\0", " "));
}

/** Returns the position in a painted line after some plain characters. */
function startAfter(line: string, bare: number): number {
  let at = 0;
  let left = bare;
  for (const part of line.split(PAINT)) {
    if (!part.startsWith("\x1b")) {
      if (part.length > left) return at + left;
      left -= part.length;
    }
    at += part.length;
  }
  return at;
}
