import * as z from "zod/mini";

/** Results of `scan`. */

const text = z.string();

export const ScanResult = z.strictObject({
  /**
   * The scope of the scan. `project`: files that git tracks or does not ignore;
   * `folder`: a folder without git; `named`: the paths of the command line.
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
    /** Kind of secret; never the secret. */
    label: text,
  })),
  /** Count of each label. */
  labels: z.record(text, z.int()),
  /**
   * Counts of paths that were left out: `binary` files, each `repository`
   * within the project, folders by their name.
   */
  left_out: z.record(text, z.int()),
  /** Files that could not be read, and why. */
  skipped: z.array(z.strictObject({ file: text, reason: text })),
});

export type ScanResult = z.infer<typeof ScanResult>;
