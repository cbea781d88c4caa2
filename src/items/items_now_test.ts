import { assertEquals } from "@std/assert";
import type { Item, KeptItem } from "./item.ts";
import { mergeItems } from "./items_now.ts";

function item(id: string, more: Partial<Item> = {}): Item {
  return {
    id,
    kind: "next",
    text: `do ${id}`,
    state: "open",
    source: "agent",
    via: "pause",
    at: "2026-11-20T12:00:00.000Z",
    save: null,
    ...more,
  };
}

function kept(id: string, number: number, more: Partial<Item> = {}): KeptItem {
  const here = { schema: 1 as const, place: "p", session: null, number };
  return { ...item(id, more), ...here };
}

Deno.test("mergeItems() shows the currently open items, with local numbers", () => {
  const closed = kept("c", 2, { state: "done" });
  const later = kept("d", 3, { text: "said later" });
  const items = mergeItems(
    [
      item("a", { number: 7 }),
      item("b", { text: "as it was saved" }),
      item("c"),
      item("e", { number: 1 }),
      item("f", { state: "superseded" }),
      item("g", { kind: "prompt" }),
    ],
    {
      kept: [kept("b", 1, { text: "in its current version" }), closed, later],
      open: [later],
    },
  );
  assertEquals(items.map(({ id, number, text }) => [id, number, text]), [
    ["b", 1, "in its current version"],
    ["d", 3, "said later"],
    ["a", undefined, "do a"],
    ["e", undefined, "do e"],
  ]);
});
