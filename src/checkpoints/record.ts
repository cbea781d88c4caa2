import { createHash } from "node:crypto";
import { asciiJson } from "../base/escape.ts";
import type { Capture, TreeEntry } from "../git/mod.ts";
import type { Checkpoint, StoredCheckpoint } from "./checkpoint.ts";

/** Returns a digest that identifies a state of the worktree, index and HEAD. */
export function printOf(capture: Capture): string {
  const { state, base, worktree, index, marks } = capture;
  const rowsOf = (delta: ReadonlyMap<string, TreeEntry | undefined>) =>
    [...delta].map(([path, entry]) => [path, entry?.mode, entry?.id])
      .sort(([a], [b]) => a! < b! ? -1 : 1);
  const value = [
    state.head,
    state.branch,
    state.operation,
    base,
    rowsOf(worktree),
    rowsOf(index),
    marks,
  ];
  return createHash("sha256").update(asciiJson(value)).digest("hex");
}

/**
 * Returns the mark of a checkpoint for the user's state: its time, its ID, and
 * the SHA-256 of its record file. The record contains the commit's ID, which
 * covers every file.
 */
export function ownMark(
  record: StoredCheckpoint,
): { id: string; digest: string } {
  const digest = createHash("sha256").update(recordBytes(record)).digest("hex");
  return { id: `${record.created_at} ${record.id}`, digest };
}

/**
 * Returns the mark of a checkpoint whose commit is being made. The mark covers
 * every word of the record, but not the files.
 */
export function begunMark(
  stored: Checkpoint & { readonly commit?: string },
): { id: string; digest: string } {
  const { commit: _, ...record } = stored;
  const digest = createHash("sha256").update("begun\n")
    .update(recordBytes(record)).digest("hex");
  return { id: `${record.created_at} ${record.id}`, digest };
}

/** Returns the bytes of a record's file. */
export function recordBytes(record: Checkpoint): Uint8Array {
  return new TextEncoder().encode(`${asciiJson(record, 1)}\n`);
}
