import { attempt } from "../base/errors.ts";
import { baseEntry, type Capture } from "../git/tree/capture.ts";
import type { Vault } from "../git/tree/vault.ts";
import type { StoredCheckpoint } from "./checkpoint.ts";
import { begunMark, ownMark } from "./record.ts";
import { changesBetween } from "../git/tree/plan.ts";
import { noteOwn, Origins } from "../saves/trust/origins.ts";
import type { System } from "../system/system.ts";
import type { CheckpointPlace } from "./place.ts";
import { partOf, treeDelta } from "../git/tree/trees.ts";

/** Tells which checkpoints are the user's own, or theirs by trust. */
export function minesOf(
  system: System,
): (record: StoredCheckpoint) => boolean {
  const origins = new Origins(system);
  return (record) => origins.of(ownMark(record)) !== "foreign";
}

/**
 * Whether a checkpoint of the state that was captured is this user's. One whose
 * save died before that was noted is as well, and noted now: its words are known
 * from before, and its files are compared.
 */
export async function isMine(
  system: System,
  { vault }: CheckpointPlace,
  { record, capture }: { record: StoredCheckpoint; capture: Capture },
): Promise<boolean> {
  const origins = new Origins(system);
  if (origins.of(ownMark(record)) !== "foreign") return true;
  if (origins.of(begunMark(record)) !== "own") return false;
  if (!await holds(vault, record, capture)) return false;
  noteOwn(system, ownMark(record));
  return true;
}

/** Whether the commit has the files that were captured. */
async function holds(
  { git }: Vault,
  { commit }: StoredCheckpoint,
  capture: Capture,
): Promise<boolean> {
  return await attempt(async () => {
    for (const part of ["worktree", "index"] as const) {
      const tree = partOf(commit, part);
      const differing = changesBetween({
        current: await treeDelta(git, capture.base, tree),
        target: capture[part],
        base: (path) => baseEntry(capture, path),
        paths: [],
      });
      if (differing.length > 0) return false;
    }
    return true;
  }) ?? false;
}
