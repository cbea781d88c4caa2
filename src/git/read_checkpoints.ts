import { MpmError } from "../errors.ts";
import type { TreeEntry } from "../session/snapshot.ts";
import { isOwnPath } from "../session/snapshot.ts";
import type { Git } from "./git.ts";
import { decodeBytes, encodeText, splitFields } from "./text.ts";
import { CHECKPOINTS, PARTS } from "./write_checkpoint.ts";

/** The commit behind each checkpoint's id. */
export async function readCheckpointRefs(
  git: Git,
): Promise<Map<string, string>> {
  const output = decodeBytes(
    await git.read([
      "for-each-ref",
      "--format=%(objecttype) %(objectname) %(refname)",
      `${CHECKPOINTS}/`,
    ]),
  );
  const found = new Map<string, string>();
  for (const line of output.split("\n")) {
    const [type, commit, ref] = line.split(" ");
    if (type === "commit") {
      found.set(ref!.slice(CHECKPOINTS.length + 1), commit!);
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
  const output = await git.read(
    ["diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", from, to],
    { timeout: LONG },
  );
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
  const listed = await git.read([
    "ls-tree",
    "-r",
    "-z",
    "--name-only",
    "--full-tree",
    tree,
  ], {
    timeout: LONG,
  });
  const wanted = new Set(paths);
  for (const path of splitFields(listed)) if (wanted.has(path)) found.add(path);
  return found;
}

/** Takes checkpoints from the list; `to` names where their commits stay. */
export async function moveCheckpointRef(
  git: Git,
  { from, to, commit }: { from: string; to: string; commit: string },
): Promise<void> {
  const stdin = encodeText(
    `start\ncreate ${to} ${commit}\ndelete ${from} ${commit}\nprepare\ncommit\n`,
  );
  const args = ["-c", "core.logAllRefUpdates=false", "update-ref", "--stdin"];
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
