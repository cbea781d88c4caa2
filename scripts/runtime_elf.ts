import { readAt, writeAt } from "./build_parts.ts";

/** Name of the section in which Deno embeds a program. */
const MAGIC = "d3n0l4nd";
const TRAILER_SIZE = 24;

/**
 * Returns how many bytes `deno compile` appended to the runtime of a Linux
 * program of `size` bytes, by the program's `end`.
 *
 * The format is that of the library libsui 0.12, which Deno uses. The program
 * is appended to the runtime and ends with a trailer of 24 bytes. The trailer
 * has the name `d3n0l4nd`, two 32-bit words (a mark and a hash of the name) and
 * the 64-bit length of everything appended. Numbers are little-endian.
 *
 * @throws {Error} when the trailer is missing or its length is impossible
 */
function appendedTo(size: number, end: Uint8Array): number {
  const trailer = end.slice(-TRAILER_SIZE);
  const name = trailer.subarray(0, MAGIC.length);
  if (
    trailer.length < TRAILER_SIZE || new TextDecoder().decode(name) !== MAGIC
  ) {
    throw new Error("The trailer of an appended Deno program is missing");
  }
  const appended = Number(new DataView(trailer.buffer).getBigUint64(16, true));
  if (appended < TRAILER_SIZE || appended >= size) {
    throw new Error(
      `Cannot cut off the appended program: its length is ${appended} of ${size} bytes`,
    );
  }
  return appended;
}

/**
 * Returns the runtime at the beginning of a Linux program made by
 * `deno compile`.
 * @throws {Error} when the end is not in Deno's format
 */
export function runtimeOfElf(program: Uint8Array): Uint8Array {
  const appended = appendedTo(program.length, program);
  return program.slice(0, program.length - appended);
}

/**
 * Inserts bytes between the runtime of a Linux program and what Deno appended
 * to it. Deno locates its data from the end, so it does not read them.
 * @throws {Error} when the end is not in Deno's format
 */
export function insertIntoElf(path: string, bytes: Uint8Array): void {
  using file = Deno.openSync(path, { read: true, write: true });
  const { size } = file.statSync();
  const end = readAt(file, size - TRAILER_SIZE, TRAILER_SIZE);
  const start = size - appendedTo(size, end);
  const appended = readAt(file, start, size - start);
  writeAt(file, start, bytes);
  writeAt(file, start + bytes.length, appended);
}
