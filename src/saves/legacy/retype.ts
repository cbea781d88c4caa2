import { getOwn } from "../../base/own.ts";
import { flagIn, isFields, numberIn } from "../../base/odd_values.ts";
import type { Shape } from "../shape.ts";

/**
 * A tree of texts, as YAML's failsafe schema gives it, with the numbers, truth
 * values and nulls that the shape asks for. All else stays text, so that a
 * commit id like `1234e56` is not taken for a number.
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
