import { attempt } from "../base/errors.ts";
import { asciiJson } from "../base/escape.ts";
import { field } from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";
import { removeIfThere, writeAtomic } from "./atomic.ts";
import { type JournalEntry, parseEntry } from "./entry.ts";
import { ensureFolder } from "./folders.ts";
import { appendJournal, type Operation, readJournal } from "./journal.ts";
import { layout, undoMarker } from "./layout.ts";
import { ensureJournalKey, isSealed, journalKey, sealed } from "./seal.ts";
import { applyFiles, planFiles } from "./undo_files.ts";

/** Bytes of a marker. */
const LARGEST = 1024 * 1024;

/**
 * Notes what an undo is about to do, before its first change: from here on it
 * will be done, by another mpm if need be. Call under the lock.
 */
export function writeUndoMarker(
  system: System,
  root: string,
  operation: Operation,
): void {
  ensureFolder(system, layout(root).state, root);
  const line = asciiJson({ id: 1, ...operation });
  const text = sealed(ensureJournalKey(system), line);
  writeAtomic(system, undoMarker(root), {
    bytes: new TextEncoder().encode(`${text}\n`),
  });
}

/** Call under the lock, with the undo in the journal and nothing left to do. */
export function dropUndoMarker(system: System, root: string): void {
  removeIfThere(system, undoMarker(root));
}

/**
 * Finishes an undo that was killed: the files that are still to be restored,
 * and its line in the journal. A marker that this user's mpm did not write is
 * removed and nothing else. Call under the lock. Returns the line.
 */
export function finishUndo(
  system: System,
  root: string,
): JournalEntry | undefined {
  if (!system.files.lstat(undoMarker(root))) return undefined;
  const operation = readMarker(system, root);
  const finished = operation && finish(system, root, operation);
  dropUndoMarker(system, root);
  return finished;
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

function readMarker(system: System, root: string): Operation | undefined {
  const bytes = attempt(() => system.files.readOwn(undoMarker(root), LARGEST));
  const line = new TextDecoder().decode(bytes).trimEnd();
  const entry: JournalEntry & { seal?: string } | undefined = parseEntry(line);
  if (!entry || !isSealed(journalKey(system), line)) return undefined;
  const { id: _id, seal: _seal, ...operation } = entry;
  return operation;
}
