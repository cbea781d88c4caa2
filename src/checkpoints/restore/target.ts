import { attempt } from "../../base/errors.ts";
import {
  emptyTree,
  partOf,
  readCheckpointRecord,
  treeDelta,
  type Vault,
} from "../../git/mod.ts";
import { parseContentsRecord } from "../../saves/mod.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { parseRecord } from "../store.ts";

/** The source of a restore: a checkpoint, or the contents that a save kept. */
export type RestoreTarget = StoredCheckpoint | ContentsTarget;

/** The uncommitted files of a save, in the form of a checkpoint. */
export interface ContentsTarget extends
  Pick<
    StoredCheckpoint,
    | "id"
    | "name"
    | "commit"
    | "worktree"
    | "branch"
    | "head"
    | "left_out"
    | "permissions"
    | "index"
  > {
  readonly kind: "contents";
  /** All paths in the contents, including deleted paths. */
  readonly paths: readonly string[];
  readonly deleted: readonly string[];
  /** Paths that were staged. */
  readonly staged: readonly string[];
}

/** Returns whether a capture skips large files: a save restores only a few. */
export function leavesLarge({ kind }: RestoreTarget): boolean {
  return kind === "contents";
}

/** Reads a target from its commit; `undefined`: it is gone or invalid. */
export async function readTarget(
  { git }: Pick<Vault, "git">,
  { id, commit }: { id: string; commit: string },
): Promise<RestoreTarget | undefined> {
  return await attempt(async () => {
    const bytes = await readCheckpointRecord(git, commit);
    const record = parseContentsRecord(bytes);
    if (!record) return await parseRecord(bytes, { id, commit });
    const none = emptyTree(commit);
    const [kept, staged] = await Promise.all([
      treeDelta(git, none, partOf(commit, "worktree")),
      treeDelta(git, none, partOf(commit, "index")),
    ]);
    return {
      ...{ id, commit, kind: "contents", name: id },
      ...{ branch: null, head: null, worktree: record.worktree },
      left_out: record.left_out.map((one) => ({ ...one })),
      permissions: Object.fromEntries(record.permissions),
      index: {
        unmerged: [],
        intent_to_add: record.intents.map((path) => ({
          path,
          mode: kept.get(path)?.mode ?? "100644",
        })),
        assume_unchanged: [],
        skip_worktree: [],
      },
      paths: [...kept.keys(), ...record.deleted].sort(),
      deleted: record.deleted,
      staged: [...staged.keys(), ...record.unstaged],
    };
  });
}
