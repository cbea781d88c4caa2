import { dirname } from "@std/path";
import { join } from "../../../base/join.ts";
import { FileError } from "../../../base/errors.ts";
import type { Change, ChangeSet, FileState, Ref } from "./change_set.ts";
import { refKey } from "./old_store.ts";
import { sha256 } from "../../../base/digest.ts";
import type { System } from "../../../system/system.ts";
import {
  ensureFolder,
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
import {
  backupPath,
  discard,
  type MigrationFacts,
  stagedPath,
} from "./backups.ts";

/**
 * Makes the changes of a staged set. Every file gets its new place before any
 * old name is removed, so every save exists at every moment. Steps that were
 * already done are recognized, so this can be called again after an
 * interruption at any point. Returns the files that another program changed
 * since, and that therefore stay. Call under the lock.
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
): Ref[] {
  const folder = join(layout(root).backups, set.name);
  const applier = new Applier(system, { folder, folders, progress });
  ensureHome(system, root);
  ensureFolders(system, root, { set, folders });
  const { changes } = set;
  const written = changes.filter(({ after }) => after);
  const replaced = written.filter(({ before }) => before);
  // A save must never have a wrong checksum, even for a moment.
  const jsons = new Set(replaced.map(({ at }) => `${refKey(at)}.sha256`));
  const isSum = ({ at }: Change) => jsons.has(refKey(at));
  const others = (some: Change[]) => some.filter((change) => !isSum(change));
  applier.each("Moving", others(written.filter(({ before }) => !before)));
  applier.uncheck(changes.filter(isSum));
  applier.each("Moving", others(replaced));
  applier.each(
    "Moving",
    written.filter((change) => isSum(change) && !applier.keepsJson(change.at)),
  );
  applier.syncFolders(changes);
  applier.each("Clearing", changes.filter(({ after }) => !after));
  applier.syncFolders(changes);
  settleOldFolder(system, root, set);
  // The index is derived from folders that have changed.
  removeIfThere(system, indexPath(root));
  if (applier.skipped.length > 0) unshareBackup(system, folder, set);
  if (set.backup) {
    removeTree(system, join(folder, "new"));
    intent.end();
  } else discard(system, root, intent);
  return applier.skipped;
}

class Applier {
  readonly skipped: Ref[] = [];
  /**
   * Files that must stay, since the files made from them could not be put in
   * place.
   */
  readonly #needed = new Set<string>();
  readonly #system: System;
  readonly #folder: string;
  readonly #folders: Folders;
  readonly #progress: Progress;

  constructor(
    system: System,
    { folder, folders, progress }: {
      folder: string;
      folders: Folders;
      progress: Progress;
    },
  ) {
    this.#system = system;
    this.#folder = folder;
    this.#folders = folders;
    this.#progress = progress;
  }

  #path({ place, name }: Ref): string {
    const folder = this.#folders[place];
    if (folder === undefined) {
      throw new FileError("missing", "find", `the folder "${place}"`);
    }
    return join(folder, name);
  }

  /** Makes each of these changes, unless its file has to stay. */
  each(what: string, changes: readonly Change[]): void {
    for (const [done, change] of changes.entries()) {
      this.#progress(what, done, changes.length);
      const { at, after, from } = change;
      const isNeeded = this.#needed.has(refKey(at));
      if (isNeeded && !after) continue;
      const isDone = !isNeeded &&
        (after ? this.#place(change, after) : this.#clear(change));
      if (isDone) continue;
      this.skipped.push(at);
      if (from) this.#needed.add(refKey(from));
    }
  }

  /** Returns whether the JSON of a checksum stays. */
  keepsJson(sum: Ref): boolean {
    return this.skipped.some((at) => `${refKey(at)}.sha256` === refKey(sum));
  }

  /** Puts the new content in its place, completely or not at all. */
  #place({ at, before, from, linked }: Change, after: FileState): boolean {
    const { files } = this.#system;
    const path = this.#path(at);
    const now = this.#digest(path);
    if (now === after.sha256) return this.#settle(path, after);
    if (now !== null && now !== before?.sha256) return false;
    const staged = linked && from
      ? this.#path(from)
      : stagedPath(this.#folder, at);
    if (!files.lstat(staged)) return false;
    if (at.place === "global") {
      // The home folder may be on another device.
      const { mtime, mode } = after;
      const bytes = files.readOwn(staged, LARGEST_SAVE);
      writeAtomic(this.#system, path, { bytes, mtime, mode: mode ?? 0o600 });
    } else if (now !== null) files.rename(staged, path);
    else if (!this.#move(staged, path)) return false;
    // Staged content already has its mode and time.
    return linked ? this.#settle(path, after) : true;
  }

  /** Returns the digest of a file; null: it is missing; "": it is not a file. */
  #digest(path: string): string | null {
    const { files } = this.#system;
    const found = files.lstat(path);
    if (!found) return null;
    if (found.kind !== "file") return "";
    return sha256(files.readOwn(path, LARGEST_SAVE));
  }

  /** Moves a file to a free place. Returns whether the place was still free. */
  #move(from: string, to: string): boolean {
    const { files } = this.#system;
    try {
      // Unlike a rename, this replaces nothing.
      files.link(from, to);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      if (error.problem === "exists") return false;
      if (!["other", "denied"].includes(error.problem)) throw error;
      files.rename(from, to);
    }
    return true;
  }

  #settle(path: string, { mode, mtime }: FileState): true {
    const { files } = this.#system;
    const found = files.lstat(path);
    if (found?.mtime !== mtime) files.setMtime(path, mtime);
    if (mode !== null && found?.mode !== mode) files.chmod(path, mode);
    return true;
  }

  /** Removes a name that still belongs to what had it. */
  #clear({ at, before }: Change): boolean {
    const path = this.#path(at);
    const found = this.#system.files.lstat(path);
    if (!found || !before) return true;
    // If size and time are the same, the file is not read.
    const isSame = found.kind === "file" && found.size === before.size &&
      found.mtime === before.mtime;
    if (!isSame && this.#digest(path) !== before.sha256) return false;
    this.#system.files.remove(path);
    return true;
  }

  /** Removes the checksums of saves that are about to be replaced. */
  uncheck(changes: readonly Change[]): void {
    for (const { at, before, after } of changes) {
      const path = this.#path(at);
      const now = this.#digest(path);
      const isOld = now === before?.sha256 && now !== after?.sha256;
      if (isOld) this.#system.files.remove(path);
    }
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

/** Creates the folders that get files. */
function ensureFolders(
  system: System,
  root: string,
  { set: { changes, folder }, folders }: { set: ChangeSet; folders: Folders },
): void {
  const places = new Set(
    changes.filter(({ after }) => after).map(({ at }) => at.place),
  );
  if (folder.after) places.add("pause");
  for (const place of places) {
    const path = folders[place];
    if (path === undefined) continue;
    // The user's own folder is allowed to be a link.
    const base = place !== "global"
      ? root
      : [dirname(path), system.home()].find((one) =>
        one !== undefined && system.files.stat(one)
      );
    if (base !== undefined) ensureFolder(system, path, base);
  }
}

/** Removes the old folder if it is empty, or restores its state. */
function settleOldFolder(
  { files }: System,
  root: string,
  { folder: { after } }: ChangeSet,
): void {
  const { legacy } = layout(root);
  if (!files.lstat(legacy)) return;
  if (after) {
    if (after.mode !== null) files.chmod(legacy, after.mode);
    files.setMtime(legacy, after.mtime);
  } else if (files.list(legacy).length === 0) files.remove(legacy);
}

/** Makes sure that no file that stays shares its content with the backup. */
function unshareBackup(
  system: System,
  folder: string,
  { changes }: ChangeSet,
): void {
  for (const { at } of changes) {
    const path = backupPath(folder, at);
    if ((system.files.lstat(path)?.names ?? 1) < 2) continue;
    const { bytes, info: { mtime, mode = 0o600 } } = system.files
      .readWithInfo(path, LARGEST_SAVE);
    writeAtomic(system, path, { bytes, mtime, mode });
  }
}
