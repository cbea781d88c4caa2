import { attempt } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";

/** Bytes of the first block that is read, and of the largest. */
const FIRST = 64 * 1024;
const LARGEST = 1024 * 1024;

/** Bytes of the longest line that is handed out. */
const LONGEST = 2 * 1024 * 1024;

const NEWLINE = 10;

/** Counts of the parts of a file that were not handed out. */
export interface Lost {
  /** Lines that were too long. */
  long: number;
  /** True if a part could not be read. */
  failed: boolean;
}

/**
 * The lines at the end of a file, the last first, read backwards in growing
 * blocks, of its last `most` bytes. A longer line than 2 MiB is skipped and not
 * kept, so memory stays bounded whatever the file holds. Ends early where the
 * file cannot be read. `lost` counts both.
 */
export function* lastLines(
  system: System,
  path: string,
  most: number,
  lost: Lost = { long: 0, failed: false },
): Generator<string> {
  const decoder = new TextDecoder();
  const size = sizeOf(system, path);
  const stop = Math.max(0, size - most);
  // The known parts of the line whose beginning is still to come, last part
  // first.
  let parts: Uint8Array[] = [];
  let kept = 0;
  const keep = (part: Uint8Array) => {
    kept += part.length;
    if (kept <= LONGEST) parts.push(part);
    else parts = [];
  };
  const takeLine = () => {
    const line = kept > LONGEST ? "" : textOf(decoder, parts, kept);
    if (kept > LONGEST) lost.long++;
    parts = [];
    kept = 0;
    return line;
  };
  let block = FIRST;
  for (let end = size; end > stop;) {
    const start = Math.max(stop, end - block);
    const bytes = readBlock(system, path, { start, end });
    if (!bytes) {
      lost.failed = true;
      return;
    }
    const [first, last] = [bytes.indexOf(NEWLINE), bytes.lastIndexOf(NEWLINE)];
    keep(bytes.subarray(last + 1));
    if (first >= 0) {
      const line = takeLine();
      if (line !== "") yield line;
      // Decoded at once: that takes a tenth of the time of line by line.
      const whole = decoder.decode(bytes.subarray(first + 1, last)).split("\n");
      for (let at = whole.length - 1; at >= 0; at--) {
        if (whole[at] !== "") yield whole[at]!;
      }
      keep(bytes.subarray(0, first));
    }
    end = start;
    block = Math.min(LARGEST, 2 * block);
  }
  if (kept > LONGEST || stop === 0) {
    const line = takeLine();
    if (line !== "") yield line;
  }
}

/**
 * The lines of a file, the first first, from the byte `start` on: it must be
 * the beginning of a line. Reads in blocks of `block` bytes. Of longer lines
 * than 2 MiB and failures the same holds as for {@link lastLines}.
 */
export function* firstLines(
  system: System,
  path: string,
  { start = 0, block = LARGEST }: { start?: number; block?: number } = {},
  lost: Lost = { long: 0, failed: false },
): Generator<string> {
  const decoder = new TextDecoder();
  const size = sizeOf(system, path);
  let parts: Uint8Array[] = [];
  let kept = 0;
  for (let at = start; at < size;) {
    const end = Math.min(size, at + block);
    const bytes = readBlock(system, path, { start: at, end });
    if (!bytes) {
      lost.failed = true;
      return;
    }
    for (let left = 0;;) {
      const newline = bytes.indexOf(NEWLINE, left);
      const part = bytes.subarray(left, newline < 0 ? bytes.length : newline);
      kept += part.length;
      if (kept <= LONGEST) parts.push(part);
      else parts = [];
      if (newline < 0) break;
      if (kept > LONGEST) lost.long++;
      else if (kept > 0) yield textOf(decoder, parts.reverse(), kept);
      parts = [];
      kept = 0;
      left = newline + 1;
    }
    at = end;
  }
  if (kept > LONGEST) lost.long++;
  else if (kept > 0) yield textOf(decoder, parts.reverse(), kept);
}

function textOf(
  decoder: TextDecoder,
  parts: readonly Uint8Array[],
  size: number,
): string {
  if (parts.length === 1) return decoder.decode(parts[0]);
  const line = new Uint8Array(size);
  let at = size;
  for (const part of parts) line.set(part, at -= part.length);
  return decoder.decode(line);
}

function sizeOf(system: System, path: string): number {
  return attempt(() => system.files.stat(path)?.size ?? 0) ?? 0;
}

/** `undefined`: it is shorter than it was, or cannot be read. */
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
