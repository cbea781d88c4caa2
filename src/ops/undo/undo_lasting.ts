import { MpmError } from "../../base/errors.ts";
import type { JournalEntry } from "../log/entry.ts";

/**
 * An operation that can never be taken back: an undo without a number passes it
 * over. Nothing was changed.
 */
export class CannotUndo extends MpmError {
  readonly entry: JournalEntry;
  readonly reason: string;

  constructor(
    entry: JournalEntry,
    { reason, instead }: { reason: string; instead: string },
  ) {
    const { id, title } = entry;
    super("CONFLICT", `Operation ${id} cannot be taken back: ${reason}`, {
      hint: `${title}: ${instead}`,
    });
    this.entry = entry;
    this.reason = reason;
  }
}
