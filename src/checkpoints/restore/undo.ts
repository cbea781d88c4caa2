import { MpmError } from "../../base/errors.ts";
import { partOf, readCheckpointRefs } from "../../git/mod.ts";
import { isTargetId } from "../name.ts";
import {
  CannotUndo,
  type JournalEntry,
  type Undone,
  type UndoOrder,
  undoTitle,
} from "../../ops/mod.ts";
import { field, isFields } from "../../base/parsed_values.ts";
import {
  type CheckpointPlace,
  listCheckpoints,
  openPlace,
  recordOf,
} from "../place.ts";
import { restoreLocked, type RestoreOutcome } from "./apply.ts";
import { leavesLarge, readTarget, type RestoreTarget } from "./target.ts";
import {
  changedSince,
  type CheckpointRef,
  type PlannedRestore,
  type RestoreOrder,
} from "./plan.ts";

/** Returns a checkpoint in a journal entry. */
function checkpointIn(value: unknown): CheckpointRef | undefined {
  const found = field(value, "checkpoint");
  if (!isFields(found)) return undefined;
  const { id, commit } = found;
  const valid = typeof id === "string" && isTargetId(id) &&
    typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit);
  return valid ? { id, commit } : undefined;
}

/** Restores the safety checkpoint that the restore took at its start. */
export async function undoRestore(
  { context, entry, dryRun }: UndoOrder,
): Promise<Undone> {
  const opened = await openPlace(context);
  const [before, after] = [entry.before, entry.after].map(checkpointIn);
  if (!before || !after) {
    throw new CannotUndo(entry, {
      reason: "its entry in the log does not name the checkpoints",
      instead:
        '"mpm checkpoint list --all" lists the checkpoints taken before ' +
        "restores",
    });
  }
  // Listing also imports checkpoints from before the project was in git.
  await listCheckpoints(context.system, opened, { light: true });
  // A journal may have come with a clone; refs are not part of a clone.
  const refs = await readCheckpointRefs(opened.vault.git);
  const target = refs.get(before.id) === before.commit
    ? await recordOf(opened.vault, before)
    : undefined;
  if (!target) {
    throw new CannotUndo(entry, {
      reason:
        `the checkpoint "${before.id}" from before the restore no longer ` +
        "exists",
      instead: "checkpoint.keep_safety sets how many of these mpm keeps",
    });
  }
  if (dryRun) {
    const details = [`go back to the checkpoint ${target.name}`];
    return { details, left: [], operation: undefined };
  }
  const paths = field(entry.after, "paths");
  const brought = await readTarget(opened.vault, after);
  const leaveLarge = brought !== undefined && leavesLarge(brought);
  const place = { ...opened, leaveLarge };
  const order: RestoreOrder = {
    target,
    paths: Array.isArray(paths) ? paths.map(String) : [],
    exact: false,
    operation: "undo",
    title: undoTitle(entry),
    brought: brought?.commit,
    undoes: entry.id,
  };
  const outcome = await restoreLocked(context, place, {
    ...{ order, always: true },
    check: async (planned) => {
      if (!brought) return;
      await refuseEdited(place, planned, { before, brought, entry });
    },
  });
  return {
    operation: outcome.entry?.id,
    details: detailsOf(outcome),
    left: outcome.skipped.map(({ path, reason }) => `${path}: ${reason}`),
  };
}

/** Returns a line for each path that was restored or was left alone. */
function detailsOf(outcome: RestoreOutcome): string[] {
  return [
    ...outcome.written.map((path) => `restored ${path}`),
    ...outcome.removed.map((path) =>
      `removed ${path}, which the restore had added`
    ),
    ...outcome.putBack.map((path) => `restore ${path} from the trash`),
    ...outcome.planned.plan.kept.map((path) => `kept ${path}, created later`),
    ...outcome.indexRestored ? ["restored the staged changes"] : [],
    ...outcome.notes,
  ];
}

/** The maximum number of paths that an error names. */
const NAMED = 5;

/** Throws if files were changed since the restore. */
async function refuseEdited(
  place: CheckpointPlace,
  planned: PlannedRestore,
  { before, brought, entry }: {
    before: CheckpointRef;
    brought: RestoreTarget;
    entry: JournalEntry;
  },
): Promise<void> {
  const tree = partOf(brought.commit, "worktree");
  const edited = await changedSince(place, planned, tree);
  if (edited.length === 0) return;
  const more = edited.length - NAMED;
  throw new MpmError(
    "CONFLICT",
    [
      `Operation ${entry.id} cannot be undone, nothing was changed. ` +
      "Changed since:",
      ...edited.slice(0, NAMED).map((path) => `  ${path}`),
      ...more > 0 ? [`  and ${more} more`] : [],
    ].join("\n"),
    {
      hint:
        `"mpm checkpoint restore ${before.id}" restores it anyway, and saves ` +
        "the current state first",
    },
  );
}
