import { joinBytes } from "../base/bytes.ts";

/** A source that can be read to its end. */
interface Source {
  readSync(buffer: Uint8Array): number | null;
}

/** Reads all of `source`; calls `beyond` once it exceeds `limit` bytes. */
export function readStream(
  source: Source,
  limit: number,
  beyond: () => never,
): Uint8Array {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const chunk = new Uint8Array(65_536);
    const read = source.readSync(chunk);
    if (read === null) break;
    size += read;
    if (size > limit) beyond();
    chunks.push(chunk.subarray(0, read));
  }
  return joinBytes(chunks);
}

/** Reads `size` bytes, or fewer at the end of the source. */
export function readSome(source: Source, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let filled = 0;
  while (filled < size) {
    const read = source.readSync(bytes.subarray(filled));
    if (read === null) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/** Writes all bytes; `written` gets the count after each part. */
export function writeAll(
  target: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
  written: (count: number) => void = () => {},
): void {
  for (let at = 0; at < bytes.length;) {
    at += target.writeSync(bytes.subarray(at));
    written(at);
  }
}
