import * as z from "zod/mini";

/** What `scan` returns. */

const text = z.string();

export const ScanResult = z.strictObject({
  /** Files that were read. */
  files: z.int(),
  findings: z.array(z.strictObject({
    /** As it was given or found below what was given; `-`: standard input. */
    file: text,
    /** From 1. */
    line: z.int(),
    /** In characters, from 1. */
    column: z.int(),
    /** What kind of secret; never the secret. */
    label: text,
  })),
  /** How often each label was found. */
  labels: z.record(text, z.int()),
  /** What was not read, and why. */
  skipped: z.array(z.strictObject({ file: text, reason: text })),
});

export type ScanResult = z.infer<typeof ScanResult>;
