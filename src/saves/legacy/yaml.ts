import { parse } from "@std/yaml";
import { MpmError } from "../../base/errors.ts";
import type { ForeignSave } from "./markdown.ts";
import {
  flagIn,
  isFields,
  kindOf,
  numberIn,
} from "../../base/parsed_values.ts";
import type { Shape } from "../../base/shape.ts";
import { SAVE } from "../save.ts";
import { getOwn } from "../../base/own.ts";

/**
 * The maximum number of values in a save, since aliases can make a small file
 * expand endlessly.
 */
const MOST_VALUES = 1_000_000;

/**
 * Reads a save that exists only as YAML. It has the same data as the JSON, next
 * to which claude-mpm 4.20.6 to 6.5.34 and mpm write it. Of an incomplete file,
 * the complete fields before the error are read, with a warning that names the
 * line. Throws UNREADABLE if nothing can be read; `name` is the file's name in
 * messages.
 */
export function parseYamlSave(text: string, name: string): ForeignSave {
  const { value, warnings } = parsePrefix(text.replace(/^\ufeff/, ""), name);
  if (!isFields(value)) {
    throw unreadable(name, `line 1: expected fields, found ${kindOf(value)}`);
  }
  if (countValues(value, MOST_VALUES) <= 0) {
    throw unreadable(
      name,
      `line 1: it expands to more than ${MOST_VALUES} values`,
    );
  }
  return { value: retype(SAVE, value) as ForeignSave["value"], warnings };
}

function unreadable(name: string, fault: string): MpmError {
  return new MpmError("UNREADABLE", `Cannot read ${name}: ${fault}`, {
    hint: 'Run "mpm saves list" to find another save',
  });
}

/**
 * The maximum number of fields to drop before the error, in search of a
 * complete one.
 */
const TRIES = 20;

/**
 * Parses everything or, if that fails, all top-level fields before the error.
 */
function parsePrefix(
  text: string,
  name: string,
): { value: unknown; warnings: string[] } {
  let rest = text;
  let fault: string | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const value = parse(rest, { schema: "failsafe" });
      const warnings = fault === undefined
        ? []
        : [`${fault}; mpm did not read anything after "${lastField(rest)}"`];
      return { value, warnings };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (fault === undefined) rest = upToFault(rest, error);
      fault ??= faultOf(error);
      const cut = lastFieldStart(rest);
      if (cut <= 0) break;
      rest = rest.slice(0, cut);
    }
  }
  throw unreadable(name, fault ?? "line 1: no fields found");
}

/** Returns the lines up to the one where the parser stopped. */
function upToFault(text: string, error: Error): string {
  const line = Number(/ at line (\d+)/.exec(error.message)?.[1] ?? 1);
  return text.split("\n", line).join("\n");
}

/**
 * Returns the parser's message without its excerpt: `… at line 3, column 1`.
 */
function faultOf(error: Error): string {
  if (error instanceof RangeError) return "line 1: nested too deeply";
  const [first = ""] = error.message.split("\n");
  const at = / at (line \d+), column (\d+):?$/.exec(first);
  if (!at) return `line 1: ${first}`;
  return `${at[1]}, column ${at[2]}: ${first.slice(0, at.index)}`;
}

/**
 * Returns the offset of the last line that begins a top-level field; -1 if
 * no line does.
 */
function lastFieldStart(text: string): number {
  let at = text.length;
  while (at > 0) {
    at = text.lastIndexOf("\n", at - 1);
    if (/^[A-Za-z_]/.test(text.slice(at + 1, at + 2))) return at + 1;
  }
  return -1;
}

function lastField(text: string): string {
  return /^[^:\n]*/.exec(text.slice(Math.max(0, lastFieldStart(text))))![0];
}

/**
 * Returns `budget` minus the number of values in `value`. Counting stops at
 * zero.
 */
function countValues(value: unknown, budget: number): number {
  if (typeof value !== "object" || value === null) return budget - 1;
  for (const held of Object.values(value)) {
    if (budget <= 0) return budget;
    budget = countValues(held, budget);
  }
  return budget - 1;
}

/**
 * Converts a tree of texts, as in YAML's failsafe schema, to a tree with the
 * numbers, booleans and nulls that the shape requires. Everything else remains
 * text, so that a commit ID such as `1234e56` does not become a number.
 */
export function retype(shape: Shape, value: unknown): unknown {
  switch (shape.is) {
    case "number":
    case "count":
    case "version":
      return typeof value === "string" ? numberIn(value) ?? value : value;
    case "flag":
      return typeof value === "string" ? flagIn(value) ?? value : value;
    case "nullable":
    case "optional":
      return isNull(value) ? null : retype(shape.of, value);
    case "list":
      return Array.isArray(value)
        ? value.map((item) => retype(shape.of, item))
        : value;
    case "record":
      return isFields(value) ? retypeFields(value, () => shape.of) : value;
    case "object":
      return isFields(value)
        ? retypeFields(
          value,
          (name) => getOwn(shape.fields, name),
        )
        : value;
    default:
      return value;
  }
}

function isNull(value: unknown): boolean {
  return value === null ||
    typeof value === "string" && /^(?:|~|null)$/i.test(value);
}

function retypeFields(
  value: Record<string, unknown>,
  shapeOf: (name: string) => Shape | undefined,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => {
      const shape = shapeOf(name);
      return [name, shape ? retype(shape, held) : held];
    }),
  );
}
