import { assertEquals, assertThrows } from "@std/assert";
import { parseArgs } from "@std/cli/parse-args";
import { timingSafeEqual } from "@std/crypto/timing-safe-equal";

// docs/development.md says why mpm reads its command line by another parser.
Deno.test("parseArgs() of @std/cli does not tell what mpm has to tell", () => {
  const read = (...args: string[]) =>
    parseArgs(args, { boolean: ["json"], string: ["summary"] });
  assertEquals(read("--summary"), read("--summary="));
  assertEquals(read("--json=x").json, true);
  assertEquals(read("--json", "true")._, []);
  assertEquals(read("--summary", "- fixed it").summary, "");
});

Deno.test("timingSafeEqual() compares bytes of one length", () => {
  const bytes = (...values: number[]) => new Uint8Array(values);
  assertEquals(timingSafeEqual(bytes(1, 2), bytes(1, 2)), true);
  assertEquals(timingSafeEqual(bytes(1, 2), bytes(1, 3)), false);
  assertThrows(() => timingSafeEqual(bytes(1), bytes(1, 2)), TypeError);
});
