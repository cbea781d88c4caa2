import { RE2JS } from "re2js";
import { MpmError } from "./errors.ts";

/** Returns a linear-time RE2 expression. Throws USAGE with the `key`. */
export function compilePattern(text: string, key: string): RE2JS {
  try {
    return RE2JS.compile(text, RE2JS.MULTILINE);
  } catch (error) {
    throw new MpmError(
      "USAGE",
      `"${text}" in "${key}" is not a regular expression: ` +
        (error as Error).message,
      { hint: "The syntax is that of RE2: no look-around, no back-references" },
    );
  }
}
