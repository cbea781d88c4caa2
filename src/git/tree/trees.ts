import { type Git, LONG } from "../run/git.ts";
import { resolveNames } from "../branches.ts";
import { splitFields, words } from "../text.ts";
import { emptyTree, isOwnPath, type TreeEntry } from "./snapshot.ts";
import { isZeroId, parseRaw } from "../history/changes.ts";
import type { PathChange } from "./plan.ts";

/** The parts of a checkpoint's commit. */
export const PARTS = {
  worktree: "worktree",
  index: "index",
  record: "record.json",
} as const;

/** Returns the differences of two trees by path. Throws GIT_FAILED. */
export async function treeDelta(
  git: Git,
  from: string,
  to: string,
): Promise<Map<string, TreeEntry | undefined>> {
  const delta = new Map<string, TreeEntry | undefined>();
  for (const change of await treeChanges(git, from, to)) {
    delta.set(change.path, change.to);
  }
  return delta;
}

/** Runs git over trees; a missing part of a checkpoint is the empty tree. */
async function overTrees(
  git: Git,
  args: readonly string[],
  trees: readonly string[],
  rest: readonly string[] = [],
): Promise<Uint8Array> {
  const options = { timeout: LONG };
  const done = await git.run([...args, ...trees, ...rest], options);
  if (done.status === 0) return done.stdout;
  const names = await resolveNames(git, trees);
  const there = await Promise.all(trees.map(async (tree) => {
    const [, commit] = /^([0-9a-f]{40,64}):/.exec(tree) ?? [];
    if (commit === undefined || names.get(tree) !== undefined) return tree;
    await git.read(["cat-file", "-e", `${commit}:${PARTS.record}`]);
    return emptyTree(commit);
  }));
  return await git.read([...args, ...there, ...rest], options);
}

/** Like {@link treeDelta}, but also returns the earlier files. */
export async function treeChanges(
  git: Git,
  from: string,
  to: string,
): Promise<PathChange[]> {
  const args = words("diff-tree -r -z --raw --no-renames --no-abbrev");
  const output = await overTrees(git, args, [from, to]);
  const there = (entry: TreeEntry) => isZeroId(entry.mode) ? undefined : entry;
  return parseRaw(splitFields(output)).filter(({ path }) => !isOwnPath(path))
    .map(({ path, before, after }) => ({
      path,
      from: there(before),
      to: there(after),
    }));
}

/** Returns the tree of a part of a checkpoint, named as for `git rev-parse`. */
export function partOf(
  commit: string,
  part: "worktree" | "index",
): string {
  return `${commit}:${PARTS[part]}`;
}

/** Returns which of `paths` are in a tree. */
export async function pathsIn(
  git: Git,
  tree: string,
  paths: readonly string[],
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const args = words("ls-tree -r -z --name-only --full-tree");
  const listed = splitFields(await overTrees(git, args, [tree]));
  return new Set(listed).intersection(new Set(paths));
}

/** Returns a patch between two trees; runs no configured program. */
export async function patchBetween(
  git: Git,
  from: string,
  to: string,
): Promise<Uint8Array> {
  const args = words(`diff-tree --patch --no-ext-diff --no-textconv --no-color
    --find-renames -r`);
  const paths = ["--", ".", ":(top,exclude).claude-mpm"];
  return await overTrees(git, args, [from, to], paths);
}
