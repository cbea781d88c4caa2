import type { Context } from "../cli/command.ts";
import { CHECKPOINTS, dropRefs } from "../git/tree/checkpoints.ts";
import type { CheckpointKind, StoredCheckpoint } from "./checkpoint.ts";
import { removeRecord } from "./store.ts";
import { minesOf } from "./mine.ts";
import type { CheckpointPlace } from "./place.ts";

/**
 * Drops the oldest of the user's own of a kind beyond `keep`, which is 1 at
 * least, but never `taken`: others may have a time to come. Call under the lock.
 * `records` are in the order of the list.
 */
export async function pruneCheckpoints(
  context: Context,
  place: CheckpointPlace,
  { records, kind, keep, taken }: {
    records: readonly StoredCheckpoint[];
    kind: CheckpointKind;
    keep: number;
    /** The id of the one that was taken just now. */
    taken: string | undefined;
  },
): Promise<string[]> {
  const others = records.filter((one) => one.kind === kind && one.id !== taken);
  if (others.length < keep) return [];
  const old = others.filter(minesOf(context.system)).slice(keep - 1);
  return await dropCheckpoints(context, place, old);
}

/** Removes checkpoints. Call under the lock. Returns their names. */
export async function dropCheckpoints(
  { system }: Context,
  { vault, workspace }: CheckpointPlace,
  old: readonly StoredCheckpoint[],
): Promise<string[]> {
  // The record goes first: a ref alone makes it whole again.
  for (const { id } of old) removeRecord(system, workspace.root, id);
  await dropRefs(
    vault.git,
    old.map(({ id, commit }) => ({ ref: `${CHECKPOINTS}/${id}`, commit })),
  );
  return old.map(({ name }) => name);
}
