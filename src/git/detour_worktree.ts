import { join, resolve } from "@std/path";
import { FileError, isMissing } from "../base/errors.ts";
import type { Workspace } from "./repository.ts";
import type { System } from "../system/system.ts";
import { Git } from "./run/git.ts";
import { makeWorktree } from "./make_worktree.ts";
import type { SwitchTarget } from "./restore/switch_target.ts";
import { splitFields } from "./text.ts";

/** Milliseconds for writing a whole tree. */
const LONG = 10 * 60_000;

/**
 * Makes a worktree at `path`, locked with a reason, so that no clean-up takes
 * it. A new branch starts where the target says. Throws GIT_FAILED.
 */
export async function addWorktree(
  system: System,
  git: Git,
  { path, target, reason }: {
    path: string;
    target: SwitchTarget;
    reason: string;
  },
): Promise<void> {
  const { branch, head, start } = target;
  const lock = ["--lock", "--reason", reason];
  const what = start === undefined
    ? ["--", path, branch]
    : ["--no-track", "-b", branch, "--", path, head];
  await makeWorktree(system, git, { path, how: [...lock, ...what] });
}

/** Lets clean-ups look at a worktree again; not locked is fine. */
export async function unlockWorktree(git: Git, path: string): Promise<void> {
  await git.like({ plain: true }).run(["worktree", "unlock", "--", path]);
}

/** Removes a worktree that git finds clean; whether it is gone. */
export async function dropCleanWorktree(
  git: Git,
  path: string,
): Promise<boolean> {
  await unlockWorktree(git, path);
  const gone = await git.run(["worktree", "remove", "--", path]);
  return gone.status === 0;
}

/** Forgets a worktree whose folder is gone; one not known is fine. */
export async function forgetWorktree(git: Git, path: string): Promise<void> {
  await git.run(["worktree", "remove", "--force", "--", path]);
}

/**
 * Whether git was stopped while it made the worktree at `path`: its index comes
 * last. What is there are files of the commit, the last of them perhaps in part.
 */
export function isUnfinished(system: System, path: string): boolean {
  const { files } = system;
  try {
    const text = new TextDecoder()
      .decode(files.readOwn(join(path, ".git"), 64 * 1024));
    const gitDir = /^gitdir: (.+)$/m.exec(text)?.[1];
    return gitDir !== undefined &&
      !files.lstat(join(resolve(path, gitDir), "index"));
  } catch (error) {
    if (isMissing(error)) return files.list(path).length === 0;
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** Every path of a commit. */
export async function pathsOf(git: Git, commit: string): Promise<string[]> {
  const args = ["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit];
  return splitFields(await git.read(args, { timeout: LONG }));
}

/** Where worktrees of detours are, below the main worktree. */
export const WORKTREES = ".claude/worktrees";

/** Bytes of the file of ignore rules that is still edited. */
const LIMIT = 1024 * 1024;

/**
 * The repository's own file of ignore rules with one for the worktrees, as
 * long as nothing ignores them; else each would look like a change of the main
 * one. `undefined`: nothing is to be written.
 */
export async function worktreeRule(
  system: System,
  { root, commonDir }: Workspace,
): Promise<{ path: string; bytes: Uint8Array; mode: number } | undefined> {
  const probe = `${WORKTREES}/any/file`;
  const ignored = await new Git(system, root).run([
    "check-ignore",
    "-q",
    "--",
    probe,
  ]);
  if (ignored.status !== 1) return undefined;
  const path = join(commonDir!, "info", "exclude");
  let text = "";
  try {
    text = new TextDecoder("utf-8", { ignoreBOM: true })
      .decode(system.files.readOwn(path, LIMIT));
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const gap = text === "" || text.endsWith("\n") ? "" : "\n";
  return {
    path,
    bytes: new TextEncoder().encode(`${text}${gap}/${WORKTREES}/\n`),
    mode: system.files.lstat(path)?.mode ?? 0o644,
  };
}
