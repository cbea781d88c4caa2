import { assertEquals, assertThrows } from "@std/assert";
import { platformOf, runtimeOf } from "./runtime_format.ts";

/** A file of zeros except for some 32-bit numbers at given places. */
function header(fields: Record<number, number>): Uint8Array {
  const bytes = new Uint8Array(0x80);
  for (const [at, value] of Object.entries(fields)) {
    new DataView(bytes.buffer).setUint32(Number(at), value, true);
  }
  return bytes;
}

const ELF = 0x464c457f;

Deno.test("platformOf() recognizes the five platforms by their headers", () => {
  const expected = {
    "x86_64-unknown-linux-gnu": header({ 0: ELF, 18: 62 }),
    "aarch64-unknown-linux-gnu": header({ 0: ELF, 18: 183 }),
    "x86_64-apple-darwin": header({ 0: 0xfeedfacf, 4: 0x01000007 }),
    "aarch64-apple-darwin": header({ 0: 0xfeedfacf, 4: 0x0100000c }),
    "x86_64-pc-windows-msvc": header({
      0: 0x5a4d,
      0x3c: 0x40,
      0x44: 0x8664,
    }),
  };
  for (const [triple, program] of Object.entries(expected)) {
    assertEquals<string | undefined>(platformOf(program), triple);
  }
});

Deno.test("platformOf() returns no platform for other files", () => {
  for (
    const program of [
      new Uint8Array(),
      header({}),
      header({ 0: ELF, 18: 40 }),
      header({ 0: 0x5a4d, 0x3c: 0xffffff }),
      header({ 0: 0x5a4d, 0x3c: 0x40, 0x44: 0x14c }),
    ]
  ) assertEquals(platformOf(program), undefined);
});

Deno.test("runtimeOf() refuses a program for another platform", () => {
  assertThrows(
    () => runtimeOf(header({ 0: ELF, 18: 62 }), "aarch64-unknown-linux-gnu"),
    Error,
    "is for x86_64-unknown-linux-gnu, not aarch64-unknown-linux-gnu",
  );
});
