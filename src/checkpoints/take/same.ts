import { attempt, MpmError } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import {
  baseEntry,
  type Capture,
  changesBetween,
  partOf,
  readCheckpointRefs,
  treeDelta,
  type Vault,
} from "../../git/mod.ts";
import { worktreeOf } from "../../ops/mod.ts";
import { CHECKPOINT_PREFIX, noteOwn, Origins } from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import type { StoredCheckpoint } from "../checkpoint.ts";
import { checkpointId } from "../name.ts";
import {
  type CheckpointPlace,
  listCheckpoints,
  minesOf,
  newestFirst,
} from "../place.ts";
import { begunMark, ownMark, printOf } from "../record.ts";
import { readRecord, recordIds } from "../store.ts";

/** The input of `mpm checkpoint save`. */
export interface SaveInput {
  readonly name: readonly string[];
  readonly message: string | undefined;
  readonly auto: boolean;
  readonly "after-call": readonly string[];
  readonly "agent-session": string | undefined;
}

/** Returns the kind of the new checkpoint. */
export function kindOf(input: SaveInput): "named" | "auto" | "batch" {
  if (input["after-call"].length > 0) return "batch";
  return input.auto ? "auto" : "named";
}

/** Returns this worktree's records, newest first, or only that of a name. */
export async function recordsHere(
  system: System,
  workspace: CheckpointPlace["workspace"],
  name?: string,
): Promise<StoredCheckpoint[]> {
  const { root } = workspace;
  const worktree = worktreeOf(workspace);
  const ids = name === undefined
    ? recordIds(system, root)
    : [checkpointId(name)];
  const records: StoredCheckpoint[] = [];
  for (const id of ids) {
    const record = await readRecord(system, root, id, { light: true });
    if (record?.worktree === worktree) records.push(record);
  }
  return records.sort(newestFirst);
}

/** A checkpoint about to be taken. */
export interface Wanted {
  readonly input: SaveInput;
  readonly name: string;
  readonly capture: Capture;
}

/** Returns the user's own checkpoint of the current state. */
export async function keptSame(
  system: System,
  place: CheckpointPlace,
  wanted: Wanted,
): Promise<StoredCheckpoint | undefined> {
  const name = kindOf(wanted.input) === "named" ? wanted.name : undefined;
  const records = await recordsHere(system, place.workspace, name);
  const same = await sameIn(system, place, { records, wanted });
  if (!same) return undefined;
  // A record's file may still exist after its checkpoint is gone.
  const refs = await readCheckpointRefs(place.vault.git);
  return refs.get(same.id) === same.commit ? same : undefined;
}

/**
 * Does the same among all existing checkpoints, if the name is taken: a
 * checkpoint left by an interrupted command has no record file. Throws CONFLICT
 * if the checkpoint with that name may be someone else's.
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
  const kind = kindOf(input);
  const print = printOf(capture);
  const mine = minesOf(system);
  const one = kind === "auto"
    ? records.find(mine)
    : kind === "batch"
    ? records.find((one) => one.print === print && mine(one))
    : records.find((one) => one.name === name);
  const unsaid = input.message === undefined || one?.note === input.message;
  return one?.print === print && unsaid &&
      await isMine(system, place, { record: one, capture })
    ? one
    : undefined;
}

/**
 * Returns whether a checkpoint of the captured state is this user's. If its
 * command was killed before it was marked, compares its files and marks it.
 */
async function isMine(
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

/** Returns whether the commit contains the captured files. */
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

function takenByOthers(name: string): MpmError {
  const word = shellWord(name);
  return new MpmError(
    "CONFLICT",
    `The checkpoint "${name}" already exists, from someone else (not ` +
      "verified)",
    {
      hint:
        `Choose another name, or remove it: mpm checkpoint rm ${word}; if ` +
        `it is yours: mpm saves trust ${CHECKPOINT_PREFIX}${word}`,
    },
  );
}
