import { assertEquals } from "@std/assert";
import { decodeKeys, type Key } from "./keys.ts";

/** Keys as short words: their names, or the typed text. */
function named(keys: readonly Key[]): string {
  return keys.map((key) => key.name === "text" ? `"${key.text}"` : key.name)
    .join(" ");
}

const CASES: [string, string][] = [
  ["abc", '"abc"'],
  ["漢é😀", '"漢é😀"'],
  ["\x1b[A\x1b[B\x1bOA", "up down up"],
  [
    "\x1b[5~\x1b[6~\x1b[H\x1b[F\x1b[1~\x1b[4~",
    "page-up page-down home end home end",
  ],
  ["ab\x7f\r", '"ab" backspace enter'],
  ["\x03", "cancel"],
  ["\x04\x15\x17\x0c", "end-of-input clear word redraw"],
  // An unknown sequence, and Alt with a letter, are ignored.
  ["\x1b[1;5C\x1b[200~x\x1b[201~\x1bq\x01", '"x"'],
  ["\x1b\x1b[A", "up"],
  // A paste is only text, whatever it contains, even if its end is missing.
  ["a\x1b[200~b\r\nc\x1b[A\x03d\x1b[201~\r", '"a" "b c[Ad" enter'],
  ["\x1b[200~a\rb", '"a b"'],
];

Deno.test("decodeKeys() names the keys of a terminal", () => {
  for (const [input, wanted] of CASES) {
    const { keys, rest } = decodeKeys(input, { ended: true });
    assertEquals([named(keys), rest], [wanted, ""], JSON.stringify(input));
  }
});

Deno.test("decodeKeys() returns the same wherever the input is split", () => {
  const input = "a\x1b[A漢\x1b[5~\r\x1b[1;5Cx\x1b[A\x1b[200~p\rq\x1b[201~\r";
  const whole = named(decodeKeys(input, { ended: true }).keys);
  for (let at = 0; at <= input.length; at++) {
    const first = decodeKeys(input.slice(0, at), { ended: false });
    const second = decodeKeys(first.rest + input.slice(at), { ended: true });
    const all = named([...first.keys, ...second.keys]).replaceAll('" "', "");
    assertEquals(all, whole, `cut at ${at}`);
  }
});

Deno.test("decodeKeys() treats an ESC as a key only when nothing follows", () => {
  assertEquals(decodeKeys("\x1b", { ended: false }), {
    keys: [],
    rest: "\x1b",
  });
  assertEquals(decodeKeys("\x1b", { ended: true }), {
    keys: [{ name: "cancel" }],
    rest: "",
  });
});
