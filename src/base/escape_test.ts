import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeText } from "./escape.ts";
import { CODE_POINT } from "../../tests/helpers/arbitrary_text.ts";

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
    // Variation selectors and other invisible characters.
    ["a\ufe00b\ufe0e\ufe0f", "a\\u{fe00}b\\u{fe0e}\\u{fe0f}"],
    ["漢\u{e0100}\u{e01ef}", "漢\\u{e0100}\\u{e01ef}"],
    ["x\u034f\u17b4\u17b5", "x\\u{34f}\\u{17b4}\\u{17b5}"],
    ["\u180b\u180f\u2065\ufff0", "\\u{180b}\\u{180f}\\u{2065}\\u{fff0}"],
    ["⚠\ufe0f❤\ufe0f\u200d🔥1\ufe0f\u20e3", "⚠️❤️\u200d🔥1️⃣"],
    ["⚠\ufe0f\ufe0f 1\ufe0f", "⚠️\\u{fe0f} 1\\u{fe0f}"],
    ["می\u200cخواهم 👩🏽\u200d💻", "می\u200cخواهم 👩🏽\u200d💻"],
    ["a\u200db 漢\u200c字", "a\\u{200d}b 漢\\u{200c}字"],
    ["ا\u200c\u200d", "ا\u200c\\u{200d}"],
  ] as const;
  for (const [text, expected] of cases) {
    assertEquals(escapeText(text), expected);
  }
});

Deno.test("escapeText() leaves no control character in any text", () => {
  const text = fc.string({ unit: CODE_POINT });
  fc.assert(fc.property(text, (sample) => {
    assert(
      !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\ufe00-\ufe0e]/u.test(escapeText(sample)),
    );
    assertEquals(escapeText(escapeText(sample)), escapeText(sample));
  }));
});

Deno.test("escapeText() changes exactly the characters that are not seen", () => {
  const unseen =
    /^[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}\u2800]$/u;
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    const changes = escapeText(character) !== character;
    assertEquals(changes, unseen.test(character), code.toString(16));
  }
});
