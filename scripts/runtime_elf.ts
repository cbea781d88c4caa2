/** Name of the section in which Deno embeds a program. */
const MAGIC = "d3n0l4nd";
const TRAILER_SIZE = 24;

/**
 * The runtime at the beginning of a Linux program made by `deno compile`.
 *
 * The format is that of the library libsui 0.12, which Deno uses: the program
 * is appended to the runtime and ends with a trailer of 24 bytes, the name
 * `d3n0l4nd`, two 32-bit words (a mark and a hash of the name) and the 64-bit
 * length of all that was appended, trailer included; numbers little-endian.
 *
 * @throws {Error} when the trailer is missing or its length is impossible
 */
export function runtimeOfElf(program: Uint8Array): Uint8Array {
  const start = program.length - TRAILER_SIZE;
  const name = program.subarray(Math.max(start, 0), start + MAGIC.length);
  if (start < 0 || new TextDecoder().decode(name) !== MAGIC) {
    throw new Error("No program of Deno's is appended: the trailer is missing");
  }
  const view = new DataView(program.buffer, program.byteOffset + start);
  const appended = Number(view.getBigUint64(16, true));
  if (appended < TRAILER_SIZE || appended >= program.length) {
    throw new Error(
      `Cannot cut off the appended program: its length is ${appended} of ${program.length} bytes`,
    );
  }
  return program.slice(0, program.length - appended);
}
