import { basename } from "@std/path";
import { join } from "../../../base/join.ts";
import type {
  ChangeSet,
  FileState,
  FolderState,
  Ref,
  Step,
} from "./change_set.ts";
import { planMigration } from "./plan.ts";
import { type Facts, migrateResult, rollbackResult } from "./answer.ts";
import { refKey } from "./old_store.ts";
import type { MigrateResult, RollbackResult } from "./results.ts";
import { isPointer, planRollback } from "./rollback.ts";
import { chooseBackup } from "./backups.ts";
import {
  applyPrepared,
  type Done,
  finishInterrupted,
  interruptedSets,
} from "./finish.ts";
import { layout } from "../../../ops/mod.ts";
import {
  type Folders,
  listFolder,
  migrationFolders,
  type Progress,
  readInventory,
  refuseLinks,
} from "./read_old_store.ts";
import {
  prepareChanges,
  wantedByPlan,
  wantedByRollback,
  type WantedSet,
} from "./prepare.ts";
import { pointAgain } from "../../store/derived.ts";
import type { Workspace } from "../../../git/mod.ts";
import type { System } from "../../../system/system.ts";
import { FileError, isMissing } from "../../../base/errors.ts";
import { oldName } from "../old_names.ts";
import { sha256 } from "../../../base/digest.ts";
import { LARGEST_SAVE } from "../../store/load_save.ts";

/** The parameters of a migration or a rollback. */
interface MigrationRun {
  readonly system: System;
  readonly root: string;
  readonly workspace: Workspace;
  /** The session files tracked by git, absolute. */
  readonly tracked: ReadonlySet<string>;
  /** Commands that commit these files after the run. */
  readonly commands: readonly string[];
  readonly progress: Progress;
  readonly dryRun: boolean;
  /** True if a backup is made. */
  readonly backup: boolean;
  /** When the run began, in milliseconds since the epoch. */
  readonly start: number;
}

/** Returns the undo data for the log. */
export function backupFact(
  { backups }: MigrateResult | RollbackResult,
): { backup: string | null } {
  const last = backups.at(-1);
  return { backup: last === undefined ? null : basename(last) };
}

/**
 * Moves the saves of the old folder and, if `global` is set, of the home
 * folder. Call under the lock.
 */
export async function migrateSaves(
  work: MigrationRun,
  global: boolean,
): Promise<MigrateResult> {
  const { system, root, dryRun } = work;
  const { home, sessions } = layout(root);
  const places = oldPlaces(system, root, global);
  refuseLinks(system, [home, sessions, ...places]);
  if (dryRun) return await foreseeMigration(work, global);
  if (!places.some((path) => system.files.lstat(path))) {
    return migrated(work, { earlier: [], steps: [] });
  }
  const earlier = await finishInterrupted(work);
  const { plan, inventory } = await readPlan(work, global);
  const { steps } = plan;
  if (plan.transfers.length === 0) {
    removeEmpty(work);
    return migrated(work, { earlier, steps });
  }
  const done = await change(work, {
    kind: "migrate",
    of: null,
    folder: { before: folderState(system, root), after: null },
    wanted: wantedByPlan({ plan, inventory }),
    steps: [...steps],
  });
  return migrated(work, { earlier, steps, done });
}

/** Returns the places where a migration may find something to do. */
export function oldPlaces(
  system: System,
  root: string,
  global: boolean,
): string[] {
  const folders = migrationFolders(system, root, global);
  return [folders.pause, layout(root).backups, folders.global]
    .filter((path) => path !== undefined);
}

async function readPlan(
  { system, root, progress }: MigrationRun,
  global: boolean,
) {
  const folders = migrationFolders(system, root, global);
  const inventory = await readInventory(system, root, { folders, progress });
  return { inventory, plan: planMigration(inventory) };
}

/** Plans a migration. An interrupted run is finished before anything new. */
async function foreseeMigration(
  work: MigrationRun,
  global: boolean,
): Promise<MigrateResult> {
  const sets = await interruptedSets(work.system, work.root);
  const earlier = sets.map((set): Done => ({ set, skipped: [] }));
  if (earlier.length > 0) return migrated(work, { earlier, steps: [] });
  const { plan } = await readPlan(work, global);
  return migrated(work, { earlier, steps: plan.steps });
}

async function change(
  { system, root, workspace, progress, backup }: MigrationRun,
  planned: Omit<WantedSet, "backup">,
): Promise<Done> {
  const folders = migrationFolders(system, root, true);
  const { set, intent } = await prepareChanges(system, root, {
    set: { ...planned, backup },
    folders,
    progress,
  });
  return await applyPrepared(system, workspace, { set, intent, progress });
}

/** An empty old folder can be removed without a backup. */
function removeEmpty({ system, root }: MigrationRun): void {
  const { legacy } = layout(root);
  const empty = system.files.lstat(legacy) &&
    system.files.list(legacy).length === 0;
  if (empty) system.files.remove(legacy);
}

interface Outcome {
  /** Interrupted runs that were finished before this one. */
  readonly earlier: readonly Done[];
  /** The new plan. */
  readonly steps: readonly Step[];
  readonly done?: Done;
}

/**
 * Files left by earlier runs are part of the current plan if they still exist.
 */
function migrated(work: MigrationRun, outcome: Outcome): MigrateResult {
  const { system, root, dryRun } = work;
  const { earlier, steps, done } = outcome;
  const before = earlier.filter(({ set }) => set.kind === "migrate")
    .flatMap(({ set }) => set.steps)
    .filter(({ action }) => dryRun || action !== "leave");
  const skipped = skippedSteps(done);
  return migrateResult([...before, ...steps, ...skipped], {
    ...factsOf(work, outcome),
    complete: isMigrated(system, root) && skipped.length === 0,
    folderGone: !system.files.lstat(layout(root).legacy),
  });
}

function factsOf(
  { system, root, dryRun, start, tracked, commands }: MigrationRun,
  { earlier, done }: Pick<Outcome, "earlier" | "done">,
): Omit<Facts, "complete"> {
  const folders = migrationFolders(system, root, true);
  const made = dryRun ? [] : [...earlier, ...done ? [done] : []];
  return {
    dryRun,
    resumed: earlier.length > 0,
    backups: made.filter(({ set }) => set.backup)
      .map(({ set }) => join(layout(root).backups, set.name)),
    milliseconds: system.now().getTime() - start,
    isTracked: (path) => tracked.has(path),
    commands,
    path: ({ place, name }) => join(folders[place] ?? place, name),
  };
}

/**
 * Restores the state before a migration, or before a rollback. Call under the
 * lock.
 */
export async function rollBack(
  work: MigrationRun,
  wanted: string | undefined,
): Promise<RollbackResult> {
  const { system, root, dryRun } = work;
  const { home, sessions, legacy, backups } = layout(root);
  refuseLinks(system, [home, sessions, legacy, backups]);
  if (dryRun || !system.files.lstat(home)) {
    const record = await chooseBackup(system, root, wanted);
    const { steps } = readRollback(work, record);
    return rolledBack(work, { record, earlier: [], steps });
  }
  const earlier = await finishInterrupted(work);
  const record = await chooseBackup(system, root, wanted);
  const { steps, changes } = readRollback(work, record);
  if (changes.length === 0) {
    return rolledBack(work, { record, earlier, steps });
  }
  const done = await change(work, {
    kind: "rollback",
    of: record.name,
    folder: {
      before: folderState(system, root),
      after: record.folder.before,
    },
    wanted: wantedByRollback(
      system,
      changes,
      join(backups, record.name),
    ),
    steps: [...steps],
  });
  const restored = changes.some(({ at }) => isPointer(at));
  if (!restored && system.files.lstat(layout(root).pointer)) {
    await pointAgain(system, root);
  }
  return rolledBack(work, { record, earlier, steps, done });
}

function readRollback(
  { system, root, progress }: MigrationRun,
  record: ChangeSet,
) {
  const folders = migrationFolders(system, root, true);
  const { changes } = record;
  const states = new Map(changes.map(({ at }, done) => {
    progress("Reading", done, changes.length);
    return [refKey(at), stateAt(system, folders, at)];
  }));
  return planRollback(record, (at) => states.get(refKey(at)) ?? null);
}

/**
 * Returns the result of a rollback. An interrupted rollback of the same backup
 * counts as part of it.
 */
function rolledBack(
  work: MigrationRun,
  outcome: Outcome & { record: ChangeSet },
): RollbackResult {
  const { earlier, steps, done, record } = outcome;
  const before = earlier.filter(({ set }) => set.of === record.name)
    .flatMap(({ set }) => set.steps)
    .filter(({ action }) => action !== "leave");
  const all = [...before, ...steps, ...skippedSteps(done)];
  return rollbackResult(all, {
    ...factsOf(work, outcome),
    restoredFrom: join(layout(work.root).backups, record.name),
    complete: all.every(({ action, from }) =>
      action !== "leave" || !["pause", "global"].includes(from.place)
    ),
  });
}

function skippedSteps(done: Done | undefined): Step[] {
  return (done?.skipped ?? []).map(({ at, reason }) => ({
    action: "leave",
    from: at,
    to: null,
    note: reason,
  }));
}

/**
 * Returns the current state of a place. Throws if the path exists and is not a
 * file.
 */
function stateAt(
  system: System,
  folders: Folders,
  { place, name }: Ref,
): FileState | null {
  const { files } = system;
  const folder = folders[place];
  if (folder === undefined) return null;
  try {
    const { bytes, info: { mode = null, mtime } } = files.readWithInfo(
      join(folder, name),
      LARGEST_SAVE,
    );
    return { sha256: sha256(bytes), size: bytes.length, mode, mtime };
  } catch (error) {
    if (isMissing(error)) return null;
    // The path is a link or a folder, and therefore not a leftover.
    if (!(error instanceof FileError)) throw error;
    return { sha256: "", size: 0, mode: null, mtime: 0 };
  }
}

/** Returns the state of the old folder itself. */
function folderState(
  system: System,
  root: string,
): FolderState | null {
  const found = system.files.lstat(layout(root).legacy);
  return found ? { mode: found.mode ?? null, mtime: found.mtime } : null;
}

/** Returns whether no session files are left in the old folder. */
function isMigrated(system: System, root: string): boolean {
  return listFolder(system, layout(root).legacy)
    .every(({ name }) => oldName(name) === undefined);
}
