import { assertEquals, assertThrows } from "@std/assert";
import { runtimeOfPe } from "./runtime_pe.ts";

const COFF = 0x80;
const OPTIONAL = COFF + 24;
const TABLE = OPTIONAL + 240;
const SECTIONS_START = 0x400;

interface Section {
  name: string;
  address: number;
  data: Uint8Array;
}

const TEXT = { name: ".text", address: 0x1000, data: filled(1, 0x200) };
const ADDED = { name: ".pedata", address: 0x2000, data: filled(2, 77) };

function filled(value: number, length: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

function image(sections: Section[], sizeOfImage: number, resources: number[]) {
  const size = sections.reduce((sum, { data }) => sum + data.length, 0);
  const bytes = new Uint8Array(SECTIONS_START + size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0x5a4d, true);
  view.setUint32(0x3c, COFF, true);
  view.setUint32(COFF, 0x4550, true);
  view.setUint16(COFF + 4, 0x8664, true);
  view.setUint16(COFF + 6, sections.length, true);
  view.setUint16(COFF + 20, 240, true);
  view.setUint16(OPTIONAL, 0x20b, true);
  view.setUint32(OPTIONAL + 56, sizeOfImage, true);
  resources.forEach((value, index) =>
    view.setUint32(OPTIONAL + 128 + 4 * index, value, true)
  );
  let start = SECTIONS_START;
  sections.forEach(({ name, address, data }, index) => {
    const header = TABLE + 40 * index;
    bytes.set(new TextEncoder().encode(name), header);
    view.setUint32(header + 8, 0x1000, true);
    view.setUint32(header + 12, address, true);
    view.setUint32(header + 16, data.length, true);
    view.setUint32(header + 20, start, true);
    bytes.set(data, start);
    start += data.length;
  });
  return bytes;
}

Deno.test("runtimeOfPe() undoes the section that was added for the program", () => {
  assertEquals(
    runtimeOfPe(image([TEXT, ADDED], 0x2000 + 77, [0x2000, 77])),
    image([TEXT], 0x2000, [0, 0]),
  );
});

Deno.test("runtimeOfPe() refuses an image without that section", () => {
  assertThrows(
    () => runtimeOfPe(image([TEXT], 0x2000, [0, 0])),
    Error,
    'does not end with a section ".pedata"',
  );
});

Deno.test("runtimeOfPe() refuses bytes behind the section", () => {
  const program = image([TEXT, ADDED], 0x2000 + 77, [0x2000, 77]);
  assertThrows(() => runtimeOfPe(Uint8Array.from([...program, 0])), Error);
});

Deno.test("runtimeOfPe() refuses resources that are elsewhere", () => {
  assertThrows(
    () => runtimeOfPe(image([TEXT, ADDED], 0x2000 + 77, [0x1000, 77])),
    Error,
    "the resources are elsewhere",
  );
});

Deno.test("runtimeOfPe() refuses anything but 64-bit Windows programs", () => {
  assertThrows(
    () => runtimeOfPe(filled(0, 0x400)),
    Error,
    "Not a 64-bit Windows program",
  );
});
