import * as z from "zod/mini";

/** Results of `scan`. */

const text = z.string();

export const ScanResult = z.strictObject({
  /**
   * The scope of the scan. `project`: files that git tracks or does not ignore;
   * `folder`: a folder without git; `named`: the given paths.
   */
  scope: z.enum(["project", "folder", "named"]),
  /** Number of files read. */
  files: z.int(),
  /** Bytes of these files. */
  bytes: z.int(),
  findings: z.array(z.strictObject({
    /** As given, or found below a given folder; `-`: standard input. */
    file: text,
    /** From 1. */
    line: z.int(),
    /** In characters, from 1. */
    column: z.int(),
    /** Kind of secret; never the secret. */
    label: text,
  })),
  /** Number of matches for each label. */
  labels: z.record(text, z.int()),
  /**
   * Numbers of paths that were left out: `binary` files, each nested
   * `repository`, folders by name.
   */
  left_out: z.record(text, z.int()),
  /** Files that could not be read, and why. */
  skipped: z.array(z.strictObject({ file: text, reason: text })),
});

export type ScanResult = z.infer<typeof ScanResult>;
