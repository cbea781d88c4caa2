import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeBytes,
  encodeText,
  isOpenable,
  quotePath,
  splitFields,
} from "./text.ts";
import { TestEnv } from "../../tests/helpers/env.ts";
import { CODE_POINT } from "../../tests/helpers/arbitrary_text.ts";

const bytes = (...values: number[]) => new Uint8Array(values);

Deno.test("decodeBytes() gives UTF-8 as text and other bytes as U+DC00 plus the byte", () => {
  assertEquals(decodeBytes(new TextEncoder().encode("é\n😀")), "é\n😀");
  assertEquals(decodeBytes(bytes(0x61, 0xff, 0x62)), "a\udcffb");
  assertEquals(decodeBytes(bytes(0xc3)), "\udcc3");
  assertEquals(decodeBytes(bytes(0xef, 0xbb, 0xbf, 0x61)), "\ufeffa");
});

Deno.test("decodeBytes() treats overlong forms, surrogates and numbers beyond Unicode as bytes", () => {
  assertEquals(decodeBytes(bytes(0xc0, 0x80)), "\udcc0\udc80");
  assertEquals(decodeBytes(bytes(0xed, 0xb3, 0xbf)), "\udced\udcb3\udcbf");
  assertEquals(
    decodeBytes(bytes(0xf4, 0x90, 0x80, 0x80)),
    "\udcf4\udc90\udc80\udc80",
  );
});

Deno.test("encodeText() undoes decodeBytes() for any bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (sample) => {
    assertEquals(encodeText(decodeBytes(sample)), sample);
  }));
});

Deno.test("decodeBytes() undoes encodeText() for any text, and agrees with isOpenable()", () => {
  const text = fc.string({ unit: CODE_POINT });
  fc.assert(fc.property(text, (sample) => {
    assertEquals(decodeBytes(encodeText(sample)), sample);
    assert(isOpenable(sample));
  }));
  assert(!isOpenable(decodeBytes(bytes(0xff))));
});

Deno.test("splitFields() keeps empty fields and drops what follows the last NUL", () => {
  const fields = (text: string) => splitFields(new TextEncoder().encode(text));
  assertEquals(fields("a\0\0b\nc\0"), ["a", "", "b\nc"]);
  assertEquals(fields("a\0rest"), ["a"]);
  assertEquals(fields(""), []);
});

Deno.test("quotePath() writes names that git can read from a line", () => {
  using env = TestEnv.repository();
  const names = [...'a"b', "new\nline", "tab\t", "é", "back\\slash"];
  for (const name of names) env.write(`odd/${name}`, "x");
  const list = names.map((name) => `${quotePath(`odd/${name}`)}\n`).join("");
  env.write("list", list);
  const ids = env.run("sh", ["-c", "git hash-object --stdin-paths < list"]);
  assertEquals(ids.stderr, "");
  assertEquals(ids.stdout.trim().split("\n").length, names.length);
});
