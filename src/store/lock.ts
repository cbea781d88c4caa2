import { MpmError } from "../errors.ts";
import type { System } from "../system/system.ts";
import { ensureFolder } from "./folders.ts";
import type { JournalEntry } from "../session/journal.ts";
import { layout, undoMarker } from "./layout.ts";

/** Milliseconds a command waits for another one to finish. */
const WAIT = 30_000;

/**
 * Runs `write` while no other mpm writes to the project's store. The lock is
 * the kernel's: it ends with the process, so none is ever left over. `write`
 * is told of a killed undo that was finished before it. Throws LOCKED when
 * somebody else holds it for too long.
 */
export async function withLock<T>(
  system: System,
  root: string,
  write: (finished?: JournalEntry) => T | Promise<T>,
): Promise<T> {
  const { home, lock } = layout(root);
  ensureFolder(system, home, root);
  using held = await system.files.lock(lock, WAIT);
  if (!held) {
    throw new MpmError(
      "LOCKED",
      `Cannot lock "${lock}": another mpm holds it`,
      {
        hint: "Wait for it to finish and run the command again",
      },
    );
  }
  if (system.files.lstat(undoMarker(root))) {
    // An undo that was killed comes first.
    const { finishUndo } = await import("./undo_marker.ts");
    return await write(finishUndo(system, root));
  }
  return await write();
}
