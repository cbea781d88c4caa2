import { assertEquals } from "@std/assert";
import { join as tidied } from "@std/path";
import * as fc from "fast-check";
import { join } from "./join.ts";

Deno.test("join() equals that of the standard library", () => {
  const part = fc.array(fc.constantFrom("/", ".", "..", "a", ".git", "x.y", ""))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), (parts) => {
      const [first, ...more] = parts as [string, ...string[]];
      assertEquals(join(first, ...more), tidied(first, ...more));
    }),
    { numRuns: 2000 },
  );
});
