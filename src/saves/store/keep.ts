import { basename, join } from "@std/path";
import type { System } from "../../system/system.ts";
import { removeIfThere, removeQuietly } from "../../ops/atomic.ts";
import { ensureHidden } from "../../ops/home.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { LARGEST_SAVE } from "./save_content.ts";

/**
 * Copies the JSON and checksum of a save to `kept/`. A save that was committed
 * leaves the worktree with its branch, and a reset or a cleaning takes it away;
 * this copy stays, and no editor that writes to the file in place reaches it.
 * Call under the lock, after the commit point.
 */
export function keepSave(system: System, root: string, id: string): void {
  const { sessions, kept } = layout(root);
  ensureHidden(system, root, kept);
  const { json, checksum } = saveFiles(sessions, id);
  const { files } = system;
  const written = join(kept, ".mpm.tmp");
  for (const path of [checksum, json]) {
    const copy = join(kept, basename(path));
    if (files.lstat(copy)) continue;
    const { bytes, info } = files.readWithInfo(path, LARGEST_SAVE);
    removeIfThere(system, written);
    try {
      files.create(written, bytes);
      files.setMtime(written, info.mtime);
      files.rename(written, copy);
    } catch (error) {
      removeQuietly(system, written);
      throw error;
    }
  }
  files.syncFolder(kept);
}
