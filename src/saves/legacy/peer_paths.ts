import { getOwn } from "../../base/own.ts";
import { decodeBytes, encodeText } from "../../base/bytes.ts";
import type { Surroundings } from "../compare/recorded.ts";

/**
 * Repairs of the path lists that claude-mpm writes: it takes lines of `git
 * status --porcelain` (without `-z`) apart after stripping the whole output,
 * so names stay quoted as in C, a rename stays `old -> new`, and the first
 * path of the output loses its first letter if its status began with a blank.
 */

/** The old and the new name of a line of `git status`, unquoted. */
export function splitRename(text: string): { path: string; from?: string } {
  const names = /^("(?:[^"\\]|\\.)*"|.+?) -> ("(?:[^"\\]|\\.)*"|.+)$/s
    .exec(text);
  if (!names) return { path: decodeQuoted(text) };
  return { path: decodeQuoted(names[2]!), from: decodeQuoted(names[1]!) };
}

const ESCAPES: Record<string, number> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "\\": 92,
};

/**
 * A name that git quoted as in C, `"\303\274 b"`, as text; any other name as
 * it is. Bytes that are not UTF-8 become U+DC00 plus the byte.
 */
export function decodeQuoted(name: string): string {
  if (!/^"(?:[^"\\]|\\.)*"$/s.test(name)) return name;
  const bytes: number[] = [];
  for (
    const [, octal, letter, plain] of name.slice(1, -1).matchAll(
      /\\([0-3][0-7]{2})|\\(.)|([^\\]+)/gs,
    )
  ) {
    if (octal !== undefined) bytes.push(parseInt(octal, 8));
    else if (letter !== undefined) {
      bytes.push(getOwn(ESCAPES, letter) ?? letter.charCodeAt(0));
    } else bytes.push(...encodeText(plain!));
  }
  return decodeBytes(new Uint8Array(bytes));
}

/**
 * The first path of a peer's list of changed files, its first letter given
 * back if it was lost. No path, and a note, where that cannot be decided.
 */
export function repairFirst(
  first: string,
  around: Surroundings,
): { path: string | undefined; notes: string[] } {
  // A quoted name that lost its opening quote ends in a lone one.
  if (/^[^"]*"$/.test(first)) return { path: `"${first}`, notes: [] };
  const known = [
    ...around.present,
    ...around.files.flatMap(({ path, from }) => from ? [path, from] : [path]),
  ];
  const { path } = splitRename(first);
  const lacking = longerByOne(path, known, around.topNames);
  const top = path.split("/")[0]!;
  const stands = known.includes(path) || around.topNames.includes(top);
  if (stands && lacking.length === 0) return { path: first, notes: [] };
  if (!stands && lacking.length === 1) {
    return { path: lacking[0]! + first.slice(path.length), notes: [] };
  }
  const note = `The first changed path in the save, "${path}", ` +
    "may lack its first letter (a fault of claude-mpm), and was not compared";
  return { path: undefined, notes: [note] };
}

/** Known paths, or paths under a top folder's name, with one letter before. */
function longerByOne(
  path: string,
  known: readonly string[],
  topNames: readonly string[],
): string[] {
  const lacks = (longer: string, shorter: string) =>
    longer.length > shorter.length && longer.endsWith(shorter) &&
    [...longer].length === [...shorter].length + 1;
  const [top, ...below] = path.split("/") as [string, ...string[]];
  return [
    ...new Set([
      ...known.filter((name) => lacks(name, path)),
      ...topNames.filter((name) => lacks(name, top))
        .map((name) => [name, ...below].join("/")),
    ]),
  ];
}
