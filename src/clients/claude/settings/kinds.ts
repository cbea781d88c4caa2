import * as z from "zod/mini";

/*
 * The kinds of values that Claude Code 2.1.329 takes in its settings, found by
 * giving that client wrong ones. Messages go on after the name of the key.
 */

/** The client that this page was made with. */
export const CLIENT = "2.1.329";

export const any = z.unknown();
export const text = z.string("must be a string");
export const flag = z.boolean("must be true or false");
export const list = (of: z.ZodMiniType) => z.array(of, "must be an array");
export const texts = list(text);
export const textOrTexts = z.union(
  [text, texts],
  "must be a string or strings",
);
export const table = (of: z.ZodMiniType) =>
  z.record(z.string(), of, "must be an object");
export const count = z.int("must be a whole number over 0")
  .check(z.positive("must be a whole number over 0"));
export const days = z.int("must be a whole number from 0")
  .check(z.minimum(0, "must be a whole number from 0"));
export const share = z.number("must be a number from 0 to 1")
  .check(
    z.minimum(0, "must be a number from 0 to 1"),
    z.maximum(1, "must be a number from 0 to 1"),
  );
export const shareOver0 = z.number("must be a number over 0, at most 1")
  .check(
    z.positive("must be a number over 0, at most 1"),
    z.maximum(1, "must be a number over 0, at most 1"),
  );
export const number = z.number("must be a number");

/** One of these words. */
export function oneOf(...choices: string[]) {
  const told = choices.map((choice) => `"${choice}"`).join(", ");
  return z.enum(choices, `must be one of: ${told}`);
}

export type Shape = Record<string, z.ZodMiniType>;

/** The same for each of these keys, which need not be there. */
export function each(keys: string, schema: z.ZodMiniType): Shape {
  const names = keys.split(/\s+/).filter((name) => name !== "");
  return Object.fromEntries(names.map((name) => [name, z.optional(schema)]));
}

/** An object with these keys, and any others. */
export function object(...shapes: Shape[]) {
  return z.looseObject(Object.assign({}, ...shapes), "must be an object");
}

/** What does not fit: where in the value, and what it must be. */
export interface Misfit {
  readonly path: readonly (string | number)[];
  readonly problem: string;
}

/** All that does not fit a schema above. */
export function misfits(schema: z.ZodMiniType, value: unknown): Misfit[] {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: path as (string | number)[],
    problem: message,
  }));
}
