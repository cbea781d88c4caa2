import { MpmError } from "../../base/errors.ts";
import { sizeText } from "../../base/words.ts";

/** The maximum bytes of one file and of all files in a checkpoint. */
export interface CaptureLimits {
  readonly file: number;
  readonly total: number;
}

interface Sized {
  readonly path: string;
  readonly size: number;
}

/** Files that a checkpoint of some files could not include. */
export interface Beyond {
  /** The files without which the rest fits, largest first. */
  readonly paths: readonly Sized[];
  /** Bytes of all files together, if each of them is small enough. */
  readonly sum: number | undefined;
}

/** Returns the files that are too large, or too many, if any. */
export function beyondLimits(
  files: readonly Sized[],
  { file, total }: CaptureLimits,
): Beyond | undefined {
  const sizes = [...files].sort((a, b) => b.size - a.size);
  const all = sizes.reduce((sum, { size }) => sum + size, 0);
  let left = all;
  const paths: Sized[] = [];
  for (const one of sizes) {
    if (one.size <= file && left <= total) break;
    paths.push(one);
    left -= one.size;
  }
  if (paths.length === 0) return undefined;
  return { paths, sum: paths[0]!.size > file ? undefined : all };
}

/** The number of files that an error names. */
const NAMED = 5;

export function tooLarge({ paths, sum }: Beyond): MpmError {
  const named = paths.slice(0, NAMED)
    .map(({ path, size }) => `${path} (${sizeText(size)})`).join(", ");
  return new MpmError(
    "CONFLICT",
    sum === undefined
      ? `Too large for a checkpoint: ${named}`
      : `${sizeText(sum)} of changed files are too large for a checkpoint, ` +
        `the largest: ${named}`,
    {
      hint: "Let git ignore them, or raise checkpoint.max_file_mb and " +
        "checkpoint.max_total_mb in the configuration",
    },
  );
}

/** Returns why a file beyond the limits is left out. */
export function tooLargeReason(size: number, holder = "a checkpoint"): string {
  return `it is too large for ${holder} (${sizeText(size)})`;
}
