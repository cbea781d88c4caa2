import { field } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import { join } from "@std/path";
import { attempt } from "../../base/errors.ts";
import { removeIfThere } from "../atomic.ts";
import { type JournalEntry, parseEntry } from "../entry.ts";
import { layout } from "../layout.ts";
import { isSealed, journalKey } from "../seal.ts";
import {
  allIntents,
  beginIntent,
  endIntent,
  type Intent,
  readIntents,
} from "./intents.ts";
import { appendJournal, type Operation, readJournal } from "../journal.ts";
import { applyFiles, planFiles } from "../undo_files.ts";

/** The kind of an undo that brings files back. */
const UNDO = "undo";

/**
 * Notes what an undo is about to do, before its first change: from here on it
 * will be done, by another mpm if need be. Call under the lock.
 */
export function beginUndo(
  system: System,
  root: string,
  operation: Operation,
): Intent {
  const { worktree } = operation;
  return beginIntent(system, root, { kind: UNDO, worktree, facts: operation });
}

/** Returns whether one was begun; costs two looks at files. */
export function isUndoBegun(system: System, root: string): boolean {
  return hasOldUndo(system, root) ||
    allIntents(system, root).some(({ intent }) => intent?.kind === UNDO);
}

/**
 * Finishes an undo that was killed: the files that are still to be restored,
 * and its line in the journal. Call under the lock. Returns the line.
 */
export function finishUndo(
  system: System,
  root: string,
): JournalEntry | undefined {
  takeOldUndo(system, root, (operation) => beginUndo(system, root, operation));
  const finished = readIntents<Operation>(system, root, UNDO)
    .map((intent) => {
      const entry = finish(system, root, intent.facts);
      endIntent(system, root, intent);
      return entry;
    });
  return finished.at(-1);
}

function finish(
  system: System,
  root: string,
  operation: Operation,
): JournalEntry {
  // From the undo's point of view: what it does is what it would undo.
  const { before, after } = operation;
  const { steps } = planFiles(system, root, { before: after, after: before });
  applyFiles(system, root, steps);
  const mark = field(after, "mark");
  const recorded = readJournal(system, root).find((entry) =>
    entry.own && field(entry.after, "mark") === mark
  );
  return recorded ?? appendJournal(system, root, operation);
}

/** Bytes of the marker that earlier versions wrote. */
const LARGEST = 4 * 1024 * 1024;

function oldUndo(root: string): string {
  return join(layout(root).state, "undo.json");
}

/** Returns whether there is the marker of an undo. */
function hasOldUndo(system: System, root: string): boolean {
  return system.files.lstat(oldUndo(root)) !== undefined;
}

/** Hands over the undo that an earlier version noted. Call under the lock. */
function takeOldUndo(
  system: System,
  root: string,
  take: (operation: Operation) => void,
): void {
  if (!hasOldUndo(system, root)) return;
  const path = oldUndo(root);
  const bytes = attempt(() => system.files.readOwn(path, LARGEST));
  const line = new TextDecoder().decode(bytes).trimEnd();
  const entry: JournalEntry & { seal?: string } | undefined = parseEntry(line);
  if (entry && isSealed(journalKey(system), line)) {
    const { id: _id, seal: _seal, ...operation } = entry;
    take(operation);
  }
  removeIfThere(system, path);
}
