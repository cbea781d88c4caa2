import { FileError, isMissing } from "../../base/errors.ts";
import { type History, recordedBranch } from "./history.ts";
import type { Workspace } from "../../git/mod.ts";
import { readStoreId } from "../../ops/mod.ts";
import type { Save } from "../save.ts";
import type { Origin } from "../trust/origins.ts";
import type { System } from "../../system/system.ts";

interface Made {
  readonly save: Save;
  /** The ID of the store being read, if it has one. */
  readonly store: string | undefined;
  /** The current branch. */
  readonly branch?: string | undefined;
}

/**
 * Returns the place of the save, as seen from here. A linked worktree on the
 * same branch counts as the same, since a move leaves no trace.
 */
export function placeOf(
  system: System,
  workspace: Workspace,
  { save, store, branch }: Made,
): Pick<History, "git" | "reason" | "place" | "worktree"> {
  const { git, reason, worktree } = workspace;
  const found = findPlace(system, workspace, { save, store });
  const moved = found === "gone" && workspace.linked &&
    branch !== undefined && branch === recordedBranch(save);
  return { git, reason, worktree, place: moved ? "moved" : found };
}

function findPlace(
  system: System,
  workspace: Workspace,
  { save, store }: Made,
): History["place"] {
  const recorded = save.mpm?.worktree ?? save.project_path;
  const recordedStore = save.mpm?.store ?? undefined;
  if (recordedStore !== undefined && recordedStore !== store) return "foreign";
  if (!/^(\/|[A-Za-z]:|\\\\)/.test(recorded)) return "here";
  const isHere = [workspace.worktree, workspace.cwd]
    .some((path) => samePath(system, path, recorded));
  if (isHere) return "here";
  if (isInUse(system, recorded)) return "elsewhere";
  if (!samePath(system, recorded, save.project_path)) return "gone";
  return recordedStore === undefined ? "foreign" : "moved";
}

/**
 * Returns the store ID to compare a save with. The user's own save belongs to
 * the store, even if `git clean` removed the store's ID.
 */
export function storeFor(
  system: System,
  { root, worktree }: Workspace,
  { save, origin }: { save: Save; origin: Origin },
): string | undefined {
  const recorded = save.mpm?.worktree ?? save.project_path;
  const isOurs = origin === "own" && samePath(system, recorded, worktree);
  return isOurs && save.mpm?.store || readStoreId(system, root);
}

/** Returns whether two absolute paths are the same; Windows ignores case. */
export function samePath(
  { platform }: System,
  one: string,
  other: string,
): boolean {
  if (platform !== "windows") return one === other;
  const plain = (path: string) => path.replaceAll("/", "\\").toLowerCase();
  return plain(one) === plain(other);
}

/** Returns whether the folder is not empty, as a worktree cannot be. */
function isInUse(system: System, path: string): boolean {
  try {
    return system.files.stat(path)?.kind === "folder" &&
      system.files.list(path).length > 0;
  } catch (error) {
    // An unreadable folder may still exist.
    if (error instanceof FileError) return !isMissing(error);
    throw error;
  }
}
