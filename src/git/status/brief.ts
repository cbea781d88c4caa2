import type { Workspace } from "../repository.ts";
import { isUnmerged } from "./status.ts";
import type { System } from "../../system/system.ts";
import { Git } from "../run/git.ts";
import { runStatus } from "./status_git.ts";

/** What a prompt says of a worktree: where HEAD is, and how much changed. */
export interface GitLine {
  /** null: detached. */
  readonly branch: string | null;
  /** Full commit id; null: no commit yet. */
  readonly head: string | null;
  readonly upstream: string | null;
  /** null: no upstream, or it is gone. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /** Paths that are staged, changed, not tracked, in conflict. */
  readonly staged: number;
  readonly changed: number;
  readonly untracked: number;
  readonly conflicts: number;
}

/** As `git status` by itself: a folder of untracked files is one path. */
export const BRIEF = [
  "status",
  "--porcelain=v2",
  "-z",
  "--branch",
  "--ahead-behind",
  "--untracked-files=normal",
  "--find-renames",
  "--",
  ":(top,exclude).claude-mpm",
];

/**
 * What a prompt says of a worktree, with one git process in nearly all of them. `undefined`: git does
 * not answer, or there is no repository.
 */
export async function readBrief(
  system: System,
  { worktree, gitDir }: { worktree: string; gitDir: string },
): Promise<GitLine | undefined> {
  const git = new Git(system, worktree);
  const question = { gitDir, args: BRIEF };
  const { result, status } = await runStatus(system, git, question);
  if (result.outcome !== "exited" || result.status !== 0) return undefined;
  const { head, branch, upstream, ahead, behind, entries } = status;
  const count = (chosen: (status: string) => boolean) =>
    entries.filter(({ status }) => chosen(status)).length;
  const tracked = (status: string) => status !== "??" && !isUnmerged(status);
  return {
    branch: branch ?? null,
    head: head ?? null,
    upstream: upstream ?? null,
    ahead: ahead ?? null,
    behind: behind ?? null,
    staged: count((status) => tracked(status) && status[0] !== " "),
    changed: count((status) => tracked(status) && status[1] !== " "),
    untracked: count((status) => status === "??"),
    conflicts: count(isUnmerged),
  };
}

/** Branch and commit of a worktree, as a session keeps them. */
export async function readHead(
  system: System,
  { git, worktree, gitDir }: Workspace,
): Promise<{ branch: string | null; head: string | null }> {
  const brief = git === "repository"
    ? await readBrief(system, { worktree, gitDir: gitDir! })
    : undefined;
  return { branch: brief?.branch ?? null, head: brief?.head ?? null };
}
