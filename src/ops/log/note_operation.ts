import type { Context } from "../../cli/command.ts";
import { MpmError } from "../../base/errors.ts";
import { appendJournal, type Operation } from "./journal.ts";

/**
 * Puts an operation that is done into the journal; where that fails it is a
 * warning. Call under the lock.
 */
export function noteOperation(
  { system, note }: Context,
  root: string,
  operation: Operation,
): void {
  try {
    appendJournal(system, root, operation);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    note(`Note: it is done, but not in mpm log: ${error.message}`);
  }
}
