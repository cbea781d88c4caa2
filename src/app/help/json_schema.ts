import * as z from "zod/mini";

/** A JSON Schema, draft 2020-12, as far as mpm looks into it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** The JSON Schema of what a schema of mpm's takes. */
export function jsonSchema(
  schema: z.ZodMiniType,
  { name, summary }: { name: string; summary: string },
): JsonSchema {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    override({ jsonSchema }) {
      // The bounds of exact numbers in JavaScript say nothing of the format.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) {
        delete jsonSchema.maximum;
      }
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) {
        delete jsonSchema.minimum;
      }
    },
  });
  return { $schema, title: name, description: summary, ...rest } as JsonSchema;
}
