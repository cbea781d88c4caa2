import { attempt, MpmError } from "../base/errors.ts";
import { join } from "../base/join.ts";
import { ensureUserFolder } from "./user_state.ts";
import type { System } from "../system/system.ts";
import { removeQuietly } from "./atomic.ts";
import { hasChanges } from "./intents/finish_changes.ts";
import { finishUndo } from "./intents/finish_undo.ts";
import { ensureHidden } from "./home.ts";
import type { JournalEntry } from "./entry.ts";
import { layout } from "./layout.ts";
import { unrecorded } from "./recorder.ts";

/** Milliseconds that a command waits for another command to finish. */
const WAIT = 30_000;

/**
 * Runs `write` while no other mpm writes to the project's store. The lock
 * belongs to the kernel and ends with the process, so it is never left behind.
 * `write` gets the interrupted undo that was finished first, if there was one.
 * Throws LOCKED if another process holds the lock for too long.
 */
export async function withLock<T>(
  system: System,
  root: string,
  write: (finished?: JournalEntry) => T | Promise<T>,
): Promise<T> {
  const { state, lock } = layout(root);
  ensureHidden(system, root, state);
  using _held = await locked(system, lock);
  await takeOver(system, root);
  // An interrupted operation is finished first, and is not recorded as part of
  // this one.
  return await write(finishUndo(unrecorded(system), root));
}

/**
 * Adds interrupted operations to the log at `root`, before it is read. A store
 * that cannot be written stays as it is.
 */
export async function settleLog(system: System, root: string): Promise<void> {
  if (!hasChanges(system, root)) return;
  await attempt(() => withLock(system, root, () => {}));
}

/**
 * Takes the same lock within `wait` milliseconds. Returns `undefined` if
 * another process holds it.
 */
export function takeStoreLock(
  system: System,
  root: string,
  wait: number,
): Promise<Disposable | undefined> {
  return takeLock(system, layout(root).lock, wait);
}

/**
 * Runs `write` while no other mpm of this user changes data that does not
 * belong to a project: settings, and which scripts may run. Throws LOCKED.
 */
export async function withUserLock<T>(
  system: System,
  write: () => T | Promise<T>,
): Promise<T> {
  const lock = join(ensureUserFolder(system, "."), ".lock");
  using _held = await locked(system, lock);
  return await write();
}

/**
 * Takes the lock at `path`, which ends with the process or on disposal. Waits
 * at most `wait` milliseconds. Returns `undefined` if another process holds it.
 */
export function takeLock(
  { files }: Pick<System, "files">,
  path: string,
  wait: number,
): Promise<Disposable | undefined> {
  return files.lock(path, wait);
}

async function locked(system: System, lock: string): Promise<Disposable> {
  const held = await takeLock(system, lock, WAIT);
  if (held) return held;
  throw new MpmError(
    "LOCKED",
    `Cannot lock "${lock}": another mpm process holds it`,
    {
      hint: "Wait until it has finished, and run the command again",
    },
  );
}

/**
 * Moves the journal to its current place, and removes the lock of version 0.1.0
 * once it is free.
 */
async function takeOver(system: System, root: string): Promise<void> {
  const { files } = system;
  const { journal, oldJournal, oldLock } = layout(root);
  const isFile = (path: string) => files.peek(path)?.kind === "file";
  const hasLock = isFile(oldLock);
  if (!hasLock && !isFile(oldJournal)) return;
  {
    using _held = hasLock ? await locked(system, oldLock) : undefined;
    const moves = isFile(oldJournal) && !files.lstat(journal);
    if (moves) files.rename(oldJournal, journal);
  }
  if (hasLock) removeQuietly(system, oldLock);
}
