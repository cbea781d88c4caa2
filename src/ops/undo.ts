import { MpmError } from "../base/errors.ts";
import type { Context } from "../cli/mod.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { type JournalEntry, type KnownEntry, undoTitle } from "./entry.ts";
import { appendJournal } from "./journal.ts";

/** The place of an undo, and its parameters. */
export interface UndoOrder {
  readonly context: Context;
  readonly workspace: Workspace;
  /** The place of the log: the project, or the user's state. */
  readonly root: string;
  /** The operation to undo, which may itself be an undo. */
  readonly entry: KnownEntry;
  readonly entries: readonly KnownEntry[];
  /** Numbers of newer operations that cannot be undone. */
  readonly passed: ReadonlySet<number>;
  /** True to only report the planned changes. */
  readonly dryRun: boolean;
}

/** A finished undo, recorded in the log. */
export interface Undone {
  /** Lines about what was restored. */
  readonly details: readonly string[];
  /** Things that were not changed, and why, one line each. */
  readonly left: readonly string[];
  /** The number of the undo itself; `undefined`: no change was necessary. */
  readonly operation: number | undefined;
}

/**
 * Thrown for an operation that can never be undone, which an undo without a
 * number skips. Nothing was changed.
 */
export class CannotUndo extends MpmError {
  readonly entry: JournalEntry;
  readonly reason: string;

  constructor(
    entry: JournalEntry,
    { reason, instead }: { reason: string; instead: string },
  ) {
    const { id, title } = entry;
    super("CONFLICT", `Operation ${id} cannot be undone: ${reason}`, {
      hint: `${title}: ${instead}`,
    });
    this.entry = entry;
    this.reason = reason;
  }
}

/** An undo, as recorded in its journal line. */
interface UndoNote {
  /** The operation that was undone. */
  readonly entry: JournalEntry;
  readonly before: JournalEntry["before"];
  readonly after: JournalEntry["after"];
}

/**
 * Adds a finished undo to the journal, and returns its number. Call under the
 * lock.
 */
export function noteUndo(
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
