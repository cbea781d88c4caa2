import type { Git } from "../git/run/git.ts";
import {
  dropCleanWorktree,
  forgetWorktree,
  isUnfinished,
} from "../git/worktrees.ts";
import { withLock } from "../ops/lock.ts";
import { moveToTrash } from "../ops/trash.ts";
import type { System } from "../system/system.ts";

/**
 * Takes the worktree at `path` away that an interrupted `branch` made; `stays`:
 * there is work in it, or may be. Nothing in it is deleted that git has not
 * written as it is.
 */
export async function dropLinked(
  system: System,
  root: string,
  { git, path }: { git: Git; path: string },
): Promise<{ stays: boolean; notes: string[] }> {
  if (!system.files.lstat(path) || await dropCleanWorktree(git, path)) {
    return { stays: false, notes: [] };
  }
  if (!isUnfinished(system, path)) {
    const note = `The worktree "${path}" is not clean: it stays`;
    return { stays: true, notes: [note] };
  }
  const trash = await withLock(
    system,
    root,
    () =>
      Promise.resolve(moveToTrash(system, root, {
        operation: "branch",
        items: [{ name: path, files: [{ from: path, to: "files/worktree" }] }],
      })),
  );
  await forgetWorktree(git, path);
  const note = `The worktree "${path}" was half made: it is in "${trash}"`;
  return { stays: false, notes: [note] };
}
