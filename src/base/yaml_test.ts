import { assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import fc from "fast-check";
import { toYaml } from "./yaml.ts";
import { CODE_POINT } from "../../tests/helpers/arbitrary_text.ts";

Deno.test("toYaml() writes block style in the order of the keys", () => {
  assertEquals(
    toYaml({
      session_id: "session-20261120-120000",
      sha: "1234e56",
      clean: true,
      none: null,
      text: "two\nlines: #1",
      empty: { list: [], map: {} },
      files: [{ path: "src/a b.ts", size: 3 }, "README.md", ["x", "no"]],
    }),
    `session_id: session-20261120-120000
sha: "1234e56"
clean: true
none: null
text: "two\\nlines: #1"
empty:
  list: []
  map: {}
files:
- path: src/a b.ts
  size: 3
- README.md
- - x
  - "no"
`,
  );
});

Deno.test("the output of toYaml() is read as the same value", () => {
  const key = fc.string({ unit: CODE_POINT }).filter((name) =>
    name !== "__proto__"
  );
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.string({ unit: CODE_POINT }),
      fc.constantFrom("yes", "NO", "1e3", "0o17", "2026-01-01", "a: b", "-"),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(key, tie("any"), { maxKeys: 4 }),
    ),
  })).any;
  fc.assert(
    fc.property(value, (given) => {
      assertEquals(parse(toYaml(given)), given);
    }),
    { numRuns: 500 },
  );
});
