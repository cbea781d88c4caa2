import { decodeBytes, encodeText, joinBytes } from "../base/bytes.ts";

export { decodeBytes, encodeText, joinBytes };

/** Returns whether the file functions, which take text, support a name. */
export function isOpenable(path: string): boolean {
  return path.isWellFormed();
}

/** Returns the fields of `-z` output, without text after the last NUL. */
export function splitFields(bytes: Uint8Array): string[] {
  const fields = decodeBytes(bytes).split("\0");
  fields.pop();
  return fields;
}

/** Text of ASCII characters that need no escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Quotes `path` as in C, as git reads it with `--stdin-paths`. */
export function quotePath(path: string): string {
  if (PLAIN.test(path)) return `"${path}"`;
  let quoted = "";
  for (const byte of encodeText(path)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c;
    quoted += plain
      ? String.fromCharCode(byte)
      : `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return `"${quoted}"`;
}

/** The maximum number of items and of bytes for one git process. */
const MOST = 500;
const MOST_BYTES = 32 * 1024 * 1024;

/** Splits a list into parts for one process each. */
export function* portions<T>(
  items: readonly T[],
  size: (item: T) => number,
): Generator<readonly T[]> {
  let [part, bytes]: [T[], number] = [[], 0];
  for (const item of items) {
    part.push(item);
    bytes += size(item);
    if (part.length < MOST && bytes < MOST_BYTES) continue;
    yield part;
    [part, bytes] = [[], 0];
  }
  if (part.length > 0) yield part;
}

/** Number of git processes at once: a few more than cores. */
const AT_ONCE = 6;

/** Runs `work` on every item, a few at a time; results stay in order. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      results[at] = await work(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Like `Promise.all`, but fails only when no program is left running. */
export async function allEnded<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

/** Returns the words of a command line, followed by data, never split. */
export function words(command: string, ...data: readonly string[]): string[] {
  return [...command.trim().split(/\s+/), ...data];
}

/** Returns paths in the format that git reads with `-z`: a NUL after each. */
export function zeroed(paths: Iterable<string>): Uint8Array {
  return encodeText([...paths].map((path) => `${path}\0`).join(""));
}

/** Returns names as git reads them from standard input: one per line. */
export function lined(names: Iterable<string>): Uint8Array {
  return encodeText([...names].map((name) => `${name}\n`).join(""));
}

export function linesOf(output: Uint8Array): string[] {
  return decodeBytes(output).split("\n").slice(0, -1);
}

/** Returns groups of `size` fields; drops an incomplete last group. */
export function grouped(fields: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at + size <= fields.length; at += size) {
    groups.push(fields.slice(at, at + size));
  }
  return groups;
}
