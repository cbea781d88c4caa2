import { join } from "@std/path";
import type { Context } from "../../cli/command.ts";
import { removingFolder } from "../../worktrees/git/aside_box.ts";
import type { Workspace } from "../../git/repository.ts";
import type { PauseResult } from "../commands/results.ts";
import type { System } from "../../system/system.ts";
import type { PausePlan } from "./pause_steps.ts";

/**
 * The worktrees that agents left over. The save is safe by now, and whatever
 * goes wrong here must not make the pause look failed.
 */
export async function cleanUp(
  context: Context,
  { worktrees: rules, draft: { workspace } }: PausePlan,
  { dryRun }: { dryRun: boolean },
): Promise<PauseResult["worktrees"]> {
  const { system } = context;
  const folder = join(workspace.root, ".claude", "worktrees");
  try {
    if (!rules || !hasWork(system, workspace, folder)) return null;
    // Loaded here: most projects have no worktrees.
    const { journaledPrune, plannedPrune, planPrune } = await import(
      "../../worktrees/steps.ts"
    );
    const plan = await planPrune(system, workspace, { rules, dryRun });
    if (!plan.survey) return null;
    return dryRun ? plannedPrune(plan) : await journaledPrune(context, plan);
  } catch (error) {
    const skipped = error instanceof Error ? error.message : String(error);
    return {
      dry_run: dryRun,
      folder,
      skipped,
      orphan_sweep_skipped: skipped,
      removed: [],
      preserved: [],
      reclaimed_bytes: 0,
    };
  }
}

/** Worktrees, or what a clean-up that died left of the only one. */
function hasWork(
  { files }: System,
  { commonDir }: Workspace,
  folder: string,
): boolean {
  return files.lstat(folder) !== undefined ||
    (commonDir !== undefined &&
      files.lstat(removingFolder(commonDir)) !== undefined);
}
