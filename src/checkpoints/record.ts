import { createHash } from "node:crypto";
import { asciiJson } from "../base/escape.ts";
import type { Capture, TreeEntry } from "../git/mod.ts";
import type { Checkpoint, StoredCheckpoint } from "./checkpoint.ts";

/** Identifies a state of worktree, index and HEAD. */
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
 * Returns what the user's state knows a checkpoint by: its time and id, and the
 * SHA-256 of its record's file. The commit's id is in that, and with it
 * every file.
 */
export function ownMark(
  record: StoredCheckpoint,
): { id: string; digest: string } {
  const digest = createHash("sha256").update(recordBytes(record)).digest("hex");
  return { id: `${record.created_at} ${record.id}`, digest };
}

/**
 * Returns what it knows one by whose commit is being made: by every word of the
 * record, but by no file.
 */
export function begunMark(
  stored: Checkpoint & { readonly commit?: string },
): { id: string; digest: string } {
  const { commit: _, ...record } = stored;
  const digest = createHash("sha256").update("begun\n")
    .update(recordBytes(record)).digest("hex");
  return { id: `${record.created_at} ${record.id}`, digest };
}

/** A record as the bytes of its file. */
export function recordBytes(record: Checkpoint): Uint8Array {
  return new TextEncoder().encode(`${asciiJson(record, 1)}\n`);
}
