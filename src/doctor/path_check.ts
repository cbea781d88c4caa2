import { type Finding, unknown, warning } from "./check.ts";
import { shellWord } from "../base/shell.ts";

/** A program called `mpm` in a folder of PATH. */
export interface OnPath {
  readonly path: string;
  /** Whether it is the very program that runs now. */
  readonly isThis: boolean;
  /** What `--version` prints; `undefined`: it was not, or cannot be, asked. */
  readonly version: string | undefined;
}

/** What PATH leads to, in its order, and the program that runs now. */
export function pathFindings(
  found: readonly OnPath[],
  { program, folder }: { program: string | undefined; folder: string },
): Finding[] {
  if (program === undefined) {
    return [unknown("This mpm runs from source: PATH was not compared")];
  }
  const [first, ...others] = found;
  if (!first) {
    return [warning("No folder of PATH has mpm: skills and people call it", {
      mend: `export PATH=${shellWord(folder)}:"$PATH", in your shell's profile`,
    })];
  }
  if (!first.isThis) {
    return [
      warning(
        `"mpm" starts ${named(first)}, and not ${program}, which runs now`,
        { mend: `Remove one of them, or put ${folder} first in PATH` },
      ),
    ];
  }
  return others.map((other) =>
    warning(`PATH has another mpm: ${named(other)}`, {
      mend: `If it is not needed: rm ${shellWord(other.path)}`,
    })
  );
}

function named({ path, version }: OnPath): string {
  return `${path} (${version ?? "version not known"})`;
}
