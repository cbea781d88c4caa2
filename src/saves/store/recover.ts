import { attempt } from "../../base/errors.ts";
import { field } from "../../base/parsed_values.ts";
import { SESSION_ID } from "../../base/ids.ts";
import {
  checkFolder,
  ensureHome,
  finishUndo,
  isUndoBegun,
  layout,
  readOwnJson,
  removeIfThere,
  saveFiles,
  takeLock,
  unrecorded,
  withLock,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { completeSave } from "./derived.ts";
import { LARGEST_SAVE, loadSave } from "./load_save.ts";
import { findSave } from "./read_saves.ts";

/**
 * Finishes an interrupted save. Past its commit point, the derived files are
 * written from its JSON; before it, the traces are removed. Nothing but the id
 * is taken from the pending file. Call under the lock. Throws FILE_FAILED where
 * the pending file cannot be removed.
 */
export async function finishPending(
  system: System,
  root: string,
): Promise<void> {
  const { sessions, pending } = layout(root);
  if (!system.files.peek(pending)) return;
  const id = field(readOwnJson(system, pending, LARGEST_SAVE), "session_id");
  if (typeof id === "string" && SESSION_ID.test(id)) {
    const { json, checksum } = saveFiles(sessions, id);
    // `saves verify` reports files that cannot be derived now.
    if (system.files.lstat(json)) {
      await attempt(async () => {
        const loaded = await loadSave(system, await findSave(system, root, id));
        completeSave(system, root, loaded);
      });
    } else removeIfThere(system, checksum);
  }
  removeIfThere(system, pending);
}

/** A word on an automatic pause of claude-mpm's that was interrupted. */
export function unfinishedPause(system: System, root: string): string[] {
  return system.files.peek(layout(root).activePause)
    ? ['An automatic pause was not finished: "mpm saves recover" shows it']
    : [];
}

/** Milliseconds a reader waits for a pause that may be about to finish. */
const READER_WAIT = 250;

/**
 * The first step of a command that reads the store. It makes sure that its
 * folders are real ones. It also finishes an interrupted pause, if no one is
 * writing and the store can be written. Throws CONFLICT for a link instead of a
 * folder.
 */
export async function openStore(system: System, root: string): Promise<void> {
  const { files } = system;
  const { home, sessions, lock, pending } = layout(root);
  checkFolder(system, home);
  checkFolder(system, sessions);
  if (!files.peek(pending) && !isUndoBegun(system, root)) return;
  await attempt(async () => {
    using held = await takeLock({ files }, lock, READER_WAIT);
    if (!held) return;
    finishUndo(system, root);
    await finishPending(system, root);
  });
}

/**
 * Runs `write`, which may change saves or sessions, under the store's lock. The
 * store exists then, and no interrupted pause is pending. Throws LOCKED.
 */
export function changeStore<T>(
  system: System,
  root: string,
  write: () => T | Promise<T>,
): Promise<T> {
  return withLock(system, root, async () => {
    ensureHome(system, root);
    await finishPending(unrecorded(system), root);
    return await write();
  });
}
