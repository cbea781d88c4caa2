import { MpmError } from "../base/errors.ts";
import { field, textField } from "../base/parsed_values.ts";
import {
  captureNow,
  type CheckpointPlace,
  dropCheckpoints,
  type KeptTree,
  placeOf,
  printOf,
  restoreLocked,
} from "../checkpoints/mod.ts";
import type { Context } from "../cli/mod.ts";
import {
  dropBranch,
  forgetWorktree,
  Git,
  locate,
  type Workspace,
} from "../git/mod.ts";
import { CannotUndo, type UndoOrder, withLock } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import type { ReplayStep } from "./commands/results.ts";

/** A new worktree, and the step whose files it gets. */
interface Filling {
  /** Absolute. */
  readonly path: string;
  readonly tree: KeptTree;
  readonly step: Pick<ReplayStep, "step">;
}

/** Writes the files and the index of a step into a new worktree. */
export async function fillFork(
  context: Context,
  { path, tree, step }: Filling,
): Promise<void> {
  const { system } = context;
  const workspace = await locate(system, path);
  const place = await placeThere(system, workspace);
  await withLock(system, workspace.root, async () => {
    const { skipped, safety } = await restoreLocked(
      { ...context, folder: path },
      place,
      {
        order: {
          target: tree.record,
          paths: [],
          exact: true,
          part: true,
          operation: "replay fork",
          title: `fork step ${step.step}`,
        },
      },
    );
    // The new worktree was at a plain commit, so its earlier state is not
    // needed.
    if (safety) await dropCheckpoints(context, place, [safety]);
    const [first] = skipped;
    if (!first) return;
    throw new MpmError(
      "CONFLICT",
      `"${first.path}" cannot be written: ${first.reason}`,
    );
  });
}

async function placeThere(
  system: System,
  workspace: Workspace,
): Promise<CheckpointPlace> {
  const place = await placeOf(system, workspace, { create: true });
  if (place.vault) return { ...place, vault: place.vault, leaveLarge: true };
  throw new MpmError("GIT_FAILED", "This folder is not in a repository");
}

/** Identifies the state of a worktree. */
export async function printAt(system: System, path: string): Promise<string> {
  const place = await placeThere(system, await locate(system, path));
  const { capture } = await captureNow(system, place, { write: false });
  return printOf(capture);
}

/**
 * Removes the worktree and branch of a fork, or only checks that nothing is
 * lost by that. Returns a line for each. Throws CONFLICT if the worktree has
 * changed since the fork.
 */
export async function removeFork(
  { context: { system }, workspace, entry, dryRun }: UndoOrder,
): Promise<string[]> {
  if (entry.undoes !== undefined) {
    throw new CannotUndo(entry, {
      reason: "its worktree no longer exists",
      instead: '"mpm replay fork" creates it again',
    });
  }
  const [path, branch, head, print] = ["worktree", "branch", "head", "print"]
    .map((name) => textField(field(entry.after, "fork"), name));
  if (!path || !branch || !head) {
    throw new CannotUndo(entry, {
      reason: "it was interrupted",
      instead: '"mpm worktrees list" shows the rest',
    });
  }
  const lines = [`remove the worktree ${path}`, `remove the branch ${branch}`];
  if (!system.files.lstat(path)) return lines.slice(1);
  if (await printAt(system, path) !== print) {
    throw new MpmError(
      "CONFLICT",
      `Operation ${entry.id} cannot be undone: "${path}" was changed since`,
      {
        hint: "To remove the worktree: mpm complete, then mpm worktrees prune",
      },
    );
  }
  if (dryRun) return lines;
  const git = new Git(system, workspace.worktree);
  // The step's checkpoint contains everything in the worktree.
  await forgetWorktree(git, path);
  await dropBranch(git, { branch, head });
  return lines;
}
