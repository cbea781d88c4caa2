import type { Git } from "./git.ts";
import { splitFields } from "./text.ts";

/** Paths asked for by name; with more, all that was removed is listed. */
const PATH_LIMIT = 100;

/**
 * Those of `paths` that some commit of HEAD since the base (without a base,
 * any commit) removed. Of a file that came and went, the difference of the two
 * ends does not show it.
 */
export async function findRemoved(
  git: Git,
  way: { base: string | undefined; right: readonly unknown[] },
  paths: readonly string[],
): Promise<Set<string>> {
  const still = way.base !== undefined && way.right.length === 0;
  if (paths.length === 0 || still) return new Set();
  const log = await git.read([
    "log",
    "--format=",
    "-z",
    "--full-history",
    "--no-renames",
    "--diff-filter=D",
    "--name-only",
    way.base === undefined ? "HEAD" : `${way.base}..HEAD`,
    "--",
    ...(paths.length > PATH_LIMIT
      ? []
      : paths.map((path) => `:(top,literal)${path}`)),
  ]);
  const removed = new Set(splitFields(log));
  return new Set(paths.filter((path) => removed.has(path)));
}
