import type { Triple } from "./toolchain.ts";
import { runtimeOfElf } from "./runtime_elf.ts";
import { runtimeOfMacho } from "./runtime_macho.ts";
import { runtimeOfPe } from "./runtime_pe.ts";

/**
 * The platform of a program, or undefined if mpm does not support it.
 *
 * Read from the fields of the formats for it: `e_machine` of ELF, `cputype` of
 * Mach-O, `Machine` of PE.
 */
export function platformOf(program: Uint8Array): Triple | undefined {
  if (program.length < 0x40) return undefined;
  const view = new DataView(
    program.buffer,
    program.byteOffset,
    program.byteLength,
  );
  switch (view.getUint32(0, true)) {
    case 0x464c457f: // "\x7fELF"
      return ({
        62: "x86_64-unknown-linux-gnu",
        183: "aarch64-unknown-linux-gnu",
      } as const)[view.getUint16(18, true)];
    case 0xfeedfacf:
      return ({
        0x01000007: "x86_64-apple-darwin",
        0x0100000c: "aarch64-apple-darwin",
      } as const)[view.getUint32(4, true)];
  }
  const header = view.getUint32(0x3c, true);
  const isPe = view.getUint16(0, true) === 0x5a4d &&
    header + 6 <= program.length;
  return isPe && view.getUint16(header + 4, true) === 0x8664
    ? "x86_64-pc-windows-msvc"
    : undefined;
}

const EXTRACT: Record<Triple, (program: Uint8Array) => Uint8Array> = {
  "x86_64-unknown-linux-gnu": runtimeOfElf,
  "aarch64-unknown-linux-gnu": runtimeOfElf,
  "x86_64-apple-darwin": runtimeOfMacho,
  "aarch64-apple-darwin": runtimeOfMacho,
  "x86_64-pc-windows-msvc": runtimeOfPe,
};

/**
 * The runtime inside a program that `deno compile` made for `triple`: what a
 * fresh `deno compile` takes as its `DENORT_BIN`.
 * @throws {Error} when the program is for another platform or was not made by
 * `deno compile`
 */
export function runtimeOf(program: Uint8Array, triple: Triple): Uint8Array {
  const platform = platformOf(program);
  if (platform !== triple) {
    throw new Error(
      `The program is for ${platform ?? "an unknown platform"}, not ${triple}`,
    );
  }
  return EXTRACT[triple](program);
}
