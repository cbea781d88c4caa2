import { basename, join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/repository.ts";
import type { System } from "../../system/system.ts";
import {
  type Box,
  clearHome,
  emptyBox,
  isChecked,
  isFull,
  lockRemovals,
  putBack,
  readBoxes,
  removingFolder,
} from "./aside_box.ts";
import { Git } from "../../git/run/git.ts";
import { readLock } from "../../git/run/processes.ts";
import { unregister } from "./unregister.ts";
import { type ListedWorktree, readWorktrees } from "../../git/worktrees.ts";

/** Milliseconds a command waits for a clean-up that may be about to finish. */
const WAIT = 250;

/**
 * Finishes or undoes what a clean-up that died left. Whatever cannot be, and
 * all while another clean-up is at work, stays as it is: a survey tells of it.
 */
export async function finishRemovals(
  system: System,
  { root, commonDir }: Workspace,
): Promise<void> {
  if (commonDir === undefined) return;
  if (!system.files.lstat(removingFolder(commonDir))) return;
  await unlessFailed(async () => {
    using lock = await lockRemovals(system, commonDir, WAIT);
    if (!lock) return;
    const git = new Git(system, root);
    const worktrees = join(root, ".claude", "worktrees");
    for (const box of readBoxes(system, commonDir, worktrees)) {
      await unlessFailed(async () => {
        if (isFull(system, box) && !isChecked(system, box)) {
          return putBack(system, box, worktrees);
        }
        if (await forget(system, git, { box, commonDir })) {
          emptyBox(system, box);
        }
      });
    }
    clearHome(system, commonDir);
  });
}

async function unlessFailed(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
  }
}

/** Whether git has no registration left of what a box was to remove. */
async function forget(
  system: System,
  git: Git,
  { box, commonDir }: { box: Box; commonDir: string },
): Promise<boolean> {
  const { path, folder } = box;
  const gitDir = join(commonDir, "worktrees", basename(folder));
  if (!isChecked(system, box) || path === undefined) return true;
  // What is at its place by now is another one.
  if (system.files.lstat(path) || !system.files.lstat(gitDir)) return true;
  const one = (await readWorktrees(git)).find((one) => one.path === path);
  if (!one) return true;
  if (await isHeld(system, one)) return false;
  const lock = one.locked;
  return await unregister(system, git, { path, gitDir, lock }) === undefined;
}

async function isHeld(system: System, { locked }: ListedWorktree) {
  return locked !== undefined &&
    (await readLock(system, locked)).holder !== "dead";
}
