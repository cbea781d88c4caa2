import { basename, join } from "@std/path";
import { FileError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { ensureFolder } from "./folders.ts";
import { layout, saveFiles } from "./layout.ts";

/**
 * Gives the JSON and checksum of a save a second name in `kept/`. A save that
 * was committed leaves the worktree with its branch, and a reset or a cleaning
 * takes it away; this copy stays. Call under the lock, after the commit point.
 */
export function keepSave(system: System, root: string, id: string): void {
  const { sessions, kept } = layout(root);
  ensureFolder(system, kept, root);
  const { json, checksum } = saveFiles(sessions, id);
  for (const path of [checksum, json]) {
    secondName(system, path, join(kept, basename(path)));
  }
  system.files.syncFolder(kept);
}

/** The same file where there are hard links, a copy elsewhere. */
function secondName(system: System, path: string, name: string): void {
  const { files } = system;
  if (files.lstat(name)) return;
  try {
    files.link(path, name);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (!["other", "denied"].includes(error.problem)) throw error;
    files.create(name, files.read(path));
  }
}
