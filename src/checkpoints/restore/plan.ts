import type { Context } from "../../cli/mod.ts";
import {
  addHidden,
  baseEntry,
  type Capture,
  changesBetween,
  type Git,
  type LeftOut,
  partOf,
  pathsIn,
  planRestore,
  type RestorePlan,
  type TreeDelta,
  treeDelta,
  type Vault,
  withinAny,
} from "../../git/mod.ts";
import type { Aside, OperationName } from "../../ops/mod.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { named } from "../../base/words.ts";
import type { System } from "../../system/system.ts";
import { captureNow, type CheckpointPlace } from "../place.ts";
import type { RestoreTarget } from "./target.ts";

/** The parameters of a restore. */
export interface RestoreOrder {
  readonly target: RestoreTarget;
  /**
   * Files and folders below the worktree; empty: everything. For the contents
   * of a save, only paths in the contents.
   */
  readonly paths: readonly string[];
  /** True if files created since the checkpoint go to the trash. */
  readonly exact: boolean;
  /**
   * True if files in the way that no checkpoint can hold go to the trash.
   * Otherwise they stay, and nothing is written over them.
   */
  readonly clears?: boolean | undefined;
  /** Files that the operation moved to the trash earlier, for the undo. */
  readonly aside?: readonly Aside[] | undefined;
  /**
   * The commit of a killed restore's safety checkpoint. Files that it does not
   * contain stay: they were ignored, or created later.
   */
  readonly begun?: string | undefined;
  /** True if the journal records the restore as part of another operation. */
  readonly part?: true;
  /** For the journal: the command, and a line that describes the operation. */
  readonly operation: OperationName;
  readonly title: string;
  /** In an undo: the checkpoint whose files may be removed again. */
  readonly brought?: string | undefined;
  /** In an undo: the operation to undo. */
  readonly undoes?: number | undefined;
}

/** A checkpoint, by ID and commit. */
export interface CheckpointRef {
  readonly id: string;
  readonly commit: string;
}

/** The facts needed to finish a restore. */
export interface RestoreFacts extends
  Pick<
    RestoreOrder,
    "paths" | "exact" | "operation" | "title" | "clears"
  > {
  readonly target: CheckpointRef;
  readonly safety: CheckpointRef;
  readonly brought: string | null;
  readonly undoes: number | null;
  /** Files that were in the way, for each run of the restore. */
  readonly aside: readonly Aside[];
}

/** The plan of a restore, and the state it is based on. */
export interface PlannedRestore {
  readonly plan: RestorePlan;
  readonly capture: Capture;
  /** The files in the capture whose changes git does not list. */
  readonly hidden: ReadonlySet<string>;
  /** The target index. */
  readonly index: WantedIndex;
  /** True if the index differs from the checkpoint's. */
  readonly indexDiffers: boolean;
}

/** The index to restore: differences from a capture's base, and flags. */
type WantedIndex = Pick<Capture, "marks"> & {
  readonly delta: Capture["index"];
};

/** Returns whether an index exists both here and in the checkpoint. */
export function hasIndex({ own }: Vault, target: RestoreTarget): boolean {
  return !own &&
    (target.kind === "contents" || target.session.git_context.is_git_repo);
}

/** Works out what a restore would do. `write`: see `captureNow`. */
export async function planOf(
  { system }: Context,
  place: CheckpointPlace,
  { order, write }: { order: RestoreOrder; write: boolean },
): Promise<PlannedRestore> {
  const { capture } = await captureNow(system, place, { write });
  return await planFrom(system, place, { order, capture, write });
}

/** Does the same from a recent capture, which it may extend. */
export async function planFrom(
  system: System,
  { vault, rules }: CheckpointPlace,
  { order, capture: listed, write }: {
    order: RestoreOrder;
    capture: Capture;
    write: boolean;
  },
): Promise<PlannedRestore> {
  const { git } = vault;
  const { base } = listed;
  const { commit } = order.target;
  const [target, staged, brought] = await Promise.all([
    treeDelta(git, base, partOf(commit, "worktree")),
    treeDelta(git, base, partOf(commit, "index")),
    order.brought === undefined
      ? new Map()
      : treeDelta(git, base, partOf(order.brought, "worktree")),
  ]);
  const isWanted = withinAny(order.paths);
  const wanted = (paths: readonly string[]) => paths.filter(isWanted);
  const capture = await addHidden(system, vault, {
    capture: listed,
    paths: wanted([...present(target), ...present(brought)]),
    changed: wanted([...target.keys()]),
    limits: rules.limits,
    write,
  });
  const leftOut: LeftOut[] = [
    ...order.clears ? [] : capture.leftOut,
    ...order.target.left_out,
  ];
  const changes = changesBetween({
    current: capture.worktree,
    target,
    base: (path) => baseEntry(capture, path),
    paths: order.paths,
  });
  const gone = changes.filter(({ to }) => !to).map(({ path }) => path);
  const known = await knownPaths(vault, order, gone);
  const plan = planRestore(changes, {
    ...{ leftOut, known },
    exact: order.exact,
    platform: system.platform,
  });
  const index = wantedIndex(capture, order.target, staged);
  return {
    plan: await sparing(git, plan, order),
    capture,
    hidden: hiddenIn(capture, listed),
    index,
    indexDiffers: hasIndex(vault, order.target) &&
      differs(capture, { index, order }),
  };
}

/** Returns ignored, assume-unchanged and skip-worktree files. */
function hiddenIn(capture: Capture, listed: Capture): Set<string> {
  const { assume_unchanged: assumed, skip_worktree: skipped } = listed.marks;
  const added = capture === listed ? [] : [...capture.worktree.keys()]
    .filter((path) => !listed.worktree.has(path) && !baseEntry(listed, path));
  return new Set([...assumed, ...skipped, ...added]);
}

/** Reports the replaced files that git does not list. */
export function replacedNotes(
  { planned: { hidden }, safety }: {
    planned: PlannedRestore;
    safety: StoredCheckpoint;
  },
  changed: readonly string[],
): string[] {
  const replaced = changed.filter((path) => hidden.has(path));
  if (replaced.length === 0) return [];
  return [
    `Replaced files that git does not list: ${
      named(replaced)
    }. Their contents are in the checkpoint "${safety.name}"`,
  ];
}

/** Skips files that the interrupted restore would not have moved. */
async function sparing(
  git: Git,
  plan: RestorePlan,
  { begun }: RestoreOrder,
): Promise<RestorePlan> {
  if (begun === undefined || plan.trash.length === 0) return plan;
  const paths = plan.trash.map(({ path }) => path);
  const had = await pathsIn(git, partOf(begun, "worktree"), paths);
  return {
    ...plan,
    trash: plan.trash.filter(({ path }) => had.has(path)),
    kept: paths.filter((path) => !had.has(path)),
  };
}

/** Returns the paths to change that differ from an earlier tree. */
export async function changedSince(
  { vault }: CheckpointPlace,
  { plan, capture }: PlannedRestore,
  tree: string,
): Promise<string[]> {
  const left = await treeDelta(vault.git, capture.base, tree);
  return [...plan.writes, ...plan.removes]
    .filter(({ path, from }) => {
      const then = left.has(path) ? left.get(path) : baseEntry(capture, path);
      return then?.id !== from?.id || then?.mode !== from?.mode;
    })
    .map(({ path }) => path).sort();
}

/** Returns the paths that exist in a tree. */
function present(delta: TreeDelta): string[] {
  return [...delta].flatMap(([path, entry]) => entry ? [path] : []);
}

/** Returns the paths that the checkpoint or the undone operation knew. */
async function knownPaths(
  { git }: Vault,
  { target, brought }: RestoreOrder,
  paths: readonly string[],
): Promise<Set<string>> {
  if (paths.length === 0) return new Set();
  const trees = target.kind === "contents" ? [] : [
    partOf(target.commit, "index"),
    ...target.head === null ? [] : [`${target.head}^{tree}`],
  ];
  if (brought !== undefined) trees.push(partOf(brought, "worktree"));
  const found = await Promise.all(
    trees.map((tree) => pathsIn(git, tree, paths)),
  );
  const { unmerged, intent_to_add: intents } = target.index;
  return new Set([
    ...found.flatMap((paths) => [...paths]),
    ...target.kind === "contents" ? target.deleted : [],
    ...unmerged.map(({ path }) => path),
    ...intents.map(({ path }) => path),
  ]);
}

/** Returns whether the index changes within the requested paths. */
function differs(
  capture: Capture,
  { index, order }: {
    index: WantedIndex;
    order: RestoreOrder;
  },
): boolean {
  const changes = changesBetween({
    current: capture.index,
    target: index.delta,
    base: (path) => baseEntry(capture, path),
    paths: order.paths,
  });
  return changes.length > 0 ||
    JSON.stringify(capture.marks) !== JSON.stringify(index.marks);
}

/**
 * Returns the index after a restore. Paths in the contents of a save are staged
 * again; other staged changes stay.
 */
function wantedIndex(
  capture: Capture,
  target: RestoreTarget,
  delta: TreeDelta,
): WantedIndex {
  const marks = marksOf(target);
  if (target.kind !== "contents") return { delta, marks };
  const staged = new Set(target.staged);
  const intents = new Set(marks.intent_to_add.map(({ path }) => path));
  const others = <T extends { readonly path: string }>(list: readonly T[]) =>
    list.filter(({ path }) => !staged.has(path) && !intents.has(path));
  return {
    delta: new Map([
      ...[...capture.index].filter(([path]) => !intents.has(path)),
      ...target.staged.map((path) => [path, delta.get(path)] as const),
    ]),
    marks: {
      ...capture.marks,
      unmerged: others(capture.marks.unmerged),
      intent_to_add: [
        ...others(capture.marks.intent_to_add),
        ...marks.intent_to_add,
      ].sort((a, b) => a.path < b.path ? -1 : 1),
    },
  };
}

/** Returns the flags in a record, in the order of a capture. */
function marksOf({ index }: RestoreTarget): Capture["marks"] {
  return {
    unmerged: index.unmerged.map(({ path, stages }) => ({
      path,
      stages: stages.map(({ stage, mode, id }) => ({ stage, mode, id })),
    })),
    intent_to_add: index.intent_to_add.map(({ path, mode }) => ({
      path,
      mode,
    })),
    assume_unchanged: index.assume_unchanged,
    skip_worktree: index.skip_worktree,
  };
}
