import * as z from "zod/mini";
import { KEYS, LAYERS } from "../settings.ts";

/** Results of the `config` commands. */

const text = z.string();

export const ConfigRow = z.strictObject({
  key: z.enum(KEYS),
  /** In the form used in a file. */
  value: z.unknown(),
  default: z.unknown(),
  origin: z.enum(["default", ...LAYERS]),
  /** The file, absolute, or the variable; null: the default. */
  source: z.nullable(text),
  /** The line in the file, from 1. */
  line: z.nullable(z.int()),
  /**
   * Sources of a table's entries that are in more distant layers, the most
   * distant first.
   */
  adds_to: z.array(z.strictObject({
    origin: z.enum(LAYERS),
    source: text,
    line: z.nullable(z.int()),
  })),
  /** The environment variable that sets it; null: no variable. */
  variable: z.nullable(text),
  summary: text,
});

export const ConfigListResult = z.strictObject({
  settings: z.array(ConfigRow),
  /** True if the text output shows the source of each value. */
  show_origin: z.boolean(),
});

export const ConfigSetResult = z.strictObject({
  key: text,
  /** The current value in the file; null: not set there. */
  value: z.unknown(),
  file: text,
  changed: z.boolean(),
  /** The nearer file or variable that overrides this value. */
  overridden_by: z.nullable(text),
  dry_run: z.boolean(),
});

export type ConfigRow = z.infer<typeof ConfigRow>;
export type ConfigListResult = z.infer<typeof ConfigListResult>;
export type ConfigSetResult = z.infer<typeof ConfigSetResult>;
