import { getOwn } from "./own.ts";

/** An object in a parsed JSON or YAML file. */
export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a field of the object itself, never an inherited field. */
export function field(value: unknown, name: string): unknown {
  return isFields(value) ? getOwn(value, name) : undefined;
}

export function textField(value: unknown, name: string): string | undefined {
  const held = field(value, name);
  return typeof held === "string" ? held : undefined;
}

/** Returns the list in a field; empty for anything else. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const held = field(value, name);
  return Array.isArray(held) ? held : [];
}

/** Returns the value of a JSON text; `undefined` if it is invalid. */
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // A hostile text is nested too deeply for the parser.
    if (error instanceof SyntaxError || error instanceof RangeError) return;
    throw error;
  }
}

/** Returns the type of a parsed value, in the words of a warning. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  return typeof value === "string" ? "text" : typeof value;
}

/** Fields that name the subject of an item, the most informative first. */
const SUBJECT = [
  ...["task", "title", "subject", "content", "text", "name", "step", "item"],
  ...["message", "summary", "description"],
];

/**
 * Returns any value as text for people. A list becomes lines, and an object
 * such as `{task, priority}` becomes `task (priority: high)`.
 */
export function readable(value: unknown): string {
  if (Array.isArray(value)) return value.map(readableItem).join("\n");
  return readableItem(value);
}

function readableItem(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (isFields(value)) return readableObject(value);
  return typeof value === "object" ? compact(value) : String(value);
}

function readableObject(value: Fields): string {
  const subject = SUBJECT.find((name) => isScalar(field(value, name)));
  const rest = Object.entries(value)
    .filter(([name, held]) =>
      name !== subject && held !== null && held !== "" && held !== undefined
    )
    .map(([name, held]) => `${name}: ${isScalar(held) ? held : compact(held)}`)
    .join(", ");
  if (subject === undefined) return rest;
  const text = `${getOwn(value, subject)}`;
  return rest === "" ? text : `${text} (${rest})`;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" && value !== "" ||
    typeof value === "number" || typeof value === "boolean";
}

/** Returns one line of JSON, abbreviated if nested too deeply. */
function compact(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch (error) {
    if (error instanceof RangeError) return "[…]";
    throw error;
  }
}

/** Returns the number in a text such as `93%`, `186,000` or `0.5`. */
export function numberIn(text: string): number | undefined {
  const digits = text.replaceAll(/[,_\s]/g, "").replace(/%$/, "");
  if (!/^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i.test(digits)) return undefined;
  const number = Number(digits);
  return Number.isFinite(number) ? number : undefined;
}

/** Returns the boolean in a text or number; false for an empty list. */
export function flagIn(value: unknown): boolean | undefined {
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) && value.length === 0 ? false : undefined;
  }
  const text = String(value).trim().toLowerCase();
  if (["true", "yes", "on", "1"].includes(text)) return true;
  if (["false", "no", "off", "0", "null", ""].includes(text)) return false;
  return undefined;
}

/** Returns whether a value is nested too deeply, to exhaust the stack. */
export function isDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  // Every listed save passes through here; other loops take ten times as long.
  const held = Array.isArray(value) ? value : Object.values(value);
  for (const inner of held) if (isDeeper(inner, limit - 1)) return true;
  return false;
}
