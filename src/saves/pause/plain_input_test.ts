import { assertEquals, assertThrows } from "@std/assert";
import { isPlainInput, parsePlain } from "./plain_input.ts";

Deno.test("plain text holds fields with texts, lists and numbers", () => {
  const text = `summary: The road is paved
and has a name
next_steps:
- Paint it: white, not "yellow"
  on both sides
- Open it
close: #3, 5
goal:
A road
`;
  assertEquals([isPlainInput(text), parsePlain(text, "x")], [true, {
    summary: "The road is paved\nand has a name",
    next_steps: ['Paint it: white, not "yellow"\n  on both sides', "Open it"],
    close: [3, 5],
    goal: "A road",
  }]);
});

Deno.test("a line that only looks like a field is part of the text", () => {
  assertEquals(parsePlain("summary: a\nnote: b", "x"), {
    summary: "a\nnote: b",
  });
  assertThrows(() => parsePlain("nonsense:\n- a", "x"), Error, "nonsense");
});

Deno.test("JSON is not plain text", () => {
  for (const text of ['{"summary":"x"}', "", "[]", "just words"]) {
    assertEquals(isPlainInput(text), false);
  }
});
