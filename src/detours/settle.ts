import type { Context } from "../cli/mod.ts";
import {
  locate,
  type QuickPlace,
  quickPlace,
  quickWorkspace,
  rootWithoutGit,
} from "../git/mod.ts";
import { hasDetourMarker } from "./marker.ts";
import { hasMarker } from "../checkpoints/mod.ts";
import type { System } from "../system/system.ts";

/**
 * Settles what was interrupted in the worktree around `context.folder`. Files
 * alone tell where there is nothing to do.
 */
export async function settleInterrupted(context: Context): Promise<void> {
  const { system, folder } = context;
  const place = placeByFiles(system, folder);
  if (place && !isUnsettled(system, place)) return;
  // Loaded here: almost no command has anything to settle.
  const { settleDetour } = await import("./back.ts");
  await settleDetour(context, await locate(system, folder));
}

/** `undefined`: only git can say where this is. */
function placeByFiles(system: System, folder: string): QuickPlace | undefined {
  const usual = quickWorkspace(system, folder);
  if (usual) return usual;
  const place = quickPlace(system, folder);
  if (!place) {
    const root = rootWithoutGit(system, folder);
    return { root, worktree: folder, linked: false, gitDir: undefined };
  }
  return place.linked && place.gitDir !== undefined ? place : undefined;
}

/** Returns whether a command left anything to settle: two looks at files. */
function isUnsettled(system: System, place: QuickPlace): boolean {
  const { root, worktree } = place;
  return hasMarker(system, root, worktree) ||
    hasDetourMarker(system, place);
}
