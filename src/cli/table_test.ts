import { assertEquals } from "@std/assert";
import { makeStyle } from "./style.ts";
import { cut, folded, table, width } from "./table.ts";

const painted = makeStyle(true);

Deno.test("width() counts columns, not characters", () => {
  assertEquals(width("abc"), 3);
  assertEquals(width("日本"), 4);
  assertEquals(width("e\u0301"), 1);
  assertEquals(width("🎉"), 2);
  assertEquals(width(painted.red("red")), 3);
});

Deno.test("cut() stays within the columns and resets the colors", () => {
  assertEquals(cut("abcdef", 6), "abcdef");
  assertEquals(cut("abcdef", 4), "abc…");
  assertEquals(cut("日本語", 4), "日…");
  assertEquals(cut(painted.red("abcdef"), 3), "\x1b[38;5;167mab…\x1b[39m");
  // Colour that begins in the middle ends before the padding.
  assertEquals(cut(`${painted.bold("ab")}cdef`, 4), "\x1b[1mab\x1b[22mc…");
  assertEquals(cut(`ab${painted.bold("cd")}ef`, 4), "ab\x1b[1mc…\x1b[22m");
});

Deno.test("table() aligns columns and cuts the last to the width", () => {
  assertEquals(
    table([["0", "日", "short"], ["10", "b", "x".repeat(90)]], 40),
    `0   日  short\n10  b   ${"x".repeat(31)}…\n`,
  );
});

Deno.test("table() shortens other columns if the last one does not fit", () => {
  const row = ["a".repeat(20), "b".repeat(24), "c".repeat(40)];
  assertEquals(
    table([row], 60, [1]),
    `${row[0]}  ${"b".repeat(15)}…  ${"c".repeat(19)}…\n`,
  );
  assertEquals(
    table([row], 40, [1]),
    `${row[0]}  ${"b".repeat(17)}…\n    ${"c".repeat(35)}…\n`,
    "the last column goes below the others",
  );
});

Deno.test("folded() breaks between words, and within a word that is too long", () => {
  assertEquals(folded("one two three", 8), ["one two", "three"]);
  assertEquals(folded("  one two", 6), ["  one", "two"]);
  assertEquals(folded("abcdefgh", 3), ["abc", "def", "gh"]);
  assertEquals(folded("one two", 3), ["one", "two"]);
  assertEquals(folded(`one ${painted.red("two")}`, 5), [
    "one",
    painted.red("two"),
  ]);
});
