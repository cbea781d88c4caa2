import en from "zod/locales/en";
import * as z from "zod/mini";

// The small form of the library has no messages.
z.config(en());

/** Returns what of `value` does not fit `schema`: one `field: reason` each. */
export function problemsOf(schema: z.ZodMiniType, value: unknown): string[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  );
}
