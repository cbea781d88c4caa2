import { MpmError } from "../../base/errors.ts";
import { getOwn, setOwn } from "../../base/own.ts";
import { fillIn, type Template, variablesIn } from "./template.ts";
import type { CheckItem } from "../work.ts";

/** UTF-16 units of one value. */
const LONGEST = 500;

/** Reads `--var name=value`. Throws USAGE. */
export function readVariables(
  given: readonly string[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const pair of given) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, Math.max(at, 0)).trim();
    if (name === "") {
      throw new MpmError("USAGE", `"${pair}" is no variable with a value`, {
        hint: 'Write it as --var feature="User notifications"',
      });
    }
    if (Object.hasOwn(values, name)) {
      throw new MpmError("USAGE", `The variable "${name}" was given twice`);
    }
    const value = pair.slice(at + 1).replaceAll(/\s+/g, " ").trim();
    if (value.length > LONGEST) {
      throw new MpmError("USAGE", `"${name}" is over ${LONGEST} characters`);
    }
    setOwn(values, name, value);
  }
  return values;
}

/**
 * A value for each variable of the template: as given, else its default.
 * Throws USAGE for one that it does not know, and for those that are missing.
 */
export function valuesFor(
  { name, variables }: Template,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const unknown = Object.keys(given).find((key) =>
    !variables.some((variable) => variable.name === key)
  );
  if (unknown !== undefined) {
    const known = variables.map((variable) => variable.name).join(", ");
    throw new MpmError("USAGE", `"${name}" has no variable "${unknown}"`, {
      hint: known === "" ? "It has none" : `It has: ${known}`,
    });
  }
  const missing = variables.filter((variable) =>
    variable.required && !getOwn(given, variable.name)
  );
  if (missing.length > 0) {
    const names = missing.map((variable) => `"${variable.name}"`).join(", ");
    throw new MpmError("USAGE", `"${name}" needs ${names}`, {
      hint: `Add ${
        missing.map((variable) =>
          `--var ${variable.name}="${variable.description || "…"}"`
        ).join(" ")
      }`,
    });
  }
  return Object.fromEntries(
    variables.map((variable) => [
      variable.name,
      getOwn(given, variable.name) ?? variable.default ?? "",
    ]),
  );
}

/** The checklist of a session that starts from the template. */
export function checklistFrom(
  { items }: Template,
  { values, time }: { values: Readonly<Record<string, string>>; time: Date },
): CheckItem[] {
  return items.map(({ phase, text, done }) => ({
    phase: fillIn(phase, values),
    text: fillIn(text, values).trim(),
    done,
    done_at: done ? time.toISOString() : null,
  }));
}

/**
 * What a session from the template works on, unless it is said: the title, with
 * the values that it has no place for.
 */
export function taskFrom(
  { title }: Template,
  values: Readonly<Record<string, string>>,
): string {
  const placed = variablesIn(title);
  const told = Object.entries(values)
    .filter(([name, value]) => value !== "" && !placed.has(name))
    .map(([, value]) => value);
  const text = fillIn(title, values).trim();
  return told.length === 0 ? text : `${text}: ${told.join(", ")}`;
}
