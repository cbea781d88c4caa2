import { assertEquals, assertThrows } from "@std/assert";
import { runtimeOfMacho } from "./runtime_macho.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** Offset of `__LINKEDIT`, and its address, in a runtime of these tests. */
const LINKEDIT = 0x400;
const ADDRESS = 0x8000;
const SYMBOLS = 0x20;
const STRINGS = 0x18;

/** A load command: its kind, then its 32-bit fields behind the size. */
function command(kind: number, fields: number[]): Uint8Array {
  return new Uint8Array(
    Uint32Array.from([kind, 8 + 4 * fields.length, ...fields]).buffer,
  );
}

function segment(name: string, place: number[], sections = 0): Uint8Array {
  const fields = place.flatMap((value) => [value, 0]);
  const bytes = command(0x19, [
    ...[0, 0, 0, 0, ...fields, 1, 1, sections, 0],
    ...Array(20 * sections).fill(0),
  ]);
  bytes.set(encode(name), 8);
  return bytes;
}

function file(cpu: number, commands: Uint8Array[], rest: Uint8Array) {
  const bytes = new Uint8Array(LINKEDIT + rest.length);
  const flat = commands.flatMap((each) => [...each]);
  const header = [0xfeedfacf, cpu, 0, 2, commands.length, flat.length, 0, 0];
  bytes.set(new Uint8Array(Uint32Array.from(header).buffer));
  bytes.set(flat, 32);
  bytes.set(rest, LINKEDIT);
  return bytes;
}

const TEXT = segment("__TEXT", [0, ADDRESS, 0, LINKEDIT]);
const TABLES = Uint8Array.from({ length: SYMBOLS + STRINGS }, (_, n) => n);

/** An arm64 program; `added` bytes are in a separate segment unless it is 0. */
function arm(added: number, signature: number, room: number): Uint8Array {
  const start = LINKEDIT + added;
  const size = TABLES.length + signature;
  const sui = segment("__SUI", [ADDRESS, added, LINKEDIT, added], 1);
  return file(
    0x0100000c,
    [
      TEXT,
      ...(added === 0 ? [] : [sui]),
      segment("__LINKEDIT", [ADDRESS + added, room, start, size]),
      command(0x80000022, [start, 8, 0, 0, 0, 0, start + 8, 8, 0, 0]),
      command(0x2, [start + 16, 1, start + SYMBOLS, STRINGS]),
      command(0xb, Array(18).fill(0).with(12, start + 16)),
      command(0x26, [start + 24, 8]),
      command(0x1d, [start + TABLES.length, signature]),
    ],
    Uint8Array.from([...Array(added).fill(9), ...TABLES, ...Array(signature)]),
  );
}

/** An Intel program, with the `appended` bytes, which may be empty. */
function intel(appended: Uint8Array, room: number): Uint8Array {
  const size = TABLES.length + appended.length;
  const strings = STRINGS + appended.length;
  return file(0x01000007, [
    TEXT,
    segment("__LINKEDIT", [ADDRESS, room, LINKEDIT, size]),
    command(0x2, [LINKEDIT, 1, LINKEDIT + SYMBOLS, strings]),
  ], Uint8Array.from([...TABLES, ...appended]));
}

function appendix(program: string, length = program.length): Uint8Array {
  const size = new Uint8Array(BigUint64Array.of(BigInt(length)).buffer);
  const mark = [...encode("<~sui-data~>"), 0xef, 0xbe, 0xad, 0xde];
  return Uint8Array.from([...mark, ...size, ...encode(program)]);
}

Deno.test("runtimeOfMacho() undoes the segment and drops the signature", () => {
  assertEquals(runtimeOfMacho(arm(0x1000, 100, 99)), arm(0, 0, 0x4000));
});

Deno.test("runtimeOfMacho() keeps offsets of 0", () => {
  const runtime = new DataView(runtimeOfMacho(arm(0x1000, 4, 0)).buffer);
  const dyldInfo = 32 + 72 + 72;
  assertEquals(runtime.getUint32(dyldInfo, true), 0x80000022);
  assertEquals(runtime.getUint32(dyldInfo + 16, true), 0);
});

Deno.test("runtimeOfMacho() cuts off what is appended for Intel", () => {
  const none = new Uint8Array();
  const program = 'a program with "<~sui-data~>" in its text';
  assertEquals(
    runtimeOfMacho(intel(appendix(program), 1)),
    intel(none, 0x4000),
  );
});

Deno.test("runtimeOfMacho() refuses a program with nothing embedded", () => {
  for (const bytes of [new Uint8Array(), appendix("program", 3)]) {
    assertThrows(
      () => runtimeOfMacho(intel(bytes, 0)),
      Error,
      "No embedded or appended Deno program",
    );
  }
});

Deno.test("runtimeOfMacho() refuses offsets outside the file", () => {
  const program = arm(0x1000, 0, 0);
  const symtab = 32 + 72 + 152 + 72 + 48;
  new DataView(program.buffer).setUint32(symtab + 16, 0xffffff, true);
  assertThrows(() => runtimeOfMacho(program), Error, "outside its file");
});

Deno.test("runtimeOfMacho() refuses anything but 64-bit macOS programs", () => {
  assertThrows(
    () => runtimeOfMacho(encode("#!/bin/sh\n".repeat(8))),
    Error,
    "Not a 64-bit macOS program",
  );
});
