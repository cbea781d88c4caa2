import { join } from "../base/join.ts";
import { attempt, FileError, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { commonDirOf } from "./run/settings.ts";
import { Git, reasonOf } from "./run/git.ts";
import { runStatus } from "./submodules.ts";
import { splitFields, words } from "./text.ts";
import { isUnmerged } from "./status.ts";
import type { Workspace } from "./repository.ts";
import { readPosition } from "./tree/switch.ts";
import { stagedIn } from "./index_file.ts";

/** An unanswered question, and the reason. */
export interface Failed {
  readonly failed: string;
}

/** Returns whether `answer` reports a missing repository. */
export function isFailed(answer: object): answer is Failed {
  return "failed" in answer;
}

/** The kind of an ignored path; git ends a folder with `/`. */
export interface IgnoredPath {
  readonly path: string;
  readonly link: boolean;
}

export interface WorktreeStatus {
  /** Number of paths that differ from HEAD or are untracked. */
  readonly changes: number;
  readonly ignored: readonly IgnoredPath[];
}

/** A worktree: its folder and its own git folder, both absolute. */
export interface WorktreeFolders {
  readonly path: string;
  readonly gitDir: string;
}

/**
 * Returns a git in exactly this worktree, whatever settings say. Git LFS keeps
 * the content that it takes out of a file; no other filter runs.
 */
export function gitAt(
  system: System,
  { path, gitDir }: WorktreeFolders,
): Git {
  const commonDir = commonDirOf(system, gitDir);
  const repository = { gitDir, commonDir, worktree: path };
  return new Git(system, path, { repository, filters: "lfs" });
}

/**
 * Leaves nothing out, whatever the settings say. With `core.ignoreCase`, git
 * mistakes a new file for a tracked one with nearly the same name.
 */
const LOOKING = words(`core.checkStat=default core.ignoreCase=false
      core.trustCTime=true core.untrackedCache=false`).flatMap((
  setting,
) => ["-c", setting]);

const EVERYTHING = words(
  `status --porcelain=v2 -z --branch --no-ahead-behind --no-renames
      --untracked-files=all --ignored=matching`,
);

/** Includes the position of HEAD, which git reports with the status. */
export interface FullStatus extends WorktreeStatus {
  readonly head: string | undefined;
  readonly branch: string | undefined;
}

/** Reads everything that HEAD does not have, and HEAD's position. */
export async function readWorktreeStatus(
  system: System,
  folders: WorktreeFolders,
): Promise<FullStatus | Failed> {
  return await answered(async () => {
    const git = gitAt(system, folders).like({ args: LOOKING });
    const { result, status } = await runStatus(system, git, {
      gitDir: folders.gitDir,
      args: EVERYTHING,
      everything: true,
    });
    if (result.status !== 0) {
      return { failed: reasonOf(result) || result.outcome };
    }
    const { head, branch, entries } = status;
    const ignored = splitFields(result.stdout)
      .filter((line) => line.startsWith("! "))
      .map((line) => line.slice(2))
      .map((path) => ({ path, link: isLink(system, folders.path, path) }));
    return { head, branch, changes: entries.length, ignored };
  });
}

function isLink(system: System, folder: string, path: string): boolean {
  if (path.endsWith("/")) return false;
  return system.files.lstat(join(folder, path))?.kind === "link";
}

/** A path in the index. */
export interface IndexEntry {
  /** `H`, or another letter for a file marked assume-unchanged or skip-worktree. */
  readonly tag: string;
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/** Reads everything that git tracks in the worktree. */
export async function readIndex(
  system: System,
  folders: WorktreeFolders,
): Promise<IndexEntry[] | Failed> {
  return await answered(async () => {
    const git = gitAt(system, folders);
    const result = await git.run(["ls-files", "-v", "--stage", "-z"]);
    if (result.status !== 0) {
      return { failed: reasonOf(result) || result.outcome };
    }
    return splitFields(result.stdout).map((line) => {
      const { id: object, ...entry } = stagedIn(line.slice(2));
      return { tag: line[0]!, object, ...entry };
    });
  });
}

/**
 * Returns the files whose changes git ignores: assume-unchanged files, and
 * skip-worktree files that exist, unlike most in a sparse checkout.
 */
export function unwatchedIn(
  system: System,
  folders: WorktreeFolders,
  entries: readonly IndexEntry[],
): string[] {
  return entries.filter(({ tag }) => /^[a-zS]/.test(tag))
    .filter(({ tag, path }) =>
      tag !== "S" ||
      system.files.lstat(join(folders.path, path)) !== undefined
    )
    .map(({ path }) => path);
}

/** Returns the result of `ask`; a vanished or closed folder gives no answer. */
export async function answered<T>(
  ask: () => Promise<T>,
): Promise<T | Failed> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof FileError || error instanceof MpmError) {
      return { failed: error.message };
    }
    throw error;
  }
}

/** The state of a worktree for a prompt: its HEAD and counts of changes. */
export interface GitLine {
  /** null: detached. */
  readonly branch: string | null;
  /** Full commit id; null: no commit yet. */
  readonly head: string | null;
  readonly upstream: string | null;
  /** null: there is no upstream, or it is gone. */
  readonly ahead: number | null;
  readonly behind: number | null;
  /** Number of staged, changed, untracked and conflicting paths. */
  readonly staged: number;
  readonly changed: number;
  readonly untracked: number;
  readonly conflicts: number;
}

/** Like `git status` by default: a folder of untracked files is one path. */
export const BRIEF = words(`status --porcelain=v2 -z --branch --ahead-behind
      --untracked-files=normal --find-renames --
      :(top,exclude).claude-mpm`);

/** Returns the facts for a prompt; `undefined`: no repository, or git fails. */
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

/** Reads the branch and commit of a worktree, as recorded in a session. */
export async function readHead(
  system: System,
  { git, worktree }: Workspace,
): Promise<{ branch: string | null; head: string | null }> {
  const found = git === "repository"
    ? await attempt(() => readPosition(new Git(system, worktree)))
    : undefined;
  return { branch: found?.branch ?? null, head: found?.head ?? null };
}
