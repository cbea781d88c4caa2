import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { JsonFault, type JsonNode, scanJson } from "./json_scan.ts";
import { jsonText } from "../../../../tests/helpers/arbitrary_settings.ts";

/**
 * Returns the values of the nodes, each read from its own position in the text.
 */
function valueIn(text: string, node: JsonNode): unknown {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(
        node.members.map(({ key, value }) => [key, valueIn(text, value)]),
      );
    case "array":
      return node.items.map((item) => valueIn(text, item));
    default:
      return JSON.parse(text.slice(node.start, node.end));
  }
}

function scanned(text: string): JsonNode | JsonFault {
  try {
    return scanJson(text);
  } catch (error) {
    if (error instanceof JsonFault) return error;
    throw error;
  }
}

/** `undefined`: not JSON. */
function parsed(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

Deno.test("scanJson() finds every value where it is", () => {
  fc.assert(
    fc.property(fc.jsonValue(), jsonText(), (value, write) => {
      const text = write(value);
      assertEquals(
        valueIn(text, scanJson(text)),
        JSON.parse(text.replace(/^\ufeff/, "")),
      );
    }),
    { numRuns: 500 },
  );
});

/** Characters that make JSON invalid, or nearly do. */
const MARKS = [
  ...'{}[]",:\\/*-+.eE01 \n\t\u0000\u00a0\u2028\ufefftfnx',
  "true",
  "null",
  "\\u12",
  "\\ud83d",
  "//",
  "1e5",
  ",,",
];

Deno.test("scanJson() accepts exactly what JSON.parse() accepts", () => {
  let refused = 0;
  const edit = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat(2),
    fc.constantFrom("", ...MARKS),
  );
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 3 }),
      fc.array(edit, { minLength: 1, maxLength: 3 }),
      (value, edits) => {
        let text = JSON.stringify(value, null, 1);
        for (const [at, cut, mark] of edits) {
          const offset = Math.floor(at * text.length);
          text = text.slice(0, offset) + mark + text.slice(offset + cut);
        }
        // A byte order mark is not part of JSON, but may precede it.
        if (text.startsWith("\ufeff")) return;
        const [expected, found] = [parsed(text), scanned(text)];
        if (!expected) {
          refused++;
          assert(found instanceof JsonFault, JSON.stringify(text));
          const lines = text.split("\n");
          assert(found.line >= 1 && found.line <= lines.length);
          const { length } = lines[found.line - 1]!;
          assert(found.column >= 1 && found.column <= length + 1);
        } else {
          assert(!(found instanceof JsonFault), `${found}: ${text}`);
          assertEquals(valueIn(text, found), expected.value);
        }
      },
    ),
    { numRuns: 3000 },
  );
  assert(refused > 300, `only ${refused} were not JSON`);
});
