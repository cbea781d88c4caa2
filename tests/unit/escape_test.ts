import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeText } from "../../src/escape.ts";
import { CODE_POINT } from "../helpers/arbitrary_text.ts";

Deno.test("escapeText() makes one line of text that a terminal only shows", () => {
  const cases = [
    ["plain é 漢字 👩‍💻", "plain é 漢字 👩‍💻"],
    ["back\\slash", "back\\slash"],
    ["two\nlines\r\tend", "two\\nlines\\r\\tend"],
    ["\x1b[31mred\x07", "\\x1b[31mred\\x07"],
    ["\x9b2J\x7f", "\\x9b2J\\x7f"],
    ["a\u202egnp.exe", "a\\u{202e}gnp.exe"],
    ["in\u200bvisible\ufeff", "in\\u{200b}visible\\u{feff}"],
    ["\u2028\u{e0041}", "\\u{2028}\\u{e0041}"],
    ["not utf-8: \udcff", "not utf-8: \\xff"],
    ["half \ud83d", "half \\u{d83d}"],
  ] as const;
  for (const [text, expected] of cases) {
    assertEquals(escapeText(text), expected);
  }
});

Deno.test("escapeText() leaves no control character in any text", () => {
  const text = fc.string({ unit: CODE_POINT });
  fc.assert(fc.property(text, (sample) => {
    assert(!/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(escapeText(sample)));
    assertEquals(escapeText(escapeText(sample)), escapeText(sample));
  }));
});
