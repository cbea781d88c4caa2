import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import {
  CHECKPOINTS,
  dropRefs,
  moveCheckpointRef,
  readCheckpointRefs,
} from "../git/mod.ts";
import type { Checkpoint, StoredCheckpoint } from "./checkpoint.ts";
import { CHECKPOINT_ID } from "./name.ts";
import {
  appendJournal,
  CannotUndo,
  type JournalEntry,
  type KnownEntry,
  noteUndo,
  readJournal,
  recordFacts,
  type Undone,
  type UndoOrder,
} from "../ops/mod.ts";
import { field } from "../base/parsed_values.ts";
import { removeRecord, writeRecord } from "./store.ts";
import {
  type CheckpointPlace,
  listCheckpoints,
  minesOf,
  openPlace,
  recordOf,
} from "./place.ts";
import type { System } from "../system/system.ts";

/** The number of recent removals that are kept, regardless of age. */
const KEPT = 20;

/**
 * Removes checkpoints from the list. Their commits stay under another ref, so
 * that an undo can restore them. Call under the lock. The log entry is written
 * first, so even an interrupted removal can be undone.
 */
export async function removeCheckpoints(
  { system, redact }: Context,
  place: CheckpointPlace,
  { records }: { records: readonly StoredCheckpoint[] },
): Promise<JournalEntry> {
  const { vault, workspace, rules } = place;
  const token = system.random();
  const removed: Removed[] = records.map(({ id, commit }) => ({
    id,
    commit,
    ref: `${REMOVED}/${token}/${id}`,
  }));
  const names = records.map(({ name }) => name).join(", ");
  const entry = appendJournal(system, workspace.root, {
    at: system.now().toISOString(),
    operation: "checkpoint rm",
    title: redact(`remove ${names}`),
    worktree: vault.workspace.worktree,
    before: {},
    after: { removed },
  });
  await deleteCheckpoints(system, place, removed);
  const since = system.now().getTime() - rules.removedFor;
  await dropOld(vault, readJournal(system, workspace.root), since);
  return entry;
}

/** Removes the record first, since a ref alone can restore the record. */
async function deleteCheckpoints(
  system: System,
  { vault, workspace }: CheckpointPlace,
  removed: readonly Removed[],
): Promise<void> {
  for (const { id, commit, ref } of removed) {
    removeRecord(system, workspace.root, id);
    const from = `${CHECKPOINTS}/${id}`;
    await moveCheckpointRef(vault.git, { from, to: ref, commit });
  }
}

/** Drops the commits of older removals, made before `since` (milliseconds). */
async function dropOld(
  vault: CheckpointPlace["vault"],
  entries: readonly KnownEntry[],
  since: number,
): Promise<void> {
  const old = entries.filter(({ own, after }) =>
    own && field(after, "removed") !== undefined
  ).slice(0, -KEPT).filter(({ at }) => Date.parse(at) < since)
    .flatMap(({ after }) => removedIn(after));
  if (old.length === 0) return;
  const there = await readCheckpointRefs(vault.git, REMOVED);
  await dropRefs(
    vault.git,
    old.filter(({ ref, commit }) =>
      there.get(ref.slice(REMOVED.length + 1)) === commit
    ),
  );
}

/** Returns the refs from which an undo can restore checkpoints. */
export function refsOfRemovals(entries: readonly JournalEntry[]): Set<string> {
  return new Set(
    entries.flatMap(({ after }) => removedIn(after)).map(({ ref }) => ref),
  );
}

function removedIn(value: unknown): Removed[] {
  const list = field(value, "removed") ?? field(value, "restored");
  if (!Array.isArray(list)) return [];
  return list.filter((one): one is Removed =>
    CHECKPOINT_ID.test(String(field(one, "id"))) &&
    /^[0-9a-f]{40,64}$/.test(String(field(one, "commit"))) &&
    String(field(one, "ref")).startsWith(`${REMOVED}/`)
  );
}

/**
 * Restores removed checkpoints, or removes new ones. The log entry is written
 * last: after an interruption, the same undo completes the work.
 */
export async function undoRemoval(order: UndoOrder): Promise<Undone> {
  const { context, entry, dryRun } = order;
  const { system } = context;
  const place = await openPlace(context);
  const { git } = place.vault;
  const there = await readCheckpointRefs(git);
  const list = [
    ...removedIn(entry.after),
    ...await begunIn(place, entry.after, there),
  ];
  const records: StoredCheckpoint[] = [];
  for (const one of list) {
    const record = await recordOf(place.vault, one);
    if (!record) {
      throw new CannotUndo(entry, {
        reason: `the commit of "${one.id}" no longer exists`,
        instead: `mpm keeps the last ${KEPT} removals: see trash.max_age`,
      });
    }
    records.push(record);
  }
  const made = field(entry.after, "restored") !== undefined;
  const away = made ? await readCheckpointRefs(git, REMOVED) : undefined;
  refuseChanged(entry, { list, there, away });
  const detailLines = (remove: string, bring: string) =>
    records.map(({ name }) =>
      `${made ? remove : bring} the checkpoint ${name}`
    );
  if (dryRun) {
    const details = detailLines("remove", "bring back");
    return { details, left: [], operation: undefined };
  }
  const left = list.filter(({ id }) => there.has(id) === made);
  if (made) await deleteCheckpoints(system, place, left);
  else await bringBack(system, place, { list, records, left });
  const operation = noteUndo(system, place.workspace.root, {
    entry,
    before: {},
    after: made ? { removed: list } : { restored: list },
  });
  const details = detailLines("removed", "brought back");
  return { operation, details, left: [] };
}

/**
 * Throws if a checkpoint to bring back has a successor, or one to remove (with
 * `away`) is missing although this undo did not remove it.
 */
function refuseChanged(
  { id: operation }: JournalEntry,
  { list, there, away }: {
    list: readonly Removed[];
    /** The commits of the existing checkpoints, by ID. */
    there: ReadonlyMap<string, string>;
    away: ReadonlyMap<string, string> | undefined;
  },
): void {
  const refuse = (why: string, hint: string) => {
    const message = `Operation ${operation} cannot be undone: ${why}`;
    throw new MpmError("CONFLICT", message, { hint });
  };
  for (const { id, commit, ref } of list) {
    const now = there.get(id);
    if (now === commit) continue;
    if (now !== undefined && !away) {
      refuse(
        `another checkpoint "${id}" exists now`,
        `Run "mpm checkpoint rm ${id}", then undo again`,
      );
    }
    const gone = now === undefined &&
      away?.get(ref.slice(REMOVED.length + 1)) === commit;
    if (away && !gone) {
      refuse(
        `the checkpoint "${id}" was removed later`,
        '"mpm undo list" shows the later operation',
      );
    }
  }
}

async function bringBack(
  system: System,
  { vault, workspace }: CheckpointPlace,
  { list, records, left }: {
    list: readonly Removed[];
    records: readonly StoredCheckpoint[];
    /** The checkpoints from the list that are still missing. */
    left: readonly Removed[];
  },
): Promise<void> {
  for (const { id, commit, ref } of left) {
    const to = `${CHECKPOINTS}/${id}`;
    await moveCheckpointRef(vault.git, { from: ref, to, commit });
  }
  for (const [at, { commit }] of list.entries()) {
    const { commit: _commit, ...record } = records[at]!;
    writeRecord(system, workspace.root, { record, commit });
  }
}

/** The refs of removed checkpoints. mpm keeps a limited number of them. */
export const REMOVED = "refs/mpm/removed";

/** Returns the undo data for a save that is logged as a restore. */
export function savedFact(
  { system }: Context,
  { id, commit }: StoredCheckpoint,
): { restored: Removed[] } {
  const ref = `${REMOVED}/${system.random()}/${id}`;
  return { restored: [{ id, commit, ref }] };
}

/** Records the same for a checkpoint whose commit is not known yet. */
export function recordBegun(
  { system }: Context,
  { id, created_at }: Checkpoint,
): void {
  const ref = `${REMOVED}/${system.random()}/${id}`;
  recordFacts(system, { after: { restored: [{ id, created_at, ref }] } });
}

/** Returns the checkpoints that an interrupted operation has made. */
async function begunIn(
  { vault }: Pick<CheckpointPlace, "vault">,
  side: unknown,
  there: ReadonlyMap<string, string>,
): Promise<Removed[]> {
  const list = field(side, "restored");
  const made: Removed[] = [];
  for (const one of Array.isArray(list) ? list : []) {
    const id = String(field(one, "id"));
    const commit = there.get(id);
    if (commit === undefined || field(one, "commit") !== undefined) continue;
    const record = await recordOf(vault, { id, commit });
    const isSame = record?.created_at === field(one, "created_at");
    if (isSame) made.push(...removedIn({ restored: [{ ...one, commit }] }));
  }
  return made;
}

/** A removed checkpoint, with the ref of its commit. */
export interface Removed {
  readonly id: string;
  readonly commit: string;
  readonly ref: string;
}

/**
 * Drops the oldest of the user's own checkpoints of a kind that exceed the
 * configured number or size. Never drops `taken`, the newest; other checkpoints
 * may have a time in the future. Call under the lock. Returns their names.
 */
export async function pruneCheckpoints(
  context: Context,
  place: CheckpointPlace,
  { kind, taken }: {
    kind: "auto" | "safety" | "batch";
    taken: { readonly id: string } & Sized;
  },
): Promise<string[]> {
  const { keep, batchTotal } = place.rules;
  const all = await listCheckpoints(context.system, place, { light: true });
  const others = all.filter((one) => one.kind === kind && one.id !== taken.id);
  const most = kind === "batch" ? batchTotal : Infinity;
  const fitting = Math.min(keep[kind] - 1, fittingIn(most, taken, others));
  if (others.length <= fitting) return [];
  const old = others.filter(minesOf(context.system)).slice(fitting);
  return await dropCheckpoints(context, place, old);
}

/** The files of a checkpoint, if its size counts. */
interface Sized {
  readonly files?: StoredCheckpoint["files"];
}

/** Returns how many others fit in addition to `taken`; equal content once. */
function fittingIn(
  most: number,
  taken: Sized,
  others: readonly Sized[],
): number {
  if (most === Infinity) return others.length;
  const counted = new Set<string>();
  let size = 0;
  const exceeding = [taken, ...others].findIndex(({ files = [] }) => {
    for (const { hash, size: bytes } of files) {
      if (hash === null || counted.has(hash)) continue;
      counted.add(hash);
      size += bytes ?? 0;
    }
    return size > most;
  });
  return exceeding < 0 ? others.length : Math.max(0, exceeding - 1);
}

/** Removes checkpoints and returns their names. Call under the lock. */
export async function dropCheckpoints(
  { system }: Context,
  { vault, workspace }: CheckpointPlace,
  old: readonly StoredCheckpoint[],
): Promise<string[]> {
  // Removes the record first, since a ref alone can restore the record.
  for (const { id } of old) removeRecord(system, workspace.root, id);
  await dropRefs(
    vault.git,
    old.map(({ id, commit }) => ({ ref: `${CHECKPOINTS}/${id}`, commit })),
  );
  return old.map(({ name }) => name);
}
