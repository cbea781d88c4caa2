import { MpmError } from "../errors.ts";
import { field, isFields } from "./odd_values.ts";

/** One operation of mpm's, a line of `.claude-mpm/journal.jsonl`. */
export interface JournalEntry {
  /** Counts from 1. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** What was done: `checkpoint restore`, `checkpoint rm`, `undo`, … */
  readonly operation: string;
  /** One line for people. */
  readonly title: string;
  /** The worktree it was done in, absolute. */
  readonly worktree: string;
  /** What was before, and after, as the operation's undoing needs it. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  /** Of an undo: the operation it took back. */
  readonly undoes?: number;
}

/**
 * The entries of a journal. Lines that are none are skipped: the last one may
 * be torn, and what another version wrote may be unknown.
 */
export function parseJournal(text: string): JournalEntry[] {
  return text.split("\n").flatMap((line) => {
    if (line === "") return [];
    try {
      const value: unknown = JSON.parse(line);
      return isEntry(value) ? [value] : [];
    } catch (error) {
      if (error instanceof SyntaxError) return [];
      throw error;
    }
  });
}

function isEntry(value: unknown): value is JournalEntry {
  const texts = ["at", "operation", "title", "worktree"];
  return Number.isInteger(field(value, "id")) &&
    texts.every((name) => typeof field(value, name) === "string") &&
    isFields(field(value, "before")) && isFields(field(value, "after"));
}

/** Which operations are taken back now: an undo may itself be undone. */
export function undoneIds(entries: readonly JournalEntry[]): Set<number> {
  const undone = new Set<number>();
  // From the newest: an undo that was undone does not count.
  for (const { id, undoes } of entries.toReversed()) {
    if (undoes !== undefined && !undone.has(id)) undone.add(undoes);
  }
  return undone;
}

/**
 * The operation to take back: the one named by its number, else the newest of
 * this worktree that is no undo and not taken back yet. Throws NOT_FOUND,
 * CONFLICT where it is taken back already.
 */
export function entryToUndo(
  entries: readonly JournalEntry[],
  { number, worktree }: { number: string | undefined; worktree: string },
): JournalEntry {
  const undone = undoneIds(entries);
  if (number === undefined) {
    const found = entries.findLast((entry) =>
      entry.undoes === undefined && !undone.has(entry.id) &&
      entry.worktree === worktree
    );
    if (found) return found;
    throw new MpmError("NOT_FOUND", "There is nothing to undo here", {
      hint: '"mpm log" lists what was done; "mpm undo <number>" takes one back',
    });
  }
  const found = entries.find(({ id }) => String(id) === number);
  if (!found) {
    throw new MpmError("NOT_FOUND", `No operation has the number "${number}"`, {
      hint: '"mpm log" lists them',
    });
  }
  if (!undone.has(found.id)) return found;
  throw new MpmError("CONFLICT", `Operation ${number} is taken back already`, {
    hint: "To do it again, undo the undo: mpm log has its number",
  });
}

/** `undo restore x`; of an undo `redo restore x`, and back again. */
export function undoTitle({ title, undoes }: JournalEntry): string {
  if (undoes === undefined) return `undo ${title}`;
  const plain = title.replace(/^(un|re)do /, "");
  return title.startsWith("undo ") ? `redo ${plain}` : `undo ${plain}`;
}
