import { MpmError } from "../../base/errors.ts";
import type { Capture } from "../../git/tree/capture.ts";
import { readCheckpointRefs } from "../../git/tree/checkpoints.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { printOf } from "../record.ts";
import { CHECKPOINT_PREFIX } from "../../saves/trust/origins.ts";
import { shellWord } from "../../base/shell.ts";
import type { System } from "../../system/system.ts";
import { isMine, minesOf } from "../mine.ts";
import { type CheckpointPlace, listCheckpoints } from "../place.ts";
import type { SaveInput } from "./save_steps.ts";

/** A save that is about to be made. */
export interface Wanted {
  readonly input: SaveInput;
  readonly name: string;
  readonly capture: Capture;
}

/** The user's own among `records` that holds the present state, and is there. */
export async function keptSame(
  system: System,
  place: CheckpointPlace,
  { records, ...wanted }: Wanted & {
    records: readonly StoredCheckpoint[];
  },
): Promise<StoredCheckpoint | undefined> {
  const same = await sameIn(system, place, { records, wanted });
  return same && await isKept(place, same) ? same : undefined;
}

/**
 * The same among all checkpoints there are, where the name is taken: one that a
 * save which died has left has no record's file. Throws CONFLICT where the one
 * of that name may be somebody else's.
 */
export async function sameOfAll(
  system: System,
  place: CheckpointPlace,
  wanted: Wanted,
): Promise<StoredCheckpoint | undefined> {
  const all = await listCheckpoints(system, place, { light: true });
  const { worktree } = place.vault.workspace;
  const records = all.filter((one) => one.worktree === worktree);
  const left = await sameIn(system, place, { records, wanted });
  if (left) return left;
  const mine = minesOf(system);
  if (all.some((one) => one.name === wanted.name && !mine(one))) {
    throw takenByOthers(wanted.name);
  }
  return undefined;
}

async function sameIn(
  system: System,
  place: CheckpointPlace,
  { records, wanted: { input, name, capture } }: {
    records: readonly StoredCheckpoint[];
    wanted: Wanted;
  },
): Promise<StoredCheckpoint | undefined> {
  const one = input.auto
    ? records.find(minesOf(system))
    : records.find((one) => one.name === name);
  const unsaid = input.message === undefined || one?.note === input.message;
  return one?.print === printOf(capture) && unsaid &&
      await isMine(system, place, { record: one, capture })
    ? one
    : undefined;
}

/** A record's file may have outlived its checkpoint. */
async function isKept(
  { vault }: CheckpointPlace,
  { id, commit }: StoredCheckpoint,
): Promise<boolean> {
  return (await readCheckpointRefs(vault.git)).get(id) === commit;
}

function takenByOthers(name: string): MpmError {
  const word = shellWord(name);
  return new MpmError(
    "CONFLICT",
    `There is a checkpoint "${name}" already, and nothing says that you made ` +
      "it on this machine",
    {
      hint: `Take another name, or remove it: mpm checkpoint rm ${word}; if ` +
        `it is yours: mpm sessions trust ${CHECKPOINT_PREFIX}${word}`,
    },
  );
}
