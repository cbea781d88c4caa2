import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import { undoRemoval, undoRestore } from "../checkpoints/mod.ts";
import type { Workspace } from "../git/mod.ts";
import {
  CannotUndo,
  entryToUndo,
  isUndoBegun,
  type JournalEntry,
  type KnownEntry,
  readIntents,
  readJournal,
  undoAllow,
  type UndoKind,
  type Undone,
  type UndoOrder,
  withLock,
  worktreeOf,
} from "../ops/mod.ts";
import { removeCarried, removeFork } from "../replay/mod.ts";
import { restoreSchedules } from "../schedules/mod.ts";
import { undoRemovedRuns } from "../tasks/mod.ts";
import { undoMigration, undoTrust } from "../saves/mod.ts";
import { undoPrune } from "../worktrees/mod.ts";
import type { UndoResult } from "./commands/results.ts";
import { undoChanges } from "./files.ts";
import { undoKindOf } from "./kinds.ts";

/** The place of an undo, and whether the undo is a dry run. */
type Parts = Omit<UndoOrder, "entry" | "entries" | "passed">;

/** The requested operation. */
interface Asked {
  readonly number: string | undefined;
  /** Skipped operations, newest first. */
  readonly passed: readonly CannotUndo[];
}

/**
 * Undoes the operation with that number, or the newest one that can be undone.
 * Skips operations that cannot be undone.
 */
export async function undoOperation(
  parts: Parts,
  number: string | undefined,
): Promise<UndoResult> {
  const passed: CannotUndo[] = [];
  for (;;) {
    try {
      return await undoOne(parts, { number, passed });
    } catch (error) {
      if (!(error instanceof CannotUndo) || number !== undefined) throw error;
      passed.push(error);
    }
  }
}

async function undoOne(parts: Parts, asked: Asked): Promise<UndoResult> {
  const { context: { system }, root, dryRun } = parts;
  // The journal at the time of the undo.
  const take = async () => {
    const { order, kind } = orderOf(parts, asked);
    return answer(order, await UNDO[kind](order), asked);
  };
  // Refuses before taking the lock creates a folder.
  orderOf(parts, asked);
  return dryRun ? await take() : await withLock(system, root, take);
}

/**
 * Undoes an operation and writes the undo, with `undoes`, to the journal.
 * Throws CONFLICT with the reason if that is impossible; nothing is changed
 * then.
 */
const UNDO: Readonly<
  Record<UndoKind, (order: UndoOrder) => Promise<Undone>>
> = {
  files: undoChanges,
  checkpoints: undoRemoval,
  restore: undoRestore,
  migration: undoMigration,
  worktrees: undoPrune,
  trusted: undoTrust,
  allowed: undoAllow,
  runs: undoRemovedRuns,
  schedules: (order) => undoWith(order, restoreSchedules),
  fork: (order) => undoWith(order, removeFork),
  carried: (order) => undoWith(order, removeCarried),
};

/**
 * Checks the files first, since their undo may be refused; then undoes
 * everything else.
 */
async function undoWith(
  order: UndoOrder,
  remove: (order: UndoOrder) => Promise<string[]>,
): Promise<Undone> {
  await remove({ ...order, dryRun: true });
  if (!order.dryRun) await undoChanges({ ...order, dryRun: true });
  const lines = await remove(order);
  const done = await undoChanges(order);
  return { ...done, details: [...lines, ...done.details] };
}

function orderOf(
  parts: Parts,
  asked: Asked,
): { order: UndoOrder; kind: UndoKind } {
  const { context: { system }, workspace, root } = parts;
  const entries = readJournal(system, root);
  const worktree = worktreeOf(workspace);
  const anywhere = root !== workspace.root;
  const passed = new Set(asked.passed.map(({ entry }) => entry.id));
  const entry = chosenEntry(entries, asked, {
    worktree: anywhere ? undefined : worktree,
    passed,
  });
  const kind = undoKindOf(entries, entry);
  if (typeof kind !== "string") throw new CannotUndo(entry, kind);
  if (!anywhere && entry.worktree !== worktree) {
    throw new MpmError(
      "CONFLICT",
      `Operation ${entry.id} was done in another worktree: "${entry.worktree}"`,
      { hint: "Run mpm undo there" },
    );
  }
  return { order: { ...parts, entry, entries, passed }, kind };
}

/** Chooses the entry to undo, or says why the newest entry cannot be undone. */
function chosenEntry(
  entries: readonly KnownEntry[],
  asked: Asked,
  among: { worktree: string | undefined; passed: ReadonlySet<number> },
): KnownEntry {
  try {
    return entryToUndo(entries, { number: asked.number, ...among });
  } catch (error) {
    const [newest] = asked.passed;
    if (!newest) throw error;
    throw new MpmError(newest.code, newest.message, {
      ...newest.hint === undefined ? {} : { hint: newest.hint },
    });
  }
}

function answer(
  { entry, dryRun }: UndoOrder,
  { details, left, operation }: Undone,
  { passed }: Asked,
): UndoResult {
  const { id: number, title, at } = entry;
  return {
    dry_run: dryRun,
    undone: { number, operation: entry.operation, title, at },
    passed: passed.map(({ entry: { id, title }, reason }) => ({
      number: id,
      title,
      reason,
    })),
    details: [...details],
    left: [...left],
    operation: operation ?? null,
  };
}

/**
 * Finishes an interrupted undo and returns it, if `number` means the same
 * operation. A user who repeats the same command does not want a second undo.
 * Returns `undefined` if no undo was interrupted.
 */
export async function finishBegun(
  { context, workspace, root }: Parts,
  number: string | undefined,
): Promise<UndoResult | undefined> {
  const { system } = context;
  const files = isUndoBegun(system, root)
    ? await withLock(system, root, (finished) => finished)
    : undefined;
  const restore = await finishRestore(context, workspace);
  const undo = files ?? restore;
  if (undo?.undoes === undefined) return undefined;
  const undone = readJournal(system, root).find(({ id }) => id === undo.undoes);
  const meant = number === undefined || number === String(undo.undoes);
  if (!undone || !meant) return undefined;
  const { id, title, operation, at } = undone;
  return {
    dry_run: false,
    undone: { number: id, operation, title, at },
    passed: [],
    details: ["finished an interrupted command"],
    left: [],
    operation: undo.id,
  };
}

async function finishRestore(
  context: Context,
  { root }: Workspace,
): Promise<JournalEntry | undefined> {
  const { system } = context;
  const begun = readIntents(system, root, "restore").map(({ id }) => id);
  await context.settle(context);
  return readJournal(system, root).findLast(({ own, after }) =>
    own && begun.includes(String(after.restore))
  );
}
