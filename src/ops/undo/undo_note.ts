import { type JournalEntry, undoTitle } from "../log/entry.ts";
import { appendJournal } from "../log/journal.ts";
import { withLock } from "../lock.ts";
import type { System } from "../../system/system.ts";

/** An undo as its line in the journal tells of it. */
interface UndoNote {
  /** The operation that was taken back. */
  readonly entry: JournalEntry;
  readonly before: JournalEntry["before"];
  readonly after: JournalEntry["after"];
}

/** Puts an undo that is done into the journal; returns its number. */
export function noteUndo(
  system: System,
  root: string,
  note: UndoNote,
): Promise<number> {
  return withLock(system, root, () => noteUndoLocked(system, root, note));
}

/** The same under the lock. */
export function noteUndoLocked(
  system: System,
  root: string,
  { entry, before, after }: UndoNote,
): number {
  return appendJournal(system, root, {
    at: system.now().toISOString(),
    operation: "undo",
    title: undoTitle(entry),
    worktree: entry.worktree,
    before,
    after,
    undoes: entry.id,
  }).id;
}
