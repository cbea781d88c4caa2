import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { indexedByData } from "./helpers/indexed.ts";

Deno.test("indexedByData() distinguishes keys from data from known ones", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const path = join(folder, "a.ts");
    Deno.writeTextFileSync(
      path,
      `
declare const object: Record<string, number>;
declare const list: number[];
declare const pair: readonly [string, string] | undefined;
declare const key: string, at: number, one: "a" | "b", any: any;
declare function get<K extends "a" | "b">(from: { a: 1; b: 2 }, key: K): void;
object[key];
object?.[key.trim()];
object[any];
any[key];
object[key] = 1;
key in object;
object["a"];
object[one];
list[at];
pair?.[at];
"a" in object;
for (const name in object) object[name];
function of<K extends "a" | "b">(from: { a: 1; b: 2 }, name: K) { from[name]; }
`,
    );
    const found = indexedByData([path]).map((one) =>
      one.slice(path.length + 1)
    );
    assertEquals(found, [
      "7 object[key]",
      "8 object?.[key.trim()]",
      "9 object[any]",
      "10 any[key]",
      "11 object[key]",
      "12 key in object",
      "18 object[name]",
    ]);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
