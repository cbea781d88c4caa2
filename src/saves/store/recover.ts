import { attempt } from "../../base/errors.ts";
import { field } from "../../base/parsed_values.ts";
import { SESSION_ID } from "../../base/ids.ts";
import {
  beginIntent,
  checkFolder,
  ensureHome,
  type Finisher,
  finishUndo,
  type Intent,
  isUndoBegun,
  layout,
  readIntents,
  readOwnJson,
  removeIfThere,
  saveFiles,
  takeStoreLock,
  unrecorded,
  withLock,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { completeSave } from "./derived.ts";
import { LARGEST_SAVE, loadSave } from "./load_save.ts";
import { findSave } from "./read_saves.ts";

/** The kind of an unfinished save. */
const SAVE = "pause";

interface SaveFacts {
  readonly id: string;
}

/**
 * Notes a save before its first file is written. Call under the lock. After a
 * power failure, a checksum alone is not a save, and a save's other files can
 * be derived at any time. So the note needs no sync.
 */
export function noteBegun(
  system: System,
  root: string,
  id: string,
): Intent<SaveFacts> {
  const facts = { id };
  return beginIntent(system, root, {
    ...{ kind: SAVE, worktree: root, facts, synced: false },
  });
}

/** Finishes interrupted saves. Call under the lock. Throws FILE_FAILED. */
export async function finishSaves(system: System, root: string): Promise<void> {
  for (const intent of readIntents<SaveFacts>(system, root, SAVE)) {
    await finishSave(system, root, intent.facts);
    intent.end();
  }
  const { pending } = layout(root);
  if (!system.files.peek(pending)) return;
  const id = field(readOwnJson(system, pending, LARGEST_SAVE), "session_id");
  if (typeof id === "string" && SESSION_ID.test(id)) {
    await finishSave(system, root, { id });
  }
  removeIfThere(system, pending);
}

/** Derives the files after the commit point; before it, removes all traces. */
async function finishSave(system: System, root: string, { id }: SaveFacts) {
  const { json, checksum } = saveFiles(layout(root).sessions, id);
  if (!system.files.lstat(json)) return removeIfThere(system, checksum);
  // `saves verify` reports files that cannot be derived now.
  await attempt(async () => {
    const loaded = await loadSave(system, await findSave(system, root, id));
    completeSave(system, root, loaded);
  });
}

/** Finishes a save that was interrupted because mpm was killed. */
export const SAVES_UNDER_WAY: Finisher<SaveFacts> = {
  kinds: [SAVE],
  finish: ({ system }, { root }) => finishSaves(system, root),
};

/** Returns a note about an interrupted automatic pause of claude-mpm. */
export function unfinishedPause(system: System, root: string): string[] {
  return system.files.peek(layout(root).activePause)
    ? ['An automatic pause was not finished: "mpm saves recover" shows it']
    : [];
}

/** Milliseconds that a reader waits for a pause that may be about to finish. */
const READER_WAIT = 250;

/**
 * Checks the store's folders for a command that reads it. Finishes an
 * interrupted pause if nothing is writing. Throws CONFLICT for a link.
 */
export async function openStore(system: System, root: string): Promise<void> {
  const { files } = system;
  const { home, sessions, pending } = layout(root);
  checkFolder(system, home);
  checkFolder(system, sessions);
  if (!files.peek(pending) && !isUndoBegun(system, root, SAVE)) return;
  await attempt(async () => {
    using held = await takeStoreLock(system, root, READER_WAIT);
    if (!held) return;
    finishUndo(system, root);
    await finishSaves(system, root);
  });
}

/**
 * Runs `write`, which may change saves or sessions, under the store's lock, in
 * a store without interrupted pauses. Throws LOCKED.
 */
export function changeStore<T>(
  system: System,
  root: string,
  write: () => T | Promise<T>,
): Promise<T> {
  return withLock(system, root, async () => {
    ensureHome(system, root);
    await finishSaves(unrecorded(system), root);
    return await write();
  });
}
