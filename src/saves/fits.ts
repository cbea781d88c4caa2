import { getOwn } from "../base/own.ts";
import { isFields } from "../base/odd_values.ts";
import type { ObjectShape, Shape } from "./shape.ts";

/** Whether `value` has the shape already, found without making anything. */
export function fits(shape: Shape, value: unknown): boolean {
  switch (shape.is) {
    case "text":
      return typeof value === "string" &&
        (shape.pattern === undefined || shape.pattern.test(value));
    case "number":
      return Number.isFinite(value);
    case "count":
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case "flag":
      return typeof value === "boolean";
    case "version":
      return value === 1;
    case "nullable":
      return value === null || fits(shape.of, value);
    case "optional":
      return fits(shape.of, value);
    case "list":
      return Array.isArray(value) && value.every((one) => fits(shape.of, one));
    case "record":
      return isFields(value) &&
        Object.values(value).every((one) => fits(shape.of, one));
    case "object":
      return isFields(value) && hasFields(shape, value);
    case "any":
      return true;
  }
}

function hasFields(
  { fields }: ObjectShape,
  value: Record<string, unknown>,
): boolean {
  for (const name in fields) {
    const shape = getOwn(fields, name)!;
    const sound = Object.hasOwn(value, name)
      ? fits(shape, getOwn(value, name))
      : shape.is === "optional";
    if (!sound) return false;
  }
  return true;
}
