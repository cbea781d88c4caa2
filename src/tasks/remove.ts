import { relative } from "@std/path";
import { join } from "../base/join.ts";
import { MpmError } from "../base/errors.ts";
import { field, textField } from "../base/parsed_values.ts";
import { counted } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import type { Workspace } from "../git/mod.ts";
import { readConfigAnyway } from "../config/mod.ts";
import {
  CannotUndo,
  ensureHidden,
  journaled,
  layout,
  moveToTrash,
  noteUndo,
  recordFacts,
  type Undone,
  type UndoOrder,
  withLock,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { TaskRmResult } from "./commands/results.ts";
import { RUN_ID, type RunKind } from "./run.ts";
import {
  isRunning,
  kindOfRun,
  runIds,
  runPaths,
  taskOf,
  timeOfRun,
} from "./store.ts";

/** Runs that are removed together. */
interface Removal {
  readonly kind: RunKind;
  readonly ids: readonly string[];
  readonly dryRun: boolean;
  /** True if the removal is automatic. */
  readonly automatic?: true;
}

/**
 * Moves runs to the trash, each with one rename. Throws CONFLICT for a running
 * run; nothing is removed then.
 */
export async function removeRuns(
  context: Context,
  { root, ...workspace }: Pick<Workspace, "git" | "root" | "worktree">,
  { kind, ids, dryRun, ...more }: Removal,
): Promise<TaskRmResult> {
  const work = async ({ system }: Context) => {
    await refuseRunning(system, root, ids);
    return moved(system, root, { kind, ids });
  };
  if (dryRun || ids.length === 0) {
    await refuseRunning(context.system, root, ids);
    return { dry_run: dryRun, removed: [...ids], folder: null };
  }
  const folder = await journaled(context, work, {
    operation: `${kind} rm`,
    workspace: { root, ...workspace },
    title: () =>
      `${kind} rm ${
        ids.length > 3 ? counted(ids.length, "run") : ids.join(" ")
      }`,
    keepsOwn: true,
    lock: withLock,
    ...more,
  });
  return { dry_run: false, removed: [...ids], folder };
}

async function refuseRunning(
  system: System,
  root: string,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    if (!await isRunning(system, runPaths(root, id))) continue;
    throw new MpmError("CONFLICT", `The run "${id}" is in progress`, {
      hint:
        `mpm ${kindOfRun(system, runPaths(root, id))} cancel ${id} ends it; ` +
        "nothing was removed",
    });
  }
}

function moved(
  system: System,
  root: string,
  { kind, ids }: { kind: RunKind; ids: readonly string[] },
): string {
  return moveToTrash(system, root, {
    operation: `${kind} rm`,
    items: ids.map((id) => ({
      name: id,
      files: [{ from: runPaths(root, id).folder, to: id }],
    })),
    begun: (trash) =>
      recordFacts(system, {
        before: { runs: ids },
        after: { runs: ids, trash },
      }),
  });
}

/** Undoes the removal of runs, or undoes such an undo. Throws CONFLICT. */
export async function undoRemovedRuns(order: UndoOrder): Promise<Undone> {
  const { context: { system }, root, entry, dryRun } = order;
  const ids = idsOf(entry.after);
  const trash = textField(entry.after, "trash");
  const restores = trash !== undefined;
  const details = ids.map((id) => `${restores ? "restore" : "remove"} ${id}`);
  if (restores) refuseLost(order, { ids, trash });
  else await refuseRunning(system, root, ids);
  if (dryRun) return { details, left: [], operation: undefined };
  const folder = restores
    ? restored(system, root, { ids, trash })
    : moved(system, root, {
      kind: kindOfRun(system, runPaths(root, ids[0] ?? "")),
      ids,
    });
  const operation = noteUndo(system, root, {
    entry,
    before: { runs: ids, ...restores ? { trash } : {} },
    after: { runs: ids, ...folder === undefined ? {} : { trash: folder } },
  });
  return {
    details: ids.map((id) => `${restores ? "restored" : "removed"} ${id}`),
    ...{ left: [], operation },
  };
}

function idsOf(side: unknown): string[] {
  const ids = field(side, "runs");
  return Array.isArray(ids)
    ? ids.filter((id) => typeof id === "string" && RUN_ID.test(id))
    : [];
}

/**
 * Throws CONFLICT if another run is in the way, or if a run is no longer in the
 * trash.
 */
function refuseLost(
  { context: { system: { files } }, root, entry }: UndoOrder,
  { ids, trash }: { ids: readonly string[]; trash: string },
): void {
  const inTrash = /^[^./\\][^/\\]*$/.test(relative(layout(root).trash, trash));
  const lost = ids.find((id) =>
    !inTrash || files.lstat(join(trash, id))?.kind !== "folder" &&
      !files.lstat(runPaths(root, id).folder)
  );
  if (lost !== undefined) {
    throw new CannotUndo(entry, {
      reason: `${lost} is no longer in the trash`,
      instead: "mpm deletes files in the trash after trash.max_age",
    });
  }
  const taken = ids.find((id) =>
    files.lstat(join(trash, id)) && files.lstat(runPaths(root, id).folder)
  );
  if (taken === undefined) return;
  throw new MpmError("CONFLICT", `Cannot restore "${taken}": it exists`, {
    hint: "Nothing was changed; move that folder elsewhere and try again",
  });
}

/**
 * Moves the runs back. Runs that an interrupted undo has already moved stay
 * there.
 */
function restored(
  system: System,
  root: string,
  { ids, trash }: { ids: readonly string[]; trash: string },
): undefined {
  const { files } = system;
  const { taskRuns } = layout(root);
  ensureHidden(system, root, taskRuns);
  for (const id of ids) {
    const from = join(trash, id);
    if (files.lstat(from)) files.rename(from, runPaths(root, id).folder);
  }
  files.syncFolder(taskRuns);
}

/**
 * Moves old runs of a task or a pipeline to the trash, according to the
 * settings `tasks.keep` and `tasks.max_age`. The newly created run and running
 * ones are kept. A problem is only noted, since the next run tries again.
 */
export async function pruneRuns(
  context: Context,
  workspace: Pick<Workspace, "git" | "root" | "worktree">,
  { kind, made }: { kind: RunKind; made: string },
): Promise<void> {
  const { system, note } = context;
  const { root } = workspace;
  const { config } = readConfigAnyway(system, root);
  const now = system.now().getTime();
  const isOld = (id: string) => now - timeOfRun(id) > config["tasks.max_age"];
  const ids = runIds(system, root, kind)
    .filter((id) => taskOf(id) === taskOf(made))
    .filter((id, at) => at >= config["tasks.keep"] || isOld(id))
    .filter((id) => id !== made);
  try {
    const ended: string[] = [];
    for (const id of ids) {
      if (!await isRunning(system, runPaths(root, id))) ended.push(id);
    }
    await removeRuns(context, workspace, {
      ...{ kind, ids: ended, dryRun: false, automatic: true },
    });
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Note: old runs were not removed: ${error.message}`);
  }
}
