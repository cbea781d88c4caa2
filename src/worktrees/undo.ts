import { MpmError } from "../base/errors.ts";
import { Git } from "../git/run/git.ts";
import { readRescues } from "./read_rescue.ts";
import { field } from "../base/odd_values.ts";
import type { Rescue } from "./rescue.ts";
import {
  CannotUndo,
  noteUndo,
  type Undone,
  type UndoOrder,
} from "../ops/undo.ts";
import { restored } from "./restore_steps.ts";

/** Makes the worktrees again that a clean-up removed. */
export async function undoPrune(order: UndoOrder): Promise<Undone> {
  const { context: { system }, workspace, root, entry, dryRun } = order;
  if (entry.undoes !== undefined) throw again(order);
  const git = new Git(system, workspace.root);
  const rescues = await rescuesOf(order, git);
  const details: string[] = [];
  const left: string[] = [];
  for (const rescue of rescues) {
    try {
      const { path, notes } = await restored(system, workspace, {
        git,
        rescue,
        dryRun,
      });
      details.push(`${dryRun ? "restore" : "restored"} ${path}`, ...notes);
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      left.push(`${rescue.name}: ${error.message}`);
    }
  }
  if (dryRun || details.length === 0) {
    return { details, left, operation: undefined };
  }
  const names = rescues.map(({ name }) => name);
  const operation = await noteUndo(system, root, {
    entry,
    before: { worktrees: [] },
    after: { worktrees: names },
  });
  return { details, left, operation };
}

/** What of its removals can still be taken back. Throws CONFLICT for none. */
async function rescuesOf(
  { entry }: UndoOrder,
  git: Git,
): Promise<readonly Rescue[]> {
  const refs = field(entry.after, "rescues");
  const wanted = new Set(Array.isArray(refs) ? refs : []);
  const rescues = (await readRescues(git)).filter(({ ref }) => wanted.has(ref));
  if (rescues.length > 0) return rescues;
  throw new CannotUndo(entry, {
    reason: "its worktrees were restored since, or held nothing",
    instead: '"mpm worktrees list" names the removals that can be',
  });
}

function again({ entry }: UndoOrder): MpmError {
  return new MpmError(
    "CONFLICT",
    `Operation ${entry.id} cannot be taken back: there may be work in the ` +
      "worktrees by now",
    { hint: '"mpm worktrees prune" removes those that hold nothing' },
  );
}
