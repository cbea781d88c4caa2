/** Reads `size` bytes of a file. Throws if the file ends earlier. */
export function readAt(
  file: Deno.FsFile,
  offset: number,
  size: number,
): Uint8Array {
  const bytes = new Uint8Array(size);
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < size;) {
    const count = file.readSync(bytes.subarray(done));
    if (count === null) throw new Error("The executable is incomplete");
    done += count;
  }
  return bytes;
}

/** Writes bytes into a file. */
export function writeAt(
  file: Deno.FsFile,
  offset: number,
  bytes: Uint8Array,
): void {
  file.seekSync(offset, Deno.SeekMode.Start);
  for (let done = 0; done < bytes.length;) {
    done += file.writeSync(bytes.subarray(done));
  }
}
