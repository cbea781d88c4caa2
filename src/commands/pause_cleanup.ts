import { join } from "@std/path";
import type { PauseResult } from "../session/results.ts";
import type { System } from "../system/system.ts";
import type { PausePlan } from "./pause_steps.ts";

/**
 * The worktrees that agents left over. The save is safe by now, and whatever
 * goes wrong here must not make the pause look failed.
 */
export async function cleanUp(
  system: System,
  { worktrees: rules, draft: { workspace } }: PausePlan,
  { dryRun }: { dryRun: boolean },
): Promise<PauseResult["worktrees"]> {
  const folder = join(workspace.root, ".claude", "worktrees");
  try {
    if (!rules || !system.files.lstat(folder)) return null;
    // Loaded here: most projects have no worktrees.
    const { plannedPrune, planPrune, prune } = await import(
      "./worktree_steps.ts"
    );
    const plan = await planPrune(system, workspace, { rules });
    if (!plan.survey) return null;
    return dryRun ? plannedPrune(plan) : await prune(system, plan);
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
