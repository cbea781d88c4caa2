import { attempt } from "../../base/errors.ts";
import { field } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import type { JournalEntry } from "../entry.ts";
import { finishChanges, UNDO } from "./finish_changes.ts";
import { hasOldUndo, takeOldUndo } from "./old_markers.ts";
import { allIntents, beginIntent, type Intent, intentsIn } from "./intents.ts";
import { appendJournal, type Operation, readJournal } from "../journal.ts";
import { applyFiles, planFiles } from "../undo_files.ts";

/**
 * Records what an undo will do, before its first change. From then on the undo
 * will be completed, by another mpm if necessary. Call under the lock.
 */
export function beginUndo(
  system: System,
  root: string,
  operation: Operation,
): Intent {
  const { worktree } = operation;
  return beginIntent(system, root, { kind: UNDO, worktree, facts: operation });
}

/**
 * Returns whether an undo, or an operation of one of these kinds, was begun.
 */
export function isUndoBegun(
  system: System,
  root: string,
  ...kinds: string[]
): boolean {
  return hasOldUndo(system, root) ||
    allIntents(system, root).some(({ intent }) =>
      intent && [UNDO, ...kinds].includes(intent.kind)
    );
}

/**
 * Finishes what was interrupted in the log. Restores the remaining files of an
 * undo, and adds its line. Then adds the lines of other operations. Call under
 * the lock. Returns the line of the undo.
 */
export function finishUndo(
  system: System,
  root: string,
): JournalEntry | undefined {
  takeOldUndo(system, root, (operation) => beginUndo(system, root, operation));
  const found = allIntents(system, root);
  const finished = intentsIn<Operation>(found, UNDO)
    .map((intent) => {
      const entry = finish(system, root, intent.facts);
      intent.end();
      return entry;
    });
  // A log that cannot be written must not stop the command.
  attempt(() => finishChanges(system, root, found));
  return finished.at(-1);
}

function finish(
  system: System,
  root: string,
  operation: Operation,
): JournalEntry {
  // Swapped, because `planFiles` plans the reverse of an operation, but this
  // one must be completed.
  const { before, after } = operation;
  const { steps } = planFiles(system, root, { before: after, after: before });
  applyFiles(system, root, steps);
  const mark = field(after, "mark");
  const recorded = readJournal(system, root).find((entry) =>
    entry.own && field(entry.after, "mark") === mark
  );
  return recorded ?? appendJournal(system, root, operation);
}
