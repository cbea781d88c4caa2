import { MpmError } from "../../base/errors.ts";
import {
  holdTrees,
  type MergedTree,
  mergeTrees,
  partOf,
  type Position,
  treeWithout,
} from "../../git/mod.ts";
import type {
  CheckpointPlace,
  StoredCheckpoint,
} from "../../checkpoints/mod.ts";
import { named } from "../../base/words.ts";

/** The work that a return restores once HEAD is in place. */
export interface Target {
  readonly record: StoredCheckpoint;
  /** True if the parked work had to be merged onto other commits. */
  readonly merged: boolean;
}

interface Trees {
  readonly worktree: string;
  readonly index: string;
}

/**
 * Combines the parked work with the carried leftovers of a detour. Only writes
 * loose objects. Throws CONFLICT with the paths.
 */
export async function withCarried(
  tree: CheckpointPlace,
  { base, carried, from, to }: {
    base: Target | undefined;
    carried: StoredCheckpoint;
    from: Position;
    to: Position;
  },
): Promise<Target> {
  if (!base && to.head === from.head) return { record: carried, merged: false };
  return {
    record: await carriedOnto(tree, { carried, base, from, to }),
    merged: base?.merged ?? false,
  };
}

/**
 * Returns the parked work, merged if HEAD is now at a different commit. Only
 * writes loose objects. Throws CONFLICT with the paths.
 */
export async function ontoHead(
  { vault }: CheckpointPlace,
  parked: StoredCheckpoint,
  head: string,
): Promise<Target> {
  const { git } = vault;
  const [then, now] = await Promise.all(
    [parked.head!, head].map((commit) => bare(git, `${commit}^{tree}`)),
  );
  if (then === now) return { record: parked, merged: false };
  refuseMarks(parked, "its branch has moved since then");
  const trees = await merged(git, {
    base: { worktree: then!, index: then! },
    ours: { worktree: now!, index: now! },
    theirs: await treesOf(git, parked.commit),
    what: "The parked work",
    hint:
      "Move the branch back, or return without the parked work: mpm return " +
      "--keep-parked",
  });
  const commit = await holdTrees(git, {
    ...trees,
    record: parked.commit,
    parent: parked.commit,
  });
  return { record: { ...parked, commit }, merged: true };
}

type Git = CheckpointPlace["vault"]["git"];

async function carriedOnto(
  { vault }: CheckpointPlace,
  { carried, base, from, to }: {
    carried: StoredCheckpoint;
    base: Target | undefined;
    from: Position;
    to: Position;
  },
): Promise<StoredCheckpoint> {
  const { git } = vault;
  refuseMarks(carried, "it must be carried to another commit");
  if (base) refuseMarks(base.record, "something must be carried onto it");
  const [was, head] = await Promise.all(
    [from.head!, to.head!].map((commit) => bare(git, `${commit}^{tree}`)),
  );
  const trees = await merged(git, {
    base: { worktree: was!, index: was! },
    ours: base
      ? await treesOf(git, base.record.commit)
      : { worktree: head!, index: head! },
    theirs: await treesOf(git, carried.commit),
    what: "The uncommitted work of the detour",
    hint: "Commit it, or keep it in a checkpoint: mpm return --park",
  });
  const commit = await holdTrees(git, {
    ...trees,
    record: carried.commit,
    parent: base?.record.commit ?? carried.commit,
  });
  const { index } = base?.record ?? {};
  const both = (one: readonly string[], other: readonly string[] = []) =>
    [...new Set([...one, ...other])].sort();
  const intents = new Map(
    [...index?.intent_to_add ?? [], ...carried.index.intent_to_add]
      .map((intent) => [intent.path, intent]),
  );
  return {
    ...carried,
    commit,
    permissions: { ...base?.record.permissions, ...carried.permissions },
    index: {
      unmerged: [],
      intent_to_add: [...intents].sort(([a], [b]) => a < b ? -1 : 1)
        .map(([, intent]) => intent),
      assume_unchanged: both(
        carried.index.assume_unchanged,
        index?.assume_unchanged,
      ),
      skip_worktree: both(carried.index.skip_worktree, index?.skip_worktree),
    },
  };
}

/**
 * Refuses a checkpoint with a conflict in its index. No tree contains the
 * conflict, so it could not be merged.
 */
function refuseMarks({ index, id }: StoredCheckpoint, why: string): void {
  const [first] = index.unmerged;
  if (!first) return;
  throw new MpmError(
    "CONFLICT",
    `"${first.path}" has a conflict in "${id}", and ${why}`,
    { hint: "mpm return --keep-parked returns without it" },
  );
}

async function treesOf(git: Git, commit: string): Promise<Trees> {
  const [worktree, index] = await Promise.all(
    (["worktree", "index"] as const).map((part) =>
      bare(git, partOf(commit, part))
    ),
  );
  return { worktree: worktree!, index: index! };
}

/** Returns a tree without the mpm folder, as in every checkpoint. */
function bare(git: Git, tree: string): Promise<string> {
  return treeWithout(git, tree, ".claude-mpm");
}

async function merged(
  git: Git,
  { base, ours, theirs, what, hint }: {
    base: Trees;
    ours: Trees;
    theirs: Trees;
    what: string;
    hint: string;
  },
): Promise<Trees> {
  const [worktree, index] = await Promise.all(
    (["worktree", "index"] as const).map((part): Promise<MergedTree> =>
      mergeTrees(git, {
        base: base[part],
        ours: ours[part],
        theirs: theirs[part],
        instead:
          "Git 2.38 or later can do this; --keep-parked returns without " +
          "restoring",
      })
    ),
  ) as [MergedTree, MergedTree];
  const conflicts = [
    ...new Set([...worktree.conflicts ?? [], ...index.conflicts ?? []]),
  ].sort();
  if (worktree.tree !== undefined && index.tree !== undefined) {
    return { worktree: worktree.tree, index: index.tree };
  }
  throw new MpmError(
    "CONFLICT",
    `${what} conflicts with the current files: ${named(conflicts)}`,
    { hint },
  );
}
