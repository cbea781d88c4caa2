import { assertEquals, assertThrows } from "@std/assert";
import { insertIntoElf, runtimeOfElf } from "./runtime_elf.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A runtime with a program appended; `length` overrides the true one. */
function compiled(runtime: string, program: string, length?: number) {
  const trailer = new Uint8Array(24);
  const view = new DataView(trailer.buffer);
  trailer.set(encode("d3n0l4nd"));
  view.setUint32(8, 0x501e, true);
  view.setUint32(12, 0x2a7, true);
  view.setBigUint64(16, BigInt(length ?? program.length + 24), true);
  return Uint8Array.from([...encode(runtime + program), ...trailer]);
}

Deno.test("runtimeOfElf() cuts off the appended program and its trailer", () => {
  assertEquals(
    runtimeOfElf(compiled("ELF runtime", "console.log(1)")),
    encode("ELF runtime"),
  );
});

Deno.test("runtimeOfElf() reads a program that lies inside a larger buffer", () => {
  const whole = Uint8Array.from([7, 7, 7, ...compiled("runtime", "program")]);
  assertEquals(runtimeOfElf(whole.subarray(3)), encode("runtime"));
});

Deno.test("runtimeOfElf() refuses a file without a trailer", () => {
  assertThrows(
    () => runtimeOfElf(encode("a program that Deno did not compile")),
    Error,
    "The trailer of an appended Deno program is missing",
  );
  assertThrows(() => runtimeOfElf(encode("d3n0l4nd")), Error, "missing");
});

Deno.test("runtimeOfElf() refuses a length that leaves no runtime", () => {
  for (const length of [0, 23, 40, 2 ** 40]) {
    assertThrows(
      () => runtimeOfElf(compiled("runtime!", "program!", length)),
      Error,
      `its length is ${length} of 40 bytes`,
    );
  }
});

Deno.test("insertIntoElf() leaves the end of the program as Deno wrote it", () => {
  const path = Deno.makeTempFileSync({ prefix: "mpm-elf-test-" });
  try {
    const before = compiled("runtime", "program");
    Deno.writeFileSync(path, before);
    insertIntoElf(path, encode("more"));
    const after = Deno.readFileSync(path);
    assertEquals(runtimeOfElf(after), encode("runtimemore"));
    assertEquals(after.subarray(11), before.subarray(7));
  } finally {
    Deno.removeSync(path);
  }
});

Deno.test("insertIntoElf() refuses a file that Deno did not compile", () => {
  const path = Deno.makeTempFileSync({ prefix: "mpm-elf-test-" });
  try {
    Deno.writeTextFileSync(path, "a program that Deno did not compile");
    assertThrows(() => insertIntoElf(path, encode("more")), Error, "missing");
  } finally {
    Deno.removeSync(path);
  }
});
