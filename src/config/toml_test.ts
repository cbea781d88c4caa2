import { assertEquals, assertThrows } from "@std/assert";
import { parse } from "@std/toml";
import * as fc from "fast-check";
import { MpmError } from "../base/errors.ts";
import {
  lineOf,
  parseAnyName,
  setValue,
  tomlLiteral,
  unsetValue,
} from "./toml.ts";

/** Text, path, literal, the text afterwards. */
const SET: [string, string, string, string][] = [
  ["", "a", "1", "a = 1\n"],
  ["", "t.a", "1", "[t]\na = 1\n"],
  ["a = 2", "a", "1", "a = 1"],
  ["a=2 # two\n", "a", "1", "a=1 # two\n"],
  ["# top\r\nb = 1\r\n", "a", "1", "# top\r\nb = 1\r\na = 1\r\n"],
  ["\ufeffb = 1\n", "b", "2", "\ufeffb = 2\n"],
  [
    "[t]\nb = 1\n\n[u]\nc = 1\n",
    "t.a",
    "1",
    "[t]\nb = 1\na = 1\n\n[u]\nc = 1\n",
  ],
  ["[t]\n\n[u]\n", "t.a", "1", "[t]\na = 1\n\n[u]\n"],
  ["t.b = 1\n[u]\nc = 1\n", "t.a", "1", "t.b = 1\nt.a = 1\n[u]\nc = 1\n"],
  ["# of t\n[t]\nb = 1\n", "a", "1", "a = 1\n\n# of t\n[t]\nb = 1\n"],
  ["b = 1\n[t]\nc = 1\n", "a", "1", "b = 1\na = 1\n[t]\nc = 1\n"],
  ["a = [\n  1, # one\n  2,\n]\nb = 1\n", "a", "[]", "a = []\nb = 1\n"],
  ['a = """x\n[t]\na = 5"""\n', "a", "1", "a = 1\n"],
  ["a = 'x # y' # z\n", "a", "1", "a = 1 # z\n"],
  ["b = 1", "t.a", "1", "b = 1\n\n[t]\na = 1\n"],
  ['["t"]\n"b" = 1\n', "t.b", "2", '["t"]\n"b" = 2\n'],
  [
    "# of u\n[t.u]\nb = 1\n",
    "t.a",
    "1",
    "[t]\na = 1\n\n# of u\n[t.u]\nb = 1\n",
  ],
  ["[ t . u ]\nb = 1\n", "t.u.b", "2", "[ t . u ]\nb = 2\n"],
];

for (const [text, path, literal, wanted] of SET) {
  Deno.test(`setValue() sets ${path} in ${JSON.stringify(text)}`, () => {
    const after = setValue(text, path.split("."), literal);
    assertEquals(after, wanted);
    parse(after.replace(/^\ufeff/, ""));
    assertEquals(setValue(after, path.split("."), literal), after);
  });
}

const UNSET: [string, string, string][] = [
  ["a = 1\nb = 2\n", "a", "b = 2\n"],
  ["b = 2\na = 1", "a", "b = 2\n"],
  ["# kept\na = [\n1,\n] # goes\n# kept too\n", "a", "# kept\n# kept too\n"],
  ["[t]\r\na = 1\r\nb = 1\r\n", "t.a", "[t]\r\nb = 1\r\n"],
];

for (const [text, path, wanted] of UNSET) {
  Deno.test(`unsetValue() removes ${path} from ${JSON.stringify(text)}`, () => {
    assertEquals(unsetValue(text, path.split(".")), wanted);
  });
}

for (const text of ["t = { a = 2 }\n", "a 1\n", "a = [1\n", 'a = "x\n']) {
  Deno.test(`setValue() does not edit ${JSON.stringify(text)}`, () => {
    assertThrows(() => setValue(text, ["t", "a"], "1"), MpmError);
  });
}

Deno.test("setValue() does not edit a duplicate key", () => {
  const text = "a = 1\na = 2\n";
  assertThrows(() => setValue(text, ["a"], "1"), MpmError, "lines 1,2");
});

Deno.test("lineOf() finds a key, or the object that contains it", () => {
  const text = "# x\na = 1\n[t]\nb = [\n1]\n[t.w]\n'm.n' = 1\n";
  assertEquals(lineOf(text, ["a"]), 2);
  assertEquals(lineOf(text, ["t", "b"]), 4);
  assertEquals(lineOf(text, ["t", "w"]), 6);
  assertEquals(lineOf(text, ["t", "w", "m.n"]), 7);
  assertEquals(lineOf(text, ["t", "w", "x"]), 6);
  assertEquals(lineOf(text, ["z"]), undefined);
});

const name = fc.constantFrom("a", "b", "c d", "é");
const value = fc.oneof(
  fc.integer({ min: -9, max: 99 }),
  fc.boolean(),
  fc.constantFrom("", "x # y", "q\"'\\", "a\nb", "[t]", "é\u0001"),
  fc.array(fc.constantFrom("x", "]", "#"), { maxLength: 3 }),
);

Deno.test("setValue() and unsetValue() change one key of any text, for the parser", () => {
  const change = fc.record({ table: fc.option(name), key: name, value });
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 12 }),
      fc.constantFrom("", "# begin\n", "\r\n# begin\r\n\r\n"),
      (changes, start) => {
        let text: string = start;
        const wanted = new Map<string, unknown>();
        const paths = new Map<string, string[]>();
        for (const { table, key, value } of changes) {
          const path = [...table === null ? [] : [`t${table}`], key];
          text = setValue(text, path, tomlLiteral(value));
          wanted.set(JSON.stringify(path), value);
          paths.set(JSON.stringify(path), path);
        }
        for (const [id, path] of paths) {
          assertEquals(at(parse(text), path), wanted.get(id));
        }
        const [[, gone]] = paths as unknown as [[string, string[]]];
        text = unsetValue(text, gone);
        for (const [id, path] of paths) {
          const there = path === gone ? undefined : wanted.get(id);
          assertEquals(at(parse(text), path), there);
        }
        assertEquals(text.includes("# begin"), start.includes("# begin"));
      },
    ),
    { numRuns: 200 },
  );
});

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce(
    (held, part) => (held as Record<string, unknown> | undefined)?.[part],
    value,
  );
}

for (const name of ["constructor", "toString", "__proto__", "valueOf"]) {
  Deno.test(`parseAnyName() accepts ${name} like any other name`, () => {
    const text = (name: string) =>
      `a = 1\n  "${name}" = 2 # two\n[t.x]\nb = [1,\n 2]\n[t.${name}]\n` +
      `c = "[${name}]"\n${name}.d = 3\n[[${name}s]]\ne = 1979-05-27\n`;
    const wanted = JSON.stringify(parse(text("plain")));
    assertEquals(
      JSON.stringify(parseAnyName(text(name), parse)),
      wanted.replaceAll("plain", name),
    );
    assertEquals(({} as Record<string, unknown>).d, undefined);
  });
}
