import { assertEquals } from "@std/assert";
import { makeStyle } from "../../../src/cli/style.ts";
import { cut, table, width } from "../../../src/cli/table.ts";

const painted = makeStyle(true);

Deno.test("width() counts columns, not characters", () => {
  assertEquals(width("abc"), 3);
  assertEquals(width("日本"), 4);
  assertEquals(width("e\u0301"), 1);
  assertEquals(width("🎉"), 2);
  assertEquals(width(painted.red("red")), 3);
});

Deno.test("cut() keeps within the columns and closes the paint", () => {
  assertEquals(cut("abcdef", 6), "abcdef");
  assertEquals(cut("abcdef", 4), "abc…");
  assertEquals(cut("日本語", 4), "日…");
  assertEquals(cut(painted.red("abcdef"), 3), "\x1b[31mab…\x1b[39m");
});

Deno.test("table() aligns columns and cuts the last to the width", () => {
  assertEquals(
    table([["0", "日", "short"], ["10", "b", "x".repeat(90)]], 40),
    `0   日  short\n10  b   ${"x".repeat(31)}…\n`,
  );
});
