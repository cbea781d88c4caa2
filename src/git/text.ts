import { decodeBytes, encodeText } from "../base/bytes.ts";

export { decodeBytes, encodeText };

/**
 * Returns whether the system's file functions reach a file of this name. They
 * take text, so they cannot reach a name that is not UTF-8.
 */
export function isOpenable(path: string): boolean {
  return path.isWellFormed();
}

/** The fields of `-z` output; what follows the last NUL is not a field. */
export function splitFields(bytes: Uint8Array): string[] {
  const fields = decodeBytes(bytes).split("\0");
  fields.pop();
  return fields;
}

/** Text of ASCII characters that need no escape. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** `path` as git reads one from a line of `--stdin-paths`: quoted as in C. */
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

/** All the bytes, one after the other. */
export function joinBytes(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(
    chunks.reduce((sum, { length }) => sum + length, 0),
  );
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** Items that one git process takes, and bytes from which on it takes no more. */
const MOST = 500;
const MOST_BYTES = 32 * 1024 * 1024;

/** Parts of a list that are no larger than one process should take. */
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

/** Git processes side by side: a few more than a small machine has cores. */
const AT_ONCE = 6;

/** `work` on every item, a few at a time; the results keep the order. */
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

/**
 * `Promise.all`, which fails only after all have ended, so that no program is
 * left running behind an error.
 */
export async function allEnded<T extends readonly unknown[] | []>(
  work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

/**
 * The words of a command that is written out, then what is data: that is taken
 * as it is and never split.
 */
export function words(command: string, ...data: readonly string[]): string[] {
  return [...command.trim().split(/\s+/), ...data];
}

/** Paths as git reads them with `-z`: each with a NUL behind it. */
export function zeroed(paths: Iterable<string>): Uint8Array {
  return encodeText([...paths].map((path) => `${path}\0`).join(""));
}

/** Names as git reads them from its standard input, one a line. */
export function lined(names: Iterable<string>): Uint8Array {
  return encodeText([...names].map((name) => `${name}\n`).join(""));
}

/** The lines that a command printed. */
export function linesOf(output: Uint8Array): string[] {
  return decodeBytes(output).split("\n").slice(0, -1);
}

/** Fields of length `size`; a rest at the end is dropped. */
export function grouped(fields: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at + size <= fields.length; at += size) {
    groups.push(fields.slice(at, at + size));
  }
  return groups;
}
