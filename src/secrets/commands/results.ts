import * as z from "zod/mini";

/** Results of `scan`. */

const text = z.string();

export const ScanResult = z.strictObject({
  /**
   * The scope of the scan. `project`: files that git tracks or does not ignore.
   * `folder`: a folder outside git. `named`: the given paths.
   */
  scope: z.enum(["project", "folder", "named"]),
  /** Number of files read. */
  files: z.int(),
  /** Bytes of these files. */
  bytes: z.int(),
  findings: z.array(z.strictObject({
    /**
     * The path as given, or as found in a given folder; `-`: standard input.
     */
    file: text,
    /** From 1. */
    line: z.int(),
    /** The column in characters, from 1. */
    column: z.int(),
    /** The kind of secret; never the secret itself. */
    label: text,
  })),
  /** Number of matches for each label. */
  labels: z.record(text, z.int()),
  /**
   * Number of paths that were left out, by kind: `binary` files, each nested
   * `repository`, and folders by name.
   */
  left_out: z.record(text, z.int()),
  /** Files that could not be read, and why. */
  skipped: z.array(z.strictObject({ file: text, reason: text })),
});

export type ScanResult = z.infer<typeof ScanResult>;
