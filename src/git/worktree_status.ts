import { join } from "@std/path";
import { FileError, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { commonDirOf } from "./run/settings.ts";
import { Git, reasonOf } from "./run/git.ts";
import { runStatus } from "./submodules.ts";
import { splitFields } from "./text.ts";

/** A question that got no answer, and why. */
export interface Failed {
  readonly failed: string;
}

/** Whether `answer` is that there is none. */
export function isFailed(answer: object): answer is Failed {
  return "failed" in answer;
}

/** What is at an ignored path, which git ends with `/` for a folder. */
export interface IgnoredPath {
  readonly path: string;
  readonly link: boolean;
}

export interface WorktreeStatus {
  /** How many paths differ from HEAD or are untracked. */
  readonly changes: number;
  readonly ignored: readonly IgnoredPath[];
}

/** A worktree by its folder and its own git folder, both absolute. */
export interface WorktreeFolders {
  readonly path: string;
  readonly gitDir: string;
}

/**
 * Git in exactly this worktree: a setting of its own could make it look at
 * another folder. Git LFS keeps what it takes out of a file, so it hides
 * nothing; no other filter is run.
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
 * Nothing may stay out of it, whatever the settings say. Where case is ignored
 * a new file passes for the tracked one of nearly the same name, as it does in
 * a repository that came from such a disk.
 */
const LOOKING = [
  "core.checkStat=default",
  "core.ignoreCase=false",
  "core.trustCTime=true",
  "core.untrackedCache=false",
].flatMap((setting) => ["-c", setting]);

const EVERYTHING = [
  "status",
  "--porcelain=v2",
  "-z",
  "--branch",
  "--no-ahead-behind",
  "--no-renames",
  "--untracked-files=all",
  "--ignored=matching",
];

/** With where HEAD is, which git says along with it. */
export interface FullStatus extends WorktreeStatus {
  readonly head: string | undefined;
  readonly branch: string | undefined;
}

/** Everything in the worktree that HEAD has not, and where HEAD is. */
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
  /** `H`, or another letter for one that git was told not to look at. */
  readonly tag: string;
  readonly mode: string;
  readonly object: string;
  readonly path: string;
}

/** All that git tracks in the worktree. */
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
      const [tag, mode, object] = line.split(" ", 3);
      const path = line.slice(line.indexOf("\t") + 1);
      return { tag: tag!, mode: mode!, object: object!, path };
    });
  });
}

/**
 * Files whose changes git was told not to see: all that are assume-unchanged,
 * and of the skip-worktree ones, which a sparse checkout has by the thousand,
 * those that are there.
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

/** What `ask` gives; a folder that vanished or is closed is no answer. */
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
