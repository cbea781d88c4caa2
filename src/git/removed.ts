import type { Git } from "./git.ts";
import { splitFields } from "./text.ts";

/** Paths asked for by name; with more, all that was removed is listed. */
const PATH_LIMIT = 100;

/**
 * Those of `paths` that some commit between the base and HEAD removed, which
 * the difference of the two ends does not show of a file that came and went.
 */
export async function findRemoved(
  git: Git,
  way: { base: string | undefined; right: readonly unknown[] },
  paths: readonly string[],
): Promise<Set<string>> {
  if (paths.length === 0 || way.right.length === 0) return new Set();
  const log = await git.run([
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
  const removed = new Set(splitFields(log.stdout));
  return new Set(paths.filter((path) => removed.has(path)));
}
