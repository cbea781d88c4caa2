import { assertEquals } from "@std/assert";
import { asRead } from "./as_read.ts";

Deno.test("asRead() leaves out every invisible character", () => {
  const unseen = /^\p{Default_Ignorable_Code_Point}$/u;
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code);
    if (!unseen.test(character)) continue;
    assertEquals(asRead(`a${character}b`)?.text, "ab", code.toString(16));
  }
});

Deno.test("asRead() reads every blank as a plain one", () => {
  const blank = /^\p{Zs}$/u;
  for (let code = 0x80; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    if (!blank.test(character) || character === "\u3000") continue;
    assertEquals(asRead(`a${character}b`)?.text, "a b", code.toString(16));
  }
});
