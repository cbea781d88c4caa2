import type { Context } from "../cli/command.ts";
import type { StoredCheckpoint } from "./checkpoint.ts";

/** Where the commits of removed checkpoints stay until they are too many. */
export const REMOVED = "refs/mpm/removed";

/** What the entry of a save says, for its undo: as if it were brought back. */
export function savedFact(
  { system }: Context,
  { id, commit }: StoredCheckpoint,
): { restored: Removed[] } {
  const ref = `${REMOVED}/${system.random()}/${id}`;
  return { restored: [{ id, commit, ref }] };
}

/** A checkpoint that was removed, and where its commit stays. */
export interface Removed {
  readonly id: string;
  readonly commit: string;
  readonly ref: string;
}
