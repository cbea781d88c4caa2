import { join } from "../../../base/join.ts";
import { FileError, isMissing, MpmError } from "../../../base/errors.ts";
import { sha256 } from "../../../base/digest.ts";
import { field } from "../../../base/parsed_values.ts";
import { counted } from "../../../base/words.ts";
import {
  CannotUndo,
  layout,
  noteUndo,
  type Undone,
  type UndoOrder,
} from "../../../ops/mod.ts";
import type { System } from "../../../system/system.ts";
import { pointAgain } from "../../store/derived.ts";
import { saveFolders } from "../../store/find_saves.ts";
import { LARGEST_SAVE } from "../../store/load_save.ts";
import { oldName } from "../old_names.ts";
import { countOf, lastBackup, migrateCounts } from "./answer.ts";
import { backupPath, chooseBackup, listBackups } from "./backups.ts";
import type {
  ChangeSet,
  FileState,
  FolderState,
  Ref,
  Step,
} from "./change_set.ts";
import {
  applyStaged,
  type Done,
  finishInterrupted,
  interruptedSets,
  type Work,
} from "./finish.ts";
import { refKey, type Wanted } from "./old_store.ts";
import { planMigration } from "./plan.ts";
import {
  type Folders,
  listFolder,
  readInventory,
  refuseLinks,
} from "./read_old_store.ts";
import type { MigrateResult, RollbackResult } from "./results.ts";
import { isPointer, planRollback } from "./rollback.ts";
import { stageChanges, type WantedSet } from "./stage.ts";

/** The parameters of a migration or a rollback. */
interface MigrationRun extends Work {
  readonly dryRun: boolean;
  /** True if a backup is made. */
  readonly backup: boolean;
}

/**
 * Moves the saves of the old folder and, if `global` is set, of the home
 * folder. Call under the lock.
 */
export async function migrateSaves(
  work: MigrationRun,
  global: boolean,
): Promise<MigrateResult> {
  const { system, workspace: { root }, dryRun, progress } = work;
  const { home, sessions, legacy } = layout(root);
  const places = oldPlaces(system, root, global);
  refuseLinks(system, [home, sessions, ...places]);
  const isThere = places.some((path) => system.files.lstat(path));
  const earlier = dryRun
    ? (await interruptedSets(system, root)).map((set) => ({ set, skipped: [] }))
    : isThere
    ? await finishInterrupted(work)
    : [];
  // The steps that an interrupted run left are unknown before it is finished.
  if (!isThere || (dryRun && earlier.length > 0)) {
    return migrated(work, { earlier, steps: [] });
  }
  const folders = saveFolders(system, root, { global });
  const { steps, wanted } = planMigration(
    await readInventory(system, root, { folders, progress }),
  );
  if (!dryRun && wanted.length === 0) removeEmpty(system, legacy);
  const done = await change(work, wanted, {
    ...{ kind: "migrate", of: null, steps: [...steps] },
    folder: { before: folderState(system, root), after: null },
  });
  return migrated(work, { earlier, steps, done });
}

/** Returns the places where a migration may find something to do. */
export function oldPlaces(
  system: System,
  root: string,
  global: boolean,
): string[] {
  const folders = saveFolders(system, root, { global });
  return [folders.pause, layout(root).backups, folders.global]
    .filter((path) => path !== undefined);
}

/** An empty old folder can be removed without a backup. */
function removeEmpty({ files }: System, folder: string): void {
  const isEmpty = files.lstat(folder) && files.list(folder).length === 0;
  if (isEmpty) files.remove(folder);
}

/** Makes the planned changes as one operation, unless it is a dry run. */
async function change(
  work: MigrationRun,
  wanted: readonly Wanted[],
  planned: Omit<WantedSet, "backup" | "wanted">,
): Promise<Done | undefined> {
  const { system, workspace: { root }, dryRun, backup, progress } = work;
  if (dryRun || wanted.length === 0) return undefined;
  const folders = saveFolders(system, root);
  const { set, intent } = await stageChanges(system, root, {
    ...{ set: { ...planned, wanted, backup }, folders, progress },
  });
  return await applyStaged(work, set, intent);
}

interface Outcome {
  /** Interrupted runs that were finished before this one. */
  readonly earlier: readonly Done[];
  /** The new plan. */
  readonly steps: readonly Step[];
  readonly done?: Done | undefined;
}

/**
 * Files left by earlier runs are part of the current plan if they still exist.
 */
function migrated(work: MigrationRun, outcome: Outcome): MigrateResult {
  const { system, workspace: { root }, dryRun } = work;
  const { sessions, legacy } = layout(root);
  const steps = allSteps(
    outcome,
    ({ kind }) => kind === "migrate",
    dryRun ? [] : ["leave"],
  );
  // No files of sessions are left in the old folder.
  const isMigrated = listFolder(system, legacy)
    .every(({ name }) => oldName(name) === undefined);
  return {
    action: "migrate",
    ...baseOf(work, outcome, steps),
    complete: isMigrated && !outcome.done?.skipped.length,
    sessions,
    folder_gone: !system.files.lstat(legacy),
    ...migrateCounts(steps),
  };
}

/** Returns the steps of earlier runs, the new steps, and what stayed. */
function allSteps(
  { earlier, steps, done }: Outcome,
  counts: (set: ChangeSet) => boolean,
  leftOut: readonly Step["action"][],
): Step[] {
  const before = earlier.filter(({ set }) => counts(set))
    .flatMap(({ set }) => set.steps)
    .filter(({ action }) => !leftOut.includes(action));
  const skipped = (done?.skipped ?? []).map((from): Step => ({
    ...{ action: "leave", from, to: null },
    note: "it was changed in the meantime by another program",
  }));
  return [...before, ...steps, ...skipped];
}

/** Returns the fields that both kinds of result have. */
function baseOf(
  { system, workspace: { root }, dryRun }: MigrationRun,
  { earlier, done }: Outcome,
  steps: readonly Step[],
) {
  const { legacy, backups } = layout(root);
  const folders = saveFolders(system, root);
  const made = dryRun ? [] : [...earlier, ...done ? [done] : []];
  const path = ({ place, name }: Step["from"]) =>
    join(folders[place] ?? place, name);
  return {
    dry_run: dryRun,
    folder: legacy,
    resumed: earlier.length > 0,
    backups: made.filter(({ set }) => set.backup)
      .map(({ set }) => join(backups, set.name)),
    left: steps.filter(({ action }) => action === "leave")
      .map(({ from, note }) => ({
        path: path(from),
        reason: note ?? "",
        foreign: oldName(from.name) === undefined,
      })),
    // The command adds what only it knows.
    ...{ tracked: 0, commands: [], milliseconds: 0 },
    steps: steps.map(({ action, from, to, note }) => ({
      action,
      from: path(from),
      to: to && path(to),
      note,
    })),
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
  const { system, workspace: { root }, dryRun } = work;
  const { files } = system;
  const { home, sessions, legacy, backups, pointer } = layout(root);
  refuseLinks(system, [home, sessions, legacy, backups]);
  const earlier = dryRun || !files.lstat(home)
    ? []
    : await finishInterrupted(work);
  const record = await chooseBackup(system, root, wanted);
  const { steps, changes } = readRollback(work, record);
  const done = await change(
    work,
    changes.map(({ at, before, after, from }) => {
      const kept = backupPath(join(backups, record.name), at);
      const make = () => readBackup(system, kept, after!.sha256);
      return { at, before, from, after: after && { ...after, make } };
    }),
    {
      ...{ kind: "rollback", of: record.name, steps: [...steps] },
      folder: {
        before: folderState(system, root),
        after: record.folder.before,
      },
    },
  );
  const restored = changes.some(({ at }) => isPointer(at));
  if (done && !restored && files.lstat(pointer)) {
    await pointAgain(system, root);
  }
  const outcome = { earlier, steps, done };
  // An interrupted rollback of the same backup counts as part of this one.
  const all = allSteps(outcome, ({ of }) => of === record.name, ["leave"]);
  return {
    action: "rollback",
    ...baseOf(work, outcome, all),
    complete: all.every(({ action, from }) =>
      action !== "leave" || !["pause", "global"].includes(from.place)
    ),
    restored_from: join(backups, record.name),
    restored: countOf(all, "restore"),
    removed: countOf(all, "remove"),
  };
}

function readRollback(
  { system, workspace: { root }, progress }: MigrationRun,
  record: ChangeSet,
) {
  const folders = saveFolders(system, root);
  const { changes } = record;
  const states = new Map(changes.map(({ at }, done) => {
    progress("Reading", done, changes.length);
    return [refKey(at), stateAt(system, folders, at)];
  }));
  return planRollback(record, (at) => states.get(refKey(at)) ?? null);
}

function readBackup(system: System, path: string, digest: string): Uint8Array {
  const bytes = system.files.readOwn(path, LARGEST_SAVE);
  if (sha256(bytes) === digest) return bytes;
  throw new MpmError(
    "CORRUPT",
    `"${path}" differs from the file in the backup`,
    {
      hint: "Nothing was restored, because that file has changed since. Its " +
        `SHA-256 was ${digest}; you can copy the other files from the backup ` +
        "by hand",
    },
  );
}

/** Returns the current state of a place. */
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

/**
 * Restores the backup of a migration. This makes another backup, so that the
 * undo can itself be undone, and so on.
 */
export async function undoMigration(order: UndoOrder): Promise<Undone> {
  const { context: { system }, workspace, root, entry, dryRun } = order;
  const backup = field(entry.after, "backup");
  if (typeof backup !== "string" || !/^[\w-]+$/.test(backup)) {
    throw new CannotUndo(entry, {
      reason: "it made no backup",
      instead: "Without --no-backup a migration makes one",
    });
  }
  if (!listBackups(system, root).finished.includes(backup)) {
    throw new CannotUndo(entry, {
      reason: `its backup ${backup} no longer exists`,
      instead: `It was in "${layout(root).backups}"`,
    });
  }
  const result = await rollBack(
    { system, workspace, progress: () => {}, dryRun, backup: true },
    backup,
  );
  const [restored, removed] = dryRun
    ? ["restore", "remove"]
    : ["restored", "removed"];
  const details = [
    `${restored} ${counted(result.restored, "file")} of ${backup}`,
    `${removed} ${counted(result.removed, "file")} that the migration had ` +
    "created",
  ];
  const left = result.left.filter(({ foreign }) => !foreign)
    .map(({ path, reason }) => `${path}: ${reason}`);
  if (dryRun) return { details, left, operation: undefined };
  const operation = noteUndo(system, root, {
    entry,
    before: entry.after,
    after: { backup: lastBackup(result) },
  });
  return { details, left, operation };
}
