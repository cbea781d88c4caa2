import en from "zod/locales/en";
import * as z from "zod/mini";
import type { Shape } from "./shape.ts";

// The small version of the library does not include messages.
z.config(en());

/** Returns a shape's schema; the library loads slowly, so only on demand. */
export function schemaOf<T>(shape: Shape<T>): z.ZodMiniType<T> {
  return built(shape) as z.ZodMiniType<T>;
}

function built(shape: Shape): z.ZodMiniType {
  switch (shape.is) {
    case "text": {
      if (shape.choices) return z.enum([...shape.choices]);
      const pattern = shape.strict ?? shape.pattern;
      return pattern ? z.string().check(z.regex(pattern)) : z.string();
    }
    case "number":
      return z.number();
    case "count":
      return z.int().check(z.nonnegative());
    case "flag":
      return z.boolean();
    case "any":
      return z.unknown();
    case "version":
      return z.literal(1);
    case "nullable":
      return z.nullable(built(shape.of));
    case "optional":
      return z.optional(built(shape.of));
    case "list":
      return z.array(built(shape.of));
    case "record":
      return z.record(z.string(), built(shape.of));
    case "object": {
      const fields = Object.entries(shape.fields)
        .map(([name, of]) => [name, built(of)]);
      return z.looseObject(Object.fromEntries(fields));
    }
  }
}

/** Returns the parts of `value` that do not fit, as `field: reason`. */
export function problemsOf(schema: z.ZodMiniType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  );
}
