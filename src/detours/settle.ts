import type { Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import type { Workspace } from "../git/repository.ts";
import { hasDetourMarker, lockDetours } from "./marker.ts";
import { hasMarker } from "../checkpoints/restore/marker.ts";
import type { System } from "../system/system.ts";
import { settleRestore } from "../checkpoints/restore/settle.ts";

/**
 * What every command does first that looks at the sessions of a worktree:
 * finishes a restore that was cut short, and takes back, or finishes, a
 * `branch` or `return` whose process is gone. Two looks at files where there is
 * nothing to do. What stands in the way is said; `strict`: it is thrown.
 */
export async function settleDetour(
  context: Context,
  workspace: Workspace,
  { strict = false } = {},
): Promise<void> {
  const { system } = context;
  const { root } = workspace;
  await settleRestore(context, workspace);
  if (!hasDetourMarker(system, workspace)) return;
  try {
    using _held = await lockDetours(system, root);
    // Loaded here: almost no command has anything to settle.
    const { settleHeld } = await import("./back.ts");
    await settleHeld(context, workspace);
  } catch (error) {
    if (!(error instanceof MpmError) || strict) throw error;
    const hint = error.hint === undefined ? "" : ` (${error.hint})`;
    context.note(
      "Warning: a detour was interrupted and could not be put right: " +
        `${error.message}${hint}`,
    );
  }
}

/** Whether there is anything for {@link settleDetour} to do. */
export function isUnsettled(
  system: System,
  place: Pick<Workspace, "root" | "worktree" | "linked" | "gitDir">,
): boolean {
  const { root, worktree } = place;
  return hasMarker(system, root, worktree) ||
    hasDetourMarker(system, place);
}
