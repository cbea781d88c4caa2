import { dirname } from "@std/path";
import { join } from "../../../base/join.ts";
import { FileError, isMissing } from "../../../base/errors.ts";
import type { Change, ChangeSet, FileState, Ref } from "./change_set.ts";
import { refKey } from "./old_store.ts";
import { sha256 } from "../../../base/digest.ts";
import type { FileInfo, System } from "../../../system/system.ts";
import {
  ensureFolder,
  ensureHidden,
  ensureHome,
  type Intent,
  layout,
  removeIfThere,
  removeTree,
  writeAtomic,
} from "../../../ops/mod.ts";
import { indexPath } from "../../store/save_index.ts";
import type { Folders, Progress } from "./read_old_store.ts";
import { LARGEST_SAVE } from "../../store/load_save.ts";
import { backupPath, type MigrationFacts, stagedPath } from "./backups.ts";

/**
 * A file that was changed by someone during the operation, and therefore stays.
 */
export interface Skipped {
  readonly at: Ref;
  readonly reason: string;
}

/**
 * Makes the changes of a prepared set. Every file gets its new place before any
 * old name is removed, so every save exists at every moment. Steps that were
 * already done are recognized, so this can be called again after an
 * interruption at any point. Call under the lock.
 */
export function applyChanges(
  system: System,
  root: string,
  { set, intent, folders, progress }: {
    set: ChangeSet;
    intent: Intent<MigrationFacts>;
    folders: Folders;
    progress: Progress;
  },
): Skipped[] {
  const { backups, legacy } = layout(root);
  const folder = join(backups, set.name);
  const applier = new Applier(system, folder, folders);
  ensureHome(system, root);
  applier.ensureFolders(root, set);
  const { changes } = set;
  const each = (what: string, some: Change[], run: (one: Change) => void) =>
    some.forEach((change, done) => {
      progress(what, done, some.length);
      run(change);
    });
  const { sums, others } = apart(changes);
  const written = others.filter(({ after }) => after);
  each("Moving", written.filter(({ before }) => !before), applier.publish);
  // A save must never have a wrong checksum, even for a moment.
  sums.forEach(applier.uncheck);
  each("Moving", written.filter(({ before }) => before), applier.replace);
  sums.forEach(applier.check);
  applier.syncFolders(changes);
  each("Clearing", changes.filter(({ after }) => !after), applier.clear);
  applier.syncFolders(changes);
  settleOldFolder(system, legacy, set.folder.after);
  // The index is derived from folders that have changed.
  removeIfThere(system, indexPath(root));
  if (applier.skipped.length > 0) unshareBackup(system, folder, set);
  if (set.backup) {
    removeTree(system, join(folder, "new"));
    intent.end();
  } else discard(system, root, intent);
  return applier.skipped;
}

/**
 * Separates the checksums of saves whose JSON is replaced from all other
 * changes.
 */
function apart(
  changes: readonly Change[],
): { sums: Change[]; others: Change[] } {
  const replaced = new Set(
    changes.filter(({ before, after }) => before && after)
      .map(({ at }) => `${refKey(at)}.sha256`),
  );
  const isSum = ({ at }: Change) => replaced.has(refKey(at));
  return {
    sums: changes.filter(isSum),
    others: changes.filter((change) => !isSum(change)),
  };
}

class Applier {
  readonly skipped: Skipped[] = [];
  /**
   * Files that must stay, since the files made from them could not be put in
   * place.
   */
  readonly #needed = new Set<string>();
  readonly #system: System;
  readonly #folder: string;
  readonly #folders: Folders;

  constructor(system: System, folder: string, folders: Folders) {
    this.#system = system;
    this.#folder = folder;
    this.#folders = folders;
  }

  #path({ place, name }: Ref): string {
    const folder = this.#folders[place];
    if (folder === undefined) {
      throw new FileError("missing", "find", `the folder "${place}"`);
    }
    return join(folder, name);
  }

  ensureFolders(root: string, { changes, folder }: ChangeSet): void {
    const { pause, kept, global } = this.#folders;
    const places = new Set(
      changes.filter(({ after }) => after).map(({ at }) => at.place),
    );
    if (places.has("pause") || folder.after) {
      ensureFolder(this.#system, pause!, root);
    }
    if (places.has("kept")) ensureHidden(this.#system, root, kept!);
    const home = this.#system.home();
    if (places.has("global") && global && home) {
      // The user's own folder is allowed to be a link.
      const above = dirname(global);
      const base = this.#system.files.stat(above) ? above : home;
      ensureFolder(this.#system, global, base);
    }
  }

  /** Puts a new file in its place without replacing anything. */
  readonly publish = (change: Change): void => {
    const { at, after, from, linked } = change;
    const path = this.#path(at);
    const source = linked ? this.#path(from!) : stagedPath(this.#folder, at);
    const done = at.place === "global"
      ? this.#copy(source, path, after!)
      : this.#move(source, path);
    if (!done && !this.#isDone(path, after!)) return this.#skip(change);
    // A prepared file already has its mode and time.
    if (!done || linked || at.place === "global") this.#settle(path, after!);
  };

  /** Returns whether the change was already made. */
  #isDone(path: string, wanted: FileState): boolean {
    return this.#system.files.lstat(path)?.kind === "file" &&
      this.#digest(path) === wanted.sha256;
  }

  #digest(path: string): string {
    return sha256(this.#system.files.readOwn(path, LARGEST_SAVE));
  }

  /**
   * Links the file to its new name if the file system supports that; otherwise
   * renames it.
   */
  #move(source: string, path: string): boolean {
    const { files } = this.#system;
    try {
      files.link(source, path);
      return true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.problem === "exists" || isMissing(error)) return false;
      if (!["other", "denied"].includes(error.problem)) throw error;
      if (files.lstat(path)) return false;
      files.rename(source, path);
      return true;
    }
  }

  /** Copies to the home folder, which may be on another device. */
  #copy(source: string, path: string, { mtime }: FileState): boolean {
    const { files } = this.#system;
    if (files.lstat(path)) return false;
    const bytes = files.readOwn(source, LARGEST_SAVE);
    writeAtomic(this.#system, path, { bytes, mtime });
    return true;
  }

  /** Replaces the old content with the new in one step. */
  readonly replace = (change: Change): void => {
    const { at, before, after } = change;
    const { files } = this.#system;
    const path = this.#path(at);
    const staged = stagedPath(this.#folder, at);
    if (!this.#isDone(path, after!)) {
      const found = files.lstat(path);
      const changed = found && this.#differs(path, found, before!);
      if (changed || this.#needed.has(refKey(at)) || !files.lstat(staged)) {
        return this.#skip(change);
      }
      files.rename(staged, path);
    }
    this.#settle(path, after!);
  };

  /** Removes a checksum before its save is replaced. */
  readonly uncheck = ({ at, before, after }: Change): void => {
    const path = this.#path(at);
    const found = this.#system.files.lstat(path);
    if (!before || !found || (after && this.#isDone(path, after))) return;
    if (!this.#differs(path, found, before)) this.#system.files.remove(path);
  };

  /** Writes the checksum of a save, if the save was replaced. */
  readonly check = (change: Change): void => {
    const { at, before, after } = change;
    const json = refKey(at).slice(0, -".sha256".length);
    if (!after || this.skipped.some(({ at }) => refKey(at) === json)) return;
    if (before) this.replace(change);
    else this.publish(change);
  };

  /** Removes the old name, unless it now belongs to something else. */
  readonly clear = (change: Change): void => {
    const { at, before } = change;
    const path = this.#path(at);
    const found = before && this.#system.files.lstat(path);
    if (!found || this.#needed.has(refKey(at))) return;
    if (this.#differs(path, found, before)) return this.#skip(change);
    this.#system.files.remove(path);
  };

  /**
   * Returns whether a file has changed. If size and time are the same, does not
   * read the file.
   */
  #differs(path: string, found: FileInfo, before: FileState): boolean {
    if (found.kind !== "file") return true;
    const { size, mtime } = before;
    if (found.size === size && found.mtime === mtime) return false;
    return this.#digest(path) !== before.sha256;
  }

  #settle(path: string, { mode, mtime }: FileState): void {
    const { files } = this.#system;
    const found = files.lstat(path);
    if (!found) return;
    if (found.mtime !== mtime) files.setMtime(path, mtime);
    if (mode !== null && found.mode !== mode) files.chmod(path, mode);
  }

  #skip({ at, from }: Change): void {
    if (from) this.#needed.add(refKey(from));
    this.skipped.push({
      at,
      reason: "it was changed in the meantime by another program",
    });
  }

  syncFolders(changes: readonly Change[]): void {
    for (const place of new Set(changes.map(({ at }) => at.place))) {
      const folder = this.#folders[place];
      if (folder && this.#system.files.lstat(folder)) {
        this.#system.files.syncFolder(folder);
      }
    }
  }
}

/**
 * Removes the folder of a set that does not need it, and ends the set's intent.
 */
export function discard(
  system: System,
  root: string,
  intent: Intent<MigrationFacts>,
): void {
  const { name } = intent.facts;
  if (intent.facts.sha256 !== null) intent.mark({ name, sha256: null });
  removeTree(system, join(layout(root).backups, name));
  intent.end();
}

/** Removes the old folder if it is empty, or restores its state. */
function settleOldFolder(
  system: System,
  legacy: string,
  wanted: ChangeSet["folder"]["after"],
): void {
  const { files } = system;
  if (!files.lstat(legacy)) return;
  if (wanted) {
    if (wanted.mode !== null) files.chmod(legacy, wanted.mode);
    files.setMtime(legacy, wanted.mtime);
  } else if (files.list(legacy).length === 0) {
    files.remove(legacy);
  }
}

/**
 * Makes sure that a file that stays does not share its content with the backup.
 */
function unshareBackup(
  system: System,
  folder: string,
  { changes, backup }: ChangeSet,
): void {
  if (!backup) return;
  const { files } = system;
  for (const { at, before } of changes) {
    const path = backupPath(folder, at);
    if (!before || (files.lstat(path)?.names ?? 1) < 2) continue;
    const { bytes, info: { mtime, mode } } = files
      .readWithInfo(path, LARGEST_SAVE);
    writeAtomic(system, path, {
      bytes,
      mtime,
      ...mode === undefined ? {} : { mode },
    });
  }
}
