import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import { field } from "../../base/parsed_values.ts";
import { fits } from "../../base/shape.ts";
import { counted, named } from "../../base/words.ts";
import {
  changedSince,
  checkpointId,
  type CheckpointPlace,
  type PlannedRestore,
  readTarget,
  restoreLocked,
} from "../../checkpoints/mod.ts";
import type { Context } from "../../cli/mod.ts";
import {
  commitFiles,
  foldersAbove,
  treeDelta,
  type TreeEntry,
} from "../../git/mod.ts";
import {
  readJournal,
  readOwnJson,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import { recordBytes } from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { MERGE_END, type MergeEnd } from "../log.ts";

/** The merged results of a run, and the tree they are applied to. */
export interface Merge {
  /** The run's ID, its pipeline and its folder. */
  readonly run: string;
  readonly pipeline: string;
  readonly folder: string;
  /** A ref that does not exist yet. */
  readonly ref: string;
  /** The branch at the start of the run. */
  readonly branch: string | undefined;
  /**
   * The files that mpm expects: those from the start of the run, and artefacts
   * made since.
   */
  readonly expected: string;
  readonly merged: string;
  readonly committed: number;
}

/** Returns the path of a merge record in its run's folder. */
function mergeFile(folder: string): string {
  return join(folder, "merge.json");
}

/** Returns the error that says why nothing was changed. */
function refused(reason: string): MpmError {
  return new MpmError("CONFLICT", reason);
}

/**
 * Writes merged results into the user's worktree as one operation that can be
 * undone. If anything is in the way, nothing is written, and the end is
 * `stopped`. The next mpm command finishes an interrupted merge. Throws
 * GIT_FAILED, FILE_FAILED.
 */
export async function applyMerge(
  context: Context,
  place: CheckpointPlace,
  { merge, end }: { merge: Merge; end: MergeEnd },
): Promise<MergeEnd> {
  const { system } = context;
  const { vault, workspace } = place;
  const delta = await treeDelta(vault.git, merge.expected, merge.merged);
  if (delta.size === 0) return end;
  const commit = await commitTarget(system, place, { merge, delta });
  const id = checkpointId(merge.run);
  const target = await readTarget(vault, { id, commit });
  const done = { ...end, changed: delta.size };
  writeAtomic(system, mergeFile(merge.folder), {
    text: JSON.stringify({ commit, end: done }),
  });
  const large = { ...place, leaveLarge: true };
  try {
    const { skipped } = await withLock(
      system,
      workspace.root,
      () =>
        restoreLocked(context, large, {
          order: {
            target: target!,
            paths: [...delta.keys()].sort(),
            exact: false,
            operation: "pipeline run",
            title: `apply the results of ${merge.run}`,
          },
          check: (planned) => refuseChanged(large, merge, planned),
        }),
    );
    return skipped.length === 0 ? done : partly(done, skipped);
  } catch (error) {
    if (!(error instanceof MpmError) || error.code !== "CONFLICT") throw error;
    return { ...end, state: "stopped", reason: error.message };
  }
}

function partly(
  end: MergeEnd,
  skipped: readonly { path: string; reason: string }[],
): MergeEnd {
  const [{ path, reason }] = skipped as [(typeof skipped)[number]];
  return {
    ...end,
    state: "conflict",
    reason: `${counted(skipped.length, "file")} could not be written, e.g. ` +
      `"${path}": ${reason}. To undo the other results: mpm undo`,
  };
}

/**
 * Stores the changed files as a commit, in the same format as a save's
 * contents.
 */
async function commitTarget(
  system: System,
  { vault }: CheckpointPlace,
  { merge, delta }: {
    merge: Merge;
    delta: ReadonlyMap<string, TreeEntry | undefined>;
  },
): Promise<string> {
  const there = [...delta].filter(([, entry]) => entry);
  const record = recordBytes({
    ...{ schema: 1, kind: "contents", worktree: vault.workspace.worktree },
    deleted: [...delta].filter(([, entry]) => !entry).map(([path]) => path),
    ...{ unstaged: [], intents: [], permissions: [] },
    ...{ left_out: [], omitted: 0 },
  });
  return await commitFiles(system, vault, {
    ref: merge.ref,
    title: `pipeline ${merge.pipeline}: merged results`,
    ...{ parent: undefined, base: undefined, committed: merge.committed },
    files: new Map(there),
    folder: "worktree",
    beside: new Map([["record.json", record]]),
  });
}

/** Throws CONFLICT if the user has changed something since. */
async function refuseChanged(
  place: CheckpointPlace,
  { expected, branch }: Merge,
  planned: PlannedRestore,
): Promise<void> {
  const { plan, capture: { state } } = planned;
  if (state.operation !== undefined) {
    throw refused(`A ${state.operation} is in progress in your worktree`);
  }
  if (state.branch !== branch) {
    const name = (one: string | undefined) =>
      one === undefined ? "a detached HEAD" : `"${one}"`;
    throw refused(
      `The run began on ${name(branch)}, but you are now on ` +
        `${name(state.branch)}`,
    );
  }
  const changed = [
    ...await changedSince(place, planned, expected),
    ...inTheWay(planned),
  ];
  if (changed.length > 0) {
    throw refused(
      `You changed files that the steps also changed: ${named(changed)}`,
    );
  }
  const [skipped] = plan.skipped;
  if (!skipped) return;
  throw refused(`"${skipped.path}" cannot be written: ${skipped.reason}`);
}

/**
 * Returns files and links that are where a file to be written needs a folder.
 */
function inTheWay({ plan, capture }: PlannedRestore): string[] {
  const goes = new Set(plan.removes.map(({ path }) => path));
  const above = plan.writes.flatMap(({ path }) => foldersAbove(path));
  return [...new Set(above)].filter((folder) =>
    capture.worktree.get(folder) && !goes.has(folder)
  );
}

/**
 * Returns the end of a merge that an earlier process of the run applied;
 * `undefined` if nothing was applied.
 */
export function appliedMerge(
  system: System,
  root: string,
  folder: string,
): MergeEnd | undefined {
  const kept = readOwnJson(system, mergeFile(folder), 1024 * 1024);
  const commit = field(kept, "commit");
  if (typeof commit !== "string") return undefined;
  const isDone = readJournal(system, root).some(({ own, after }) =>
    own && field(field(after, "checkpoint"), "commit") === commit
  );
  const end = field(kept, "end");
  return isDone && fits(MERGE_END, end) ? end : undefined;
}
