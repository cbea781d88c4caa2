import { assertEquals } from "@std/assert";
import type { System } from "../system/system.ts";
import { firstLines, lastLines, type Lost } from "./tail.ts";

/** A machine with one file. */
function holding(bytes: Uint8Array): System {
  const files = {
    stat: () => ({ size: bytes.length }),
    readPart: (_: string, start: number, length: number) =>
      bytes.slice(start, start + length),
  };
  return { files } as unknown as System;
}

function read(text: string, most = Infinity): { lines: string[]; lost: Lost } {
  const lost = { long: 0, failed: 0 };
  const bytes = new TextEncoder().encode(text);
  const lines = lastLines(holding(bytes), "file", most, lost);
  return { lines: [...lines], lost };
}

/** Lines of very different lengths, many of them across block boundaries. */
const MANY = Array.from(
  { length: 400 },
  (_, at) => `${at} ${"é€😀x".repeat((at * at * 37) % 300)}`,
);

Deno.test("lines are complete, the last one first, wherever a block ends", () => {
  for (const end of ["", "\n", "\n\n"]) {
    const { lines } = read(MANY.join("\n") + end);
    assertEquals(lines, MANY.toReversed());
    const bytes = new TextEncoder().encode(MANY.join("\n") + end);
    for (const block of [997, 1 << 20]) {
      const forward = firstLines(holding(bytes), "file", { block });
      assertEquals([...forward], MANY);
    }
  }
  assertEquals(read(`\n\na\n\nb`).lines, ["b", "a"]);
  assertEquals(read("").lines, []);
});

Deno.test("a line whose beginning is not read is left out", () => {
  assertEquals(read("first\nsecond\nthird\n", 12).lines, ["third"]);
});

Deno.test("a line of more than 2 MiB is counted, and those around it are read", () => {
  const { lines, lost } = read(`a\n${"x".repeat(3 * 1024 * 1024)}\nb\n`);
  assertEquals(lines, ["b", "a"]);
  assertEquals(lost, { long: 1, failed: 0 });
});
