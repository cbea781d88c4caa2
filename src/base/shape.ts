import { isFields } from "./parsed_values.ts";
import { getOwn } from "./own.ts";

/**
 * The shape of a parsed JSON value, as a table that loads fast, to check and
 * repair values of the type `T`.
 */
export type Shape<T = unknown> = Form & { readonly like?: T };

type Form =
  | TextShape
  | { is: "number" | "count" }
  | { is: "flag" | "any" | "version" }
  | { is: "nullable" | "optional" | "list" | "record"; of: Shape }
  | ObjectShape;

export interface TextShape {
  is: "text";
  pattern?: RegExp;
  /** A format that only validation requires, not a repair. */
  strict?: RegExp;
  /** The only allowed texts. */
  choices?: readonly string[];
  /** An additional check. */
  test?: (text: string) => boolean;
  /** The replacement for a missing text; by default an empty text. */
  neutral?: string;
}

export interface ObjectShape extends Hints {
  is: "object";
  fields: Record<string, Shape>;
}

/** Values from which a repair may create other values. */
interface Hints {
  /** The field for a plain text that replaces the object. */
  text?: string;
  /** Other names for a missing field, the best first. */
  aliases?: Record<string, readonly string[]>;
  /** Fields without which the object is useless. */
  required?: readonly string[];
}

/** The type of the values that match a shape. */
export type Fitting<S> = S extends { readonly like?: infer T } ? T : never;

type Optional<F> = {
  [K in keyof F]: F[K] extends { is: "optional" } ? K : never;
}[keyof F];

/** An object may have more fields than its shape. */
type FittingObject<F> = Flat<
  & { [name: string]: unknown }
  & { [K in Exclude<keyof F, Optional<F>>]: Fitting<F[K]> }
  & { [K in Optional<F>]?: Fitting<F[K]> | undefined }
>;
type Flat<T> = { [K in keyof T]: T[K] };

export function text<T extends string = string>(
  more: Omit<TextShape, "is"> = {},
): Shape<T> {
  return { is: "text", ...more };
}

export const TEXT = text();
export const NUMBER: Shape<number> = { is: "number" };
/** A whole number, 0 or more. */
export const COUNT: Shape<number> = { is: "count" };
export const FLAG: Shape<boolean> = { is: "flag" };
export const ANY: Shape = { is: "any" };

export function nullable<T>(of: Shape<T>): Shape<T | null> {
  return { is: "nullable", of };
}

/** A field that may be absent. */
export function optional<T>(of: Shape<T>): Shape<T> & { is: "optional" } {
  return { is: "optional", of };
}

export function list<T>(of: Shape<T>): Shape<T[]> {
  return { is: "list", of };
}

export function record<T>(of: Shape<T>): Shape<Record<string, T>> {
  return { is: "record", of };
}

export function object<const F extends Record<string, Shape>>(
  fields: F,
  hints: Hints = {},
): Shape<FittingObject<F>> {
  return { is: "object", fields, ...hints };
}

/** Returns whether `value` already has the shape, without creating anything. */
export function fits<T>(shape: Shape<T>, value: unknown): value is T {
  switch (shape.is) {
    case "text":
      return typeof value === "string" &&
        (shape.pattern?.test(value) ?? true) &&
        (shape.choices?.includes(value) ?? true) &&
        (shape.test?.(value) ?? true);
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

function hasFields({ fields }: ObjectShape, value: Record<string, unknown>) {
  for (const name in fields) {
    const shape = getOwn(fields, name)!;
    const sound = Object.hasOwn(value, name)
      ? fits(shape, getOwn(value, name))
      : shape.is === "optional";
    if (!sound) return false;
  }
  return true;
}
