import { join } from "@std/path";
import { FileError, isMissing } from "../../../base/errors.ts";
import type { ChangeSet, FileState, FolderState, Ref } from "./change_set.ts";
import type { MigrationPlan } from "./plan.ts";
import { oldName } from "../old_names.ts";
import { type Inventory, refKey } from "./old_store.ts";
import type { Restoring } from "./rollback_plan.ts";
import { sha256 } from "../../../base/digest.ts";
import type { Transfer } from "./transfer.ts";
import type { System } from "../../../system/system.ts";
import { applyChanges, type Skipped } from "./apply_changes.ts";
import { backupPath, listBackups, readRecord, UNFINISHED } from "./backups.ts";
import { removeTree } from "../../../ops/folders.ts";
import { layout } from "../../../ops/layout.ts";
import {
  type Folders,
  listFolder,
  migrationFolders,
  type Progress,
} from "./read_old_store.ts";
import { type Content, PREPARING, type Wanted } from "./prepare_changes.ts";
import { LARGEST_SAVE } from "../../store/load_save.ts";

/** The changes of a plan, file by file. */
export function wantedByPlan(
  { plan, inventory }: { plan: MigrationPlan; inventory: Inventory },
): Wanted[] {
  const present = new Map(
    inventory.there.map(({ at, state }) => [refKey(at), state]),
  );
  const wanted = new Map<string, Wanted>();
  const change = (at: Ref, before: FileState | null): Wanted => {
    const known = wanted.get(refKey(at)) ??
      { at, before, after: null, from: null };
    wanted.set(refKey(at), known);
    return known;
  };
  for (const transfer of plan.transfers) {
    const { file, to } = transfer;
    change(file.at, file.state);
    if (!to) continue;
    const before = present.get(refKey(to)) ?? null;
    const target = change(to, before);
    target.after = contentOf(transfer, before !== null);
    // A second copy is made of it, but it is not what it becomes.
    if (!transfer.copy) target.from = file.at;
  }
  return [...wanted.values()];
}

function contentOf(
  { file, render, copy = false }: Transfer,
  replaces: boolean,
): Content {
  const { mode: old, mtime } = file.state;
  // The texts are private, whatever claude-mpm made them.
  const mode = old === null ? null : 0o600;
  // The home folder may be on another device, where no second name reaches.
  if (!render && !replaces && !copy && file.at.place !== "global") {
    return { kind: "linked", state: { ...file.state, mode } };
  }
  const bytes: Extract<Content, { kind: "made" }>["bytes"] = (read) =>
    render ? render(read) : read(file);
  return { kind: "made", bytes, mode, mtime };
}

/** The changes that take a backup's back, file by file. */
export function wantedByRollback(
  changes: readonly Restoring[],
  folder: string,
): Wanted[] {
  return changes.map(({ at, before, after, from, linked }) => ({
    at,
    before,
    from,
    after: after &&
      (linked
        ? { kind: "linked", state: after }
        : { kind: "kept", path: backupPath(folder, at), state: after }),
  }));
}

/** What is at a place now. Throws for what is there and is no file. */
export function stateAt(
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
    // A link or a folder: nothing that was left there.
    if (!(error instanceof FileError)) throw error;
    return { sha256: "", size: 0, mode: null, mtime: 0 };
  }
}

/** The old folder itself. */
export function folderState(
  system: System,
  root: string,
): FolderState | null {
  const found = system.files.lstat(layout(root).legacy);
  return found ? { mode: found.mode ?? null, mtime: found.mtime } : null;
}

/** Makes what an interrupted run had decided. Call under the lock. */
export async function finishInterrupted(
  system: System,
  root: string,
  progress: Progress,
): Promise<{ set: ChangeSet; skipped: Skipped[] }[]> {
  const folders = migrationFolders(system, root, true);
  removeTree(system, join(layout(root).backups, PREPARING));
  const done = [];
  for (const set of await interrupted(system, root)) {
    const skipped = applyChanges(system, root, { set, folders, progress });
    done.push({ set, skipped });
  }
  return done;
}

/** The sets that a run died over. */
export async function interrupted(
  system: System,
  root: string,
): Promise<ChangeSet[]> {
  const sets = [];
  for (const name of listBackups(system, root).unfinished) {
    sets.push(await readRecord(system, root, { name, file: UNFINISHED }));
  }
  return sets;
}

/** Whether nothing of a session is left in the old folder. */
export function isMigrated(system: System, root: string): boolean {
  return listFolder(system, layout(root).legacy)
    .every(({ name }) => oldName(name) === undefined);
}
