import * as z from "zod/mini";
import { KEYS, LAYERS } from "../settings.ts";

/** What the `config` commands return. */

const text = z.string();

export const ConfigRow = z.strictObject({
  key: z.enum(KEYS),
  /** As a file would hold it. */
  value: z.unknown(),
  default: z.unknown(),
  origin: z.enum(["default", ...LAYERS]),
  /** The file, absolute, or the variable; null: the default. */
  source: z.nullable(text),
  /** In the file, from 1. */
  line: z.nullable(z.int()),
  /** Where farther entries of a table are from, the farthest first. */
  adds_to: z.array(z.strictObject({
    origin: z.enum(LAYERS),
    source: text,
    line: z.nullable(z.int()),
  })),
  /** The environment variable that sets it; null: none does. */
  variable: z.nullable(text),
  summary: text,
});

export const ConfigListResult = z.strictObject({
  settings: z.array(ConfigRow),
  /** Whether text shows where each value comes from. */
  show_origin: z.boolean(),
});

export const ConfigSetResult = z.strictObject({
  key: text,
  /** As the file holds it now; null: it is not set there. */
  value: z.unknown(),
  file: text,
  changed: z.boolean(),
  /** What counts instead, if this does not: a nearer file or a variable. */
  overridden_by: z.nullable(text),
  dry_run: z.boolean(),
});

export type ConfigRow = z.infer<typeof ConfigRow>;
export type ConfigListResult = z.infer<typeof ConfigListResult>;
export type ConfigSetResult = z.infer<typeof ConfigSetResult>;
