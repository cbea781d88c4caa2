import * as z from "zod/mini";

/** What `scan` returns. */

const text = z.string();

export const ScanResult = z.strictObject({
  /**
   * What was read: `project`, what git tracks or does not ignore; `folder`, all
   * of a folder without git; `named`, what the command line named.
   */
  scope: z.enum(["project", "folder", "named"]),
  /** Files that were read. */
  files: z.int(),
  /** Bytes of these files. */
  bytes: z.int(),
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
  /**
   * How many were found and left out: `binary` files, each `repository` within
   * the project, folders by their name.
   */
  left_out: z.record(text, z.int()),
  /** What could not be read, and why. */
  skipped: z.array(z.strictObject({ file: text, reason: text })),
});

export type ScanResult = z.infer<typeof ScanResult>;
