import type { AnyCommand, Context } from "../cli/command.ts";
import { MpmError } from "../base/errors.ts";
import {
  type QuickPlace,
  quickPlace,
  quickWorkspace,
  rootWithoutGit,
} from "../git/place.ts";
import type { Workspace } from "../git/repository.ts";
import { locate } from "../git/workspace.ts";
import { hasDetourMarker, lockDetours } from "./marker.ts";
import { hasMarker } from "../checkpoints/restore/marker.ts";
import type { System } from "../system/system.ts";
import { settleRestore } from "../checkpoints/restore/settle.ts";

/** Settles what was interrupted, before a command that declares so. */
export async function settleBefore(
  context: Context,
  { settles }: AnyCommand,
  input: Record<string, unknown>,
): Promise<void> {
  const wanted = typeof settles === "function" ? settles(input) : settles;
  if (wanted) await settleInterrupted(context);
}

/**
 * Settles what was interrupted in the worktree around `context.folder`. Files
 * alone tell where there is nothing to do.
 */
export async function settleInterrupted(context: Context): Promise<void> {
  const { system, folder } = context;
  const place = placeByFiles(system, folder);
  if (place && !isUnsettled(system, place)) return;
  await settleDetour(context, await locate(system, folder));
}

/** `undefined`: only git can say where this is. */
function placeByFiles(system: System, folder: string): QuickPlace | undefined {
  const place = quickPlace(system, folder);
  if (!place) {
    const root = rootWithoutGit(system, folder);
    return { root, worktree: folder, linked: false, gitDir: undefined };
  }
  const isUsual = place.linked && place.gitDir !== undefined;
  return isUsual ? place : quickWorkspace(system, folder);
}

/**
 * Finishes a restore that was cut short, and takes back, or finishes, a
 * `branch` or `return` whose process is gone. What stands in the way is said;
 * `strict`: it is thrown.
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
function isUnsettled(system: System, place: QuickPlace): boolean {
  const { root, worktree } = place;
  return hasMarker(system, root, worktree) ||
    hasDetourMarker(system, place);
}
