import { join, SEPARATOR } from "@std/path";
import { MpmError } from "../base/errors.ts";
import type { Git } from "../git/run/git.ts";
import { dropRescue } from "./read_rescue.ts";
import { obstacleTo, planRestore, restoreWorktree } from "./restore.ts";
import type { Workspace } from "../git/repository.ts";
import type { Rescue } from "./rescue.ts";
import type { WorktreesRestoreResult } from "./commands/results.ts";
import type { System } from "../system/system.ts";

/** Makes a removed worktree again, or says how it would be. Throws CONFLICT. */
export async function restored(
  system: System,
  workspace: Workspace,
  { git, rescue, dryRun }: { git: Git; rescue: Rescue; dryRun: boolean },
): Promise<WorktreesRestoreResult> {
  const path = placeFor(system, workspace, rescue);
  const plan = await planRestore(git, rescue, path);
  const notes = [...plan.notes];
  if (!dryRun) {
    notes.push(...await restoreWorktree(system, git, rescue, plan));
    await dropRescue(git, rescue);
  }
  return {
    dry_run: dryRun,
    name: rescue.name,
    path,
    branch: plan.branch ?? null,
    head: rescue.head,
    notes,
  };
}

/** Where it goes: its old place, which must be free. Throws CONFLICT. */
function placeFor(
  system: System,
  { root }: Workspace,
  { name }: Rescue,
): string {
  const folder = join(root, ".claude", "worktrees");
  const path = join(folder, name);
  if (!path.startsWith(folder + SEPARATOR)) {
    throw new MpmError("CONFLICT", `"${name}" is no place for a worktree`);
  }
  for (const above of [join(root, ".claude"), folder]) {
    const kind = system.files.lstat(above)?.kind ?? "folder";
    if (kind === "folder") continue;
    throw new MpmError("CONFLICT", `"${above}" is no folder: ${kind}`);
  }
  const obstacle = obstacleTo(system, path);
  if (obstacle === undefined) return path;
  throw new MpmError("CONFLICT", `"${path}" is in the way: ${obstacle}`, {
    hint: "Move it away and run the command again",
  });
}
