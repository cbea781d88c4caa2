import { assertEquals } from "@std/assert";
import { createHmac } from "node:crypto";
import { isSealOf, sealOf } from "./seal.ts";

Deno.test("a seal is the HMAC-SHA-256 of the text", () => {
  for (const key of ["", "a", "0123456789abcdef".repeat(4)]) {
    for (const text of ["", "one line\n", "ü✓".repeat(500)]) {
      const expected = createHmac("sha256", key).update(text).digest("hex");
      assertEquals(sealOf(key, text), expected);
      assertEquals(isSealOf(key, text, expected), true);
      assertEquals(isSealOf(`${key}b`.slice(-64), text, expected), false);
    }
  }
});
