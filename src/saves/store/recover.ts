import { withLock } from "../../ops/lock.ts";
import { ensureHome } from "../../ops/home.ts";
import { FileError, MpmError } from "../../base/errors.ts";
import { SESSION_ID } from "../../git/ids.ts";
import { field } from "../../base/odd_values.ts";
import type { System } from "../../system/system.ts";
import { removeIfThere } from "../../ops/atomic.ts";
import { keepSave, writeDerived } from "./derived.ts";
import { checkFolder } from "../../ops/folders.ts";
import { layout, saveFiles, undoMarker } from "../../ops/layout.ts";
import { LARGEST_SAVE, loadSave } from "./load_save.ts";
import { findSave } from "./read_saves.ts";
import { finishUndo } from "../../ops/finish_undo.ts";
import { followSave } from "./follow_save.ts";

/**
 * Finishes what a save that died left behind: past its commit point the derived
 * files are written from its JSON, before it the traces are removed. Nothing
 * but the id is taken from the pending file. Call under the lock. Throws
 * FILE_FAILED where the pending file cannot be removed.
 */
export async function finishPending(
  system: System,
  root: string,
): Promise<void> {
  const { files } = system;
  const { sessions, pending } = layout(root);
  if (!files.lstat(pending)) return;
  const id = readPendingId(system, pending);
  if (id !== undefined) {
    const { json, checksum } = saveFiles(sessions, id);
    if (files.lstat(json)) await deriveAgain(system, root, id);
    else removeIfThere(system, checksum);
  }
  removeIfThere(system, pending);
}

/** The id of the save on its way, if its bytes are all there. */
function readPendingId(system: System, path: string): string | undefined {
  try {
    const bytes = system.files.readOwn(path, LARGEST_SAVE);
    const id = field(
      JSON.parse(new TextDecoder().decode(bytes)),
      "session_id",
    );
    return typeof id === "string" && SESSION_ID.test(id) ? id : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof FileError) {
      return undefined;
    }
    throw error;
  }
}

/** What cannot be derived now is told of by `sessions verify`. */
async function deriveAgain(
  system: System,
  root: string,
  id: string,
): Promise<void> {
  try {
    const found = await findSave(system, root, id);
    const { save, value } = await loadSave(system, found);
    keepSave(system, root, id);
    writeDerived(system, root, { save, value });
    followSave(system, root, save);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
  }
}

/** A word on an automatic pause of claude-mpm's that was cut short. */
export function unfinishedPause(system: System, root: string): string[] {
  return system.files.lstat(layout(root).activePause)
    ? [
      "An automatic pause was not finished: mpm sessions recover shows it",
    ]
    : [];
}

/** Milliseconds a reader waits for a pause that may be about to finish. */
const READER_WAIT = 250;

/**
 * What a command that reads the store does first: makes sure that its folders
 * are real ones, and finishes what a dead pause left, if nobody is writing and
 * the store can be written. Throws CONFLICT for a link in place of a folder.
 */
export async function openStore(system: System, root: string): Promise<void> {
  const { home, sessions, lock, pending } = layout(root);
  checkFolder(system, home);
  checkFolder(system, sessions);
  const idle = !system.files.lstat(pending) &&
    !system.files.lstat(undoMarker(root));
  if (idle) return;
  try {
    using held = await system.files.lock(lock, READER_WAIT);
    if (!held) return;
    if (system.files.lstat(undoMarker(root))) {
      finishUndo(system, root);
    }
    await finishPending(system, root);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
  }
}

/**
 * Runs `write` where it may change work sessions: under the store's lock, with
 * the store there and nothing pending of a pause that died. Throws LOCKED.
 */
export function changeWorks<T>(
  system: System,
  root: string,
  write: () => T | Promise<T>,
): Promise<T> {
  return withLock(system, root, async () => {
    ensureHome(system, root);
    await finishPending(system, root);
    return await write();
  });
}
