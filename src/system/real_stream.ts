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
  return joined(chunks, size);
}

/** Joins the chunks, `size` bytes in all. */
export function joined(
  chunks: readonly Uint8Array[],
  size: number,
): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
