import { assert, assertEquals } from "@std/assert";
import { Partitions } from "./partition.ts";

function partitions(paths: Record<string, string[]>): Partitions {
  const given = Object.entries(paths).map(([name, paths]) => [name, { paths }]);
  return new Partitions({ partitions: Object.fromEntries(given) });
}

Deno.test("a folder has all below it, and the most exact one counts", () => {
  const all = partitions({
    rest: ["src"],
    backend: ["/src/backend/"],
    sql: ["**/*.sql"],
    constructor: ["a?c/*/x*y"],
  });
  const found = [
    ...["src/a.ts", "src/backend", "src/backend/a.ts", "src/backender/a.ts"],
    ...["db/1.sql", "1.sql", "src/backend/1.sql", "abc/d/x1y/z", "ac/d/xy"],
    ...["abc/d/xyz", "toString", ""],
  ].map((path) => all.of(path));
  assertEquals(found, [
    ...["rest", "backend", "backend", "rest", "sql", "sql", "backend"],
    ...["constructor", undefined, undefined, undefined, undefined],
  ]);
});

Deno.test("the partition with most paths is the current one", () => {
  const all = partitions({ a: ["a"], b: ["b"], constructor: ["c"] });
  assertEquals(all.mostOf(["a/1", "b/1", "b/2", "x"]), "b");
  assertEquals(all.mostOf(["b/1", "a/1"]), "a");
  assertEquals(all.mostOf(["c/1"]), "constructor");
  assertEquals(all.mostOf(["x"]), undefined);
});

Deno.test("no glob takes long", () => {
  const all = partitions({
    a: ["**/**/**/**/**/**/**/x", "*a*a*a*a*a*a*a*b/x"],
  });
  const deep = Array.from({ length: 900 }, () => "a").join("/");
  const start = performance.now();
  for (let count = 0; count < 20; count++) {
    assertEquals([all.of(deep), all.of("a".repeat(1900))], [
      undefined,
      undefined,
    ]);
  }
  assert(performance.now() - start < 2000);
});
