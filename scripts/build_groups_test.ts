import { assertEquals } from "@std/assert";
import { grouped } from "./build_groups.ts";

const LINES = [0, 1, 2, 3];

Deno.test("modules of the same lines are one script, in their order", () => {
  const loaded = [[1, [0]], [2, LINES], [4, [0]], [7, LINES]] as const;
  assertEquals(grouped(loaded, () => 1_000_000), [[1, 4], [2, 7]]);
});

Deno.test("a small module is joined to those that are mostly loaded with it", () => {
  const loaded = [[0, LINES], [1, [0, 1, 2]], [2, [3]]] as const;
  const sizes = [50_000, 100, 900_000];
  assertEquals(grouped(loaded, (module) => sizes[module]!), [[0, 1], [2]]);
});

Deno.test("modules of different lines stay apart", () => {
  const loaded = [[0, [0, 1]], [1, [2, 3]]] as const;
  assertEquals(grouped(loaded, () => 10), [[0], [1]]);
});
