import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import type { EventsLost } from "./events.ts";

/** The size of the first block, and the maximum size of a block, in bytes. */
const FIRST = 16 * 1024;
const LARGEST = 1024 * 1024;

/** The maximum length of a line to return, in bytes. */
const LONGEST = 2 * 1024 * 1024;

const NEWLINE = 10;

/** Counts of the parts of a file that were skipped. */
export type Lost = Pick<EventsLost, "long" | "failed">;

/**
 * Yields the lines in the last `most` bytes of a file, the last line first,
 * reading backwards in growing blocks. Skips lines longer than 2 MiB, so that
 * memory stays bounded whatever the file contains. Ends early if the file
 * cannot be read. `lost` counts both cases. `size`: the offset at which to
 * assume the end of the file, so that later additions are ignored.
 */
export function* lastLines(
  system: System,
  path: string,
  most: number,
  lost: Lost = { long: 0, failed: 0 },
  size = sizeOf(system, path),
): Generator<string> {
  const stop = Math.max(0, size - most);
  const lines = new Lines("last", lost);
  let block = FIRST;
  for (let end = size; end > stop;) {
    const start = Math.max(stop, end - block);
    const bytes = readBlock(system, path, { start, end });
    if (!bytes) {
      lost.failed++;
      return;
    }
    yield* lines.of(bytes);
    end = start;
    block = Math.min(LARGEST, 2 * block);
  }
  yield* lines.rest(stop === 0);
}

/**
 * Yields the lines of a file from the byte `start` on, in order; `start` must
 * be the start of a line. Reads in blocks of `block` bytes. Treats long lines
 * and failures in the same way as {@link lastLines}.
 */
export function* firstLines(
  system: System,
  path: string,
  { start = 0, block = LARGEST }: { start?: number; block?: number } = {},
  lost: Lost = { long: 0, failed: 0 },
): Generator<string> {
  const size = sizeOf(system, path);
  const lines = new Lines("first", lost);
  for (let at = start; at < size;) {
    const end = Math.min(size, at + block);
    const bytes = readBlock(system, path, { start: at, end });
    if (!bytes) {
      lost.failed++;
      return;
    }
    yield* lines.of(bytes);
    at = end;
  }
  yield* lines.rest(true);
}

class Lines {
  readonly #decoder = new TextDecoder();
  readonly #from: "first" | "last";
  readonly #lost: Lost;
  /** Known parts of the line at the block's edge, in the order read. */
  #parts: Uint8Array[] = [];
  #kept = 0;

  /** @param from the end of the file at which reading begins */
  constructor(from: "first" | "last", lost: Lost) {
    this.#from = from;
    this.#lost = lost;
  }

  /** Yields the lines that this block completes. */
  *of(bytes: Uint8Array): Generator<string> {
    const [first, last] = [bytes.indexOf(NEWLINE), bytes.lastIndexOf(NEWLINE)];
    if (first < 0) return this.#keep(bytes);
    const backward = this.#from === "last";
    const edges = [bytes.subarray(0, first), bytes.subarray(last + 1)];
    this.#keep(edges[backward ? 1 : 0]!);
    yield* this.rest(true);
    // Decoding a block at once takes a tenth of the time of decoding it line by
    // line.
    const text = this.#decoder.decode(bytes.subarray(first + 1, last));
    const lines = text.split("\n").filter((line) => line !== "");
    yield* backward ? lines.reverse() : lines;
    this.#keep(edges[backward ? 0 : 1]!);
  }

  #keep(part: Uint8Array): void {
    this.#kept += part.length;
    if (this.#kept <= LONGEST) this.#parts.push(part);
    else this.#parts = [];
  }

  /** Yields the line made of the parts, if both its ends are known. */
  *rest(whole: boolean): Generator<string> {
    if (this.#kept > LONGEST) this.#lost.long++;
    else if (this.#kept > 0 && whole) {
      const backward = this.#from === "last";
      const parts = backward ? this.#parts.reverse() : this.#parts;
      yield textOf(this.#decoder, parts, this.#kept);
    }
    this.#parts = [];
    this.#kept = 0;
  }
}

function textOf(
  decoder: TextDecoder,
  parts: readonly Uint8Array[],
  size: number,
): string {
  if (parts.length === 1) return decoder.decode(parts[0]);
  const line = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    line.set(part, at);
    at += part.length;
  }
  return decoder.decode(line);
}

function sizeOf(system: System, path: string): number {
  return attempt(() => system.files.stat(path)?.size ?? 0) ?? 0;
}

/** Reads a block. `undefined`: the file became shorter, or cannot be read. */
function readBlock(
  system: System,
  path: string,
  { start, end }: { start: number; end: number },
): Uint8Array | undefined {
  return attempt(() => {
    const bytes = system.files.readPart(path, start, end - start);
    return bytes.length === end - start ? bytes : undefined;
  });
}
