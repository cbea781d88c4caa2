import { FileError, isMissing } from "../../base/errors.ts";
import { type History, recordedBranch } from "./history.ts";
import type { Workspace } from "../../git/mod.ts";
import { readStoreId } from "../../ops/mod.ts";
import type { Save } from "../save.ts";
import type { Origin } from "../trust/origins.ts";
import type { System } from "../../system/system.ts";

/** The facts that identify the place of a save. */
interface Made {
  readonly save: Save;
  /** The id of the store that is read, if it has one. */
  readonly store: string | undefined;
  /** The present branch. */
  readonly branch?: string | undefined;
}

/**
 * Returns the place of the save, seen from here. `git worktree move` leaves no
 * trace of the old path, so a linked worktree on the same branch is treated as
 * it.
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
 * Returns the id of the store that a save is compared with. One's own save of
 * this very folder belongs to it, though `git clean` took the store and its id.
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

/**
 * Returns whether two absolute paths are one; Windows does not tell cases
 * apart.
 */
export function samePath(
  { platform }: System,
  one: string,
  other: string,
): boolean {
  if (platform !== "windows") return one === other;
  const plain = (path: string) => path.replaceAll("/", "\\").toLowerCase();
  return plain(one) === plain(other);
}

/**
 * Returns whether anything is in the folder: an empty one is not a worktree.
 */
function isInUse(system: System, path: string): boolean {
  try {
    return system.files.stat(path)?.kind === "folder" &&
      system.files.list(path).length > 0;
  } catch (error) {
    // A folder that may not be looked into is not known to be gone.
    if (error instanceof FileError) return !isMissing(error);
    throw error;
  }
}
