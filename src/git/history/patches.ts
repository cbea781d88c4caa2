import type { Git } from "../run/git.ts";
import type { Range } from "./range.ts";
import { decodeBytes } from "../text.ts";

/** Commits of the two sides together whose patches are compared. */
const PATCH_LIMIT = 2_000;

/**
 * The commits on either side of a range that have an equal patch on the other,
 * with the id of that patch, empty for a commit that changes no content;
 * `undefined` where there are too many to compare. Merges have no patch. A
 * partial clone without the contents ends here as well.
 */
export async function readEqualPatches(
  git: Git,
  base: string,
  range: Range,
): Promise<Map<string, string> | undefined> {
  const { left, right, omitted } = range;
  if (left.length === 0 || right.length === 0) return new Map();
  if (omitted > 0 || left.length + right.length > PATCH_LIMIT) return undefined;
  const found = await git.run([
    "rev-list",
    "--left-right",
    "--cherry-mark",
    `${base}...HEAD`,
    "--",
  ]);
  if (found.status !== 0) return undefined;
  const equal = decodeBytes(found.stdout).split("\n")
    .filter((line) => line[0] === "=").map((line) => line.slice(1));
  return equal.length === 0 ? new Map() : await readPatchIds(git, equal);
}

/** The ids of patches, which tell which of the equal ones belong together. */
async function readPatchIds(
  git: Git,
  commits: readonly string[],
): Promise<Map<string, string> | undefined> {
  const patches = await git.run([
    "diff-tree",
    "--stdin",
    "--root",
    "-p",
    "--full-index",
    "--no-ext-diff",
    "--no-textconv",
  ], { stdin: new TextEncoder().encode(`${commits.join("\n")}\n`) });
  if (patches.status !== 0) return undefined;
  const ids = await git.run(["patch-id", "--stable"], {
    stdin: patches.stdout,
  });
  if (ids.status !== 0) return undefined;
  const found = new Map(commits.map((commit) => [commit, ""]));
  for (const line of decodeBytes(ids.stdout).split("\n")) {
    const [patch, commit] = line.split(" ");
    if (patch && commit) found.set(commit, patch);
  }
  return found;
}
