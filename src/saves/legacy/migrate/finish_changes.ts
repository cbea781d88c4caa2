import { join } from "@std/path";
import type { ChangeSet } from "./change_set.ts";
import type { System } from "../../../system/system.ts";
import { writeAtomic } from "../../../ops/atomic.ts";
import { backupPath, MANIFEST, UNFINISHED } from "./backups.ts";
import { removeTree } from "../../../ops/folders.ts";
import { layout } from "../../../ops/layout.ts";
import { PREPARING } from "./prepare_changes.ts";
import { LARGEST_SAVE } from "../../store/load_save.ts";

/** Its record is what says that a set is complete. */
export function finishSet(
  system: System,
  root: string,
  { name, backup }: ChangeSet,
): void {
  const { files } = system;
  const { backups } = layout(root);
  const folder = join(backups, name);
  if (backup) {
    removeTree(system, join(folder, "new"));
    files.rename(join(folder, UNFINISHED), join(folder, MANIFEST));
    files.syncFolder(folder);
    return;
  }
  const work = join(backups, PREPARING);
  removeTree(system, work);
  files.rename(folder, work);
  removeTree(system, work);
}

/** The old folder goes when it is empty, or becomes what it was. */
export function settleOldFolder(
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

/** A file that stays must not be the backup's as well. */
export function unshareBackup(
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
