import { MpmError } from "../../base/errors.ts";
import type { TreeEntry } from "../status/snapshot.ts";
import { isOwnPath } from "../status/snapshot.ts";
import { emptyTree } from "../empty_tree.ts";
import type { Git } from "../run/git.ts";
import { resolveNames } from "../refs.ts";
import { decodeBytes, encodeText, splitFields } from "../text.ts";
import { CHECKPOINTS, PARTS } from "./write_checkpoint.ts";

/** Refs of mpm's have no history of their own. */
const NO_REFLOG = ["-c", "core.logAllRefUpdates=false"];

/** The commit behind each checkpoint's id, or behind other refs of that form. */
export async function readCheckpointRefs(
  git: Git,
  folder = CHECKPOINTS,
): Promise<Map<string, string>> {
  const output = decodeBytes(
    await git.read([
      "for-each-ref",
      "--format=%(objecttype) %(objectname) %(refname)",
      `${folder}/`,
    ]),
  );
  const found = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [type, commit, ref] = line.split(" ");
    if (type === "commit") {
      found.set(ref!.slice(folder.length + 1), commit!);
    }
  }
  return found;
}

/** The bytes of the record in a checkpoint's commit. Throws GIT_FAILED. */
export function readCheckpointRecord(
  git: Git,
  commit: string,
): Promise<Uint8Array> {
  return git.read(["cat-file", "blob", `${commit}:${PARTS.record}`]);
}

/** Milliseconds for comparing large trees. */
const LONG = 5 * 60_000;

/**
 * What leads from one tree to another, by path; mpm's own folder apart. Trees
 * are named as `git rev-parse` takes them. Throws GIT_FAILED.
 */
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

/**
 * Runs git over trees. No tree holds an empty folder, so a checkpoint of no file
 * lacks the part: it is taken for the tree of nothing then.
 */
export async function overTrees(
  git: Git,
  trees: readonly string[],
  command: (trees: readonly string[]) => readonly string[],
): Promise<Uint8Array> {
  const done = await git.run(command(trees), { timeout: LONG });
  if (done.status === 0) return done.stdout;
  const names = await resolveNames(git, trees);
  const there = await Promise.all(trees.map(async (tree) => {
    const [, commit] = /^([0-9a-f]{40,64}):/.exec(tree) ?? [];
    if (commit === undefined || names.get(tree) !== undefined) return tree;
    await git.read(["cat-file", "-e", `${commit}:${PARTS.record}`]);
    return emptyTree(commit);
  }));
  return await git.read(command(there), { timeout: LONG });
}

/** A path that differs between two trees. */
export interface TreeChange {
  readonly path: string;
  readonly from: TreeEntry | undefined;
  readonly to: TreeEntry | undefined;
}

/** The same with what was there before. */
export async function treeChanges(
  git: Git,
  from: string,
  to: string,
): Promise<TreeChange[]> {
  const output = await overTrees(git, [from, to], (trees) => [
    "diff-tree",
    "-r",
    "-z",
    "--raw",
    "--no-renames",
    "--no-abbrev",
    ...trees,
  ]);
  const fields = splitFields(output);
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [before, after, old, now] = fields[at]!.slice(1).split(" ");
    const path = fields[at + 1]!;
    if (isOwnPath(path)) continue;
    changes.push({
      path,
      from: entryOf(before!, old!),
      to: entryOf(after!, now!),
    });
  }
  return changes;
}

function entryOf(mode: string, id: string): TreeEntry | undefined {
  return /^0+$/.test(mode) ? undefined : { mode, id };
}

/** The tree of a part of a checkpoint, as `git rev-parse` takes it. */
export function partOf(
  commit: string,
  part: "worktree" | "index",
): string {
  return `${commit}:${PARTS[part]}`;
}

/** Those of `paths` that are in a tree. */
export async function pathsIn(
  git: Git,
  tree: string,
  paths: readonly string[],
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const found = new Set<string>();
  const listed = await overTrees(git, [tree], (trees) => [
    "ls-tree",
    "-r",
    "-z",
    "--name-only",
    "--full-tree",
    ...trees,
  ]);
  const wanted = new Set(paths);
  for (const path of splitFields(listed)) if (wanted.has(path)) found.add(path);
  return found;
}

/** Makes the ref of a checkpoint that has none; whether that worked. */
export async function createCheckpointRef(
  git: Git,
  { id, commit }: { id: string; commit: string },
): Promise<boolean> {
  const none = "0".repeat(commit.length);
  const made = await git.run([
    ...NO_REFLOG,
    "update-ref",
    `${CHECKPOINTS}/${id}`,
    commit,
    none,
  ]);
  return made.status === 0;
}

/** Takes checkpoints from the list; `to` names where their commits stay. */
export async function moveCheckpointRef(
  git: Git,
  { from, to, commit }: { from: string; to: string; commit: string },
): Promise<void> {
  const stdin = encodeText(
    `start\ncreate ${to} ${commit}\ndelete ${from} ${commit}\nprepare\ncommit\n`,
  );
  const args = [...NO_REFLOG, "update-ref", "--stdin"];
  const done = await git.run(args, { stdin });
  if (done.status === 0) return;
  throw new MpmError(
    "GIT_FAILED",
    `Cannot move "${from}": ${decodeBytes(done.stderr).trim()}`,
  );
}

/** Drops refs that are at these commits. Throws GIT_FAILED. */
export async function dropRefs(
  git: Git,
  refs: readonly { ref: string; commit: string }[],
): Promise<void> {
  if (refs.length === 0) return;
  const stdin = encodeText(
    refs.map(({ ref, commit }) => `delete ${ref} ${commit}\n`).join(""),
  );
  await git.read(["update-ref", "--stdin"], { stdin });
}
