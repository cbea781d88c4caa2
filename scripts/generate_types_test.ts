import { assertEquals } from "@std/assert";
import { typeOf } from "./generate_types.ts";

Deno.test("typeOf() gives the type of each kind of schema", () => {
  const text = { type: "string" };
  const states = { type: "string", enum: ["ok", "bad"] };
  const nullable = { anyOf: [text, { type: "null" }] };
  const cases = [
    [{}, "unknown"],
    [{ type: "integer" }, "number"],
    [{ const: 1 }, "1"],
    [states, '"ok" | "bad"'],
    [nullable, "string | null"],
    [{ type: "array", items: text }, "string[]"],
    [{ type: "array", items: nullable }, "(string | null)[]"],
    [{ type: "array", items: states }, '("ok" | "bad")[]'],
    [{ type: "object", additionalProperties: text }, "Record<string, string>"],
  ] as const;
  for (const [schema, type] of cases) assertEquals(typeOf(schema), type);
});

Deno.test("typeOf() handles optional fields and open objects", () => {
  const schema = {
    type: "object",
    properties: {
      id: { type: "integer", description: "Counts from 1 */." },
      "odd name": { type: "string" },
    },
    required: ["id"],
    additionalProperties: {},
  };
  assertEquals(
    typeOf(schema),
    `{
  /** Counts from 1 *\\/. */
  id: number;
  "odd name"?: string;
  [name: string]: unknown;
}`,
  );
  const names = new Map([[JSON.stringify({ type: "string" }), "Name"]]);
  const named = { type: "string", description: "A name." };
  assertEquals(typeOf({ type: "array", items: named }, names), "Name[]");
});
