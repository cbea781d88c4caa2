import { FileError } from "../errors.ts";
import { type History, recordedBranch } from "../session/history.ts";
import type { Workspace } from "../session/repository.ts";
import type { Save } from "../session/save.ts";
import type { System } from "../system/system.ts";

/**
 * Where the save was made, seen from here. `git worktree move` leaves no trace
 * of the old path, so a linked worktree on the same `branch` is taken for it.
 */
export function placeOf(
  system: System,
  workspace: Workspace,
  save: Save,
  branch?: string,
): Pick<History, "git" | "reason" | "place" | "worktree"> {
  const { git, reason, worktree } = workspace;
  const found = findPlace(system, workspace, save);
  const moved = found === "gone" && workspace.linked &&
    branch !== undefined && branch === recordedBranch(save);
  return { git, reason, worktree, place: moved ? "moved" : found };
}

function findPlace(
  system: System,
  workspace: Workspace,
  save: Save,
): History["place"] {
  const recorded = save.mpm?.worktree ?? save.project_path;
  if (!/^(\/|[A-Za-z]:|\\\\)/.test(recorded)) return "here";
  if ([workspace.worktree, workspace.cwd].includes(recorded)) return "here";
  if (isFolder(system, recorded)) return "elsewhere";
  return recorded === save.project_path ? "moved" : "gone";
}

function isFolder(system: System, path: string): boolean {
  try {
    return system.files.stat(path)?.kind === "folder";
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}
