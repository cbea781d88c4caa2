import { type JournalEntry, undoTitle } from "../session/journal.ts";
import { appendJournal } from "../store/journal.ts";
import { withLock } from "../store/lock.ts";
import type { System } from "../system/system.ts";

/** Puts an undo that is done into the journal; returns its number. */
export async function noteUndo(
  system: System,
  root: string,
  { entry, before, after }: {
    /** The operation that was taken back. */
    entry: JournalEntry;
    before: JournalEntry["before"];
    after: JournalEntry["after"];
  },
): Promise<number> {
  const { id } = await withLock(
    system,
    root,
    () =>
      appendJournal(system, root, {
        at: system.now().toISOString(),
        operation: "undo",
        title: undoTitle(entry),
        worktree: entry.worktree,
        before,
        after,
        undoes: entry.id,
      }),
  );
  return id;
}
