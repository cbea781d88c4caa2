import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import {
  dropRefs,
  moveCheckpointRef,
  readCheckpointRefs,
} from "../git/read_checkpoints.ts";
import { CHECKPOINTS } from "../git/write_checkpoint.ts";
import type { StoredCheckpoint } from "../session/checkpoint.ts";
import { CHECKPOINT_ID } from "../session/checkpoint_name.ts";
import { type JournalEntry, undoTitle } from "../session/journal.ts";
import { field } from "../session/odd_values.ts";
import { removeRecord, writeRecord } from "../store/checkpoints.ts";
import { appendJournal, readJournal } from "../store/journal.ts";
import { type CheckpointPlace, recordOf } from "./checkpoint_place.ts";
import type { Undone, UndoOrder } from "./undo_steps.ts";

/** Where the commits of removed checkpoints stay until they are too many. */
const REMOVED = "refs/mpm/removed";

/** Removals whose checkpoints are kept. */
const KEPT = 20;

/** A checkpoint that was removed, and where its commit stays. */
interface Removed {
  readonly id: string;
  readonly commit: string;
  readonly ref: string;
}

/**
 * Takes checkpoints from the list. Their commits stay under another ref, so
 * that an undo brings them back. Call under the lock. It is in the journal
 * first: a death in the middle is an operation that can be taken back.
 */
export async function removeCheckpoints(
  { system }: Context,
  { vault, workspace }: CheckpointPlace,
  { records, operation = "checkpoint rm", undoes }: {
    records: readonly StoredCheckpoint[];
    operation?: string;
    undoes?: number;
  },
): Promise<JournalEntry> {
  const token = system.random();
  const removed: Removed[] = records.map(({ id, commit }) => ({
    id,
    commit,
    ref: `${REMOVED}/${token}/${id}`,
  }));
  const names = records.map(({ name }) => name).join(", ");
  const entry = appendJournal(system, workspace.root, {
    at: system.now().toISOString(),
    operation,
    title: undoes === undefined ? `remove ${names}` : `redo remove ${names}`,
    worktree: vault.workspace.worktree,
    before: {},
    after: { removed },
    ...undoes === undefined ? {} : { undoes },
  });
  for (const { id, commit, ref } of removed) {
    // The record goes first: a ref alone makes it whole again.
    removeRecord(system, workspace.root, id);
    const from = `${CHECKPOINTS}/${id}`;
    await moveCheckpointRef(vault.git, { from, to: ref, commit });
  }
  await dropOld({ vault, workspace }, readJournal(system, workspace.root));
  return entry;
}

/** Drops the commits of removals that are no longer among the last. */
async function dropOld(
  { vault }: Pick<CheckpointPlace, "vault" | "workspace">,
  entries: readonly JournalEntry[],
): Promise<void> {
  const old = entries.filter(({ after }) => removedIn(after).length > 0)
    .slice(0, -KEPT).flatMap(({ after }) => removedIn(after));
  if (old.length === 0) return;
  const there = await readCheckpointRefs(vault.git, REMOVED);
  await dropRefs(
    vault.git,
    old.filter(({ ref, commit }) =>
      there.get(ref.slice(REMOVED.length + 1)) === commit
    ),
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

/** Brings removed checkpoints back, or removes those again that came back. */
export async function undoRemoval(
  { context, place, entry }: UndoOrder,
): Promise<Undone> {
  const { system } = context;
  const { vault, workspace } = place;
  const { git } = vault;
  const list = removedIn(entry.after);
  const records: StoredCheckpoint[] = [];
  for (const one of list) {
    const record = await recordOf(vault, one);
    if (record) records.push(record);
    else throw gone(entry, one);
  }
  if (field(entry.after, "restored") !== undefined) {
    const again = await removeCheckpoints(context, place, {
      records,
      operation: "undo",
      undoes: entry.id,
    });
    const details = records.map(({ name }) => `removed ${name} again`);
    return { operation: again.id, details };
  }
  const there = await readCheckpointRefs(git);
  for (const { id, commit } of list) {
    const now = there.get(id);
    if (now === undefined || now === commit) continue;
    throw new MpmError(
      "CONFLICT",
      `Operation ${entry.id} cannot be taken back: there is another ` +
        `checkpoint "${id}" by now`,
      { hint: `mpm checkpoint rm ${id}, then undo once more` },
    );
  }
  const added = appendJournal(system, workspace.root, {
    at: system.now().toISOString(),
    operation: "undo",
    title: undoTitle(entry),
    worktree: vault.workspace.worktree,
    before: {},
    after: { restored: list },
    undoes: entry.id,
  });
  for (const [at, { id, commit, ref }] of list.entries()) {
    if (!there.has(id)) {
      const to = `${CHECKPOINTS}/${id}`;
      await moveCheckpointRef(git, { from: ref, to, commit });
    }
    const { commit: _commit, ...record } = records[at]!;
    writeRecord(system, workspace.root, { record, commit });
  }
  const details = records.map(({ name }) => `brought ${name} back`);
  return { operation: added.id, details };
}

function gone(entry: JournalEntry, { id }: Removed): MpmError {
  return new MpmError(
    "CONFLICT",
    `Operation ${entry.id} cannot be taken back: the commit of "${id}" is gone`,
    { hint: `The last ${KEPT} removals are kept` },
  );
}
