import { field } from "../../base/parsed_values.ts";
import type { System } from "../../system/system.ts";
import { removeIfThere } from "../atomic.ts";
import type { JournalEntry } from "../entry.ts";
import { appendJournal, readJournal } from "../journal.ts";
import { type Recorded, Recorder } from "../recorder.ts";
import { CHANGES, type Changes, type Facts, lockOfChanges } from "./changes.ts";
import { type IntentFile, intentsIn, readIntents } from "./intents.ts";

/** The kind of an operation that is an undo of files. */
export const UNDO = "undo";

/**
 * Adds each interrupted operation to the journal with the changes that it made,
 * so that it can be undone. Operations that are still running are left out.
 * Something else that is unfinished in the worktree comes first, since it may
 * belong to the same operation. Call under the lock.
 */
export function finishChanges(
  system: System,
  root: string,
  found: readonly IntentFile[],
): void {
  const others = found.flatMap(({ intent }) =>
    intent && ![CHANGES, UNDO].includes(intent.kind) ? [intent.worktree] : []
  );
  for (const intent of intentsIn<Changes>(found, CHANGES)) {
    // An unfinished save has no worktree.
    if (others.includes(intent.worktree) || others.includes(root)) continue;
    const lock = lockOfChanges(root, intent.id);
    const held = system.files.tryLock(lock);
    if (!held) continue;
    {
      using _ = held;
      finish(system, root, intent);
      intent.end();
    }
    removeIfThere(system, lock);
  }
}

/** Returns whether an operation was interrupted, or is running. */
export function hasChanges(system: System, root: string): boolean {
  return readIntents(system, root, CHANGES).length > 0;
}

function finish(
  system: System,
  root: string,
  { id, facts: found }: { id: string; facts: Changes },
): void {
  const isThere = readJournal(system, root)
    .some((entry) => entry.own && field(entry.after, "mark") === id);
  if (isThere) return;
  const recorder = Recorder.of(system, root, found);
  const { facts } = recorder;
  const files = recorder.recorded();
  if (!files && facts.length === 0) return;
  appendJournal(system, root, {
    ...found.recording,
    title: `${found.recording.operation}, which was interrupted`,
    ...merged([files, ...facts], id),
  });
}

/** Returns both sides of a journal line. `mark`: the ID of its record. */
export function merged(
  parts: readonly (Recorded | Facts | undefined)[],
  mark: string | undefined,
): Pick<JournalEntry, "before" | "after"> {
  const all = (side: "before" | "after") =>
    Object.assign({}, ...parts.map((part) => part?.[side]));
  return {
    before: all("before"),
    after: { ...all("after"), ...mark === undefined ? {} : { mark } },
  };
}
