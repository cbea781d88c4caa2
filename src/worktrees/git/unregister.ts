import type { System } from "../../system/system.ts";
import { type Git, gitFailure } from "../../git/run/git.ts";

/** A registered worktree whose folder is not at its place any more. */
export interface Registered {
  readonly path: string;
  readonly gitDir: string;
  /** The reason of its stale lock; `undefined`: it has none. */
  readonly lock: string | undefined;
}

/**
 * Has git forget a worktree, without `--force`: git itself refuses if there is
 * something at its place again. Answers why it does not; `undefined`: it did.
 */
export async function unregister(
  system: System,
  git: Git,
  { path, gitDir, lock }: Registered,
): Promise<string | undefined> {
  const plain = git.like({ plain: true });
  if (lock !== undefined) await plain.read(["worktree", "unlock", "--", path]);
  const result = await git.run(["worktree", "remove", "--", path]);
  // Another one may have been faster, and have done it.
  if (result.status === 0 || !system.files.lstat(gitDir)) return undefined;
  if (lock !== undefined) {
    await plain.run(["worktree", "lock", "--reason", lock, "--", path]);
  }
  return gitFailure(["worktree remove"], result).message;
}
