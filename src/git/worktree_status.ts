import { join } from "@std/path";
import { FileError, MpmError } from "../errors.ts";
import type { Failed, WorktreeStatus } from "../session/worktree_facts.ts";
import type { System } from "../system/system.ts";
import { Git, reasonOf } from "./git.ts";
import { parseStatus } from "./status.ts";
import { submodulesFilter } from "./status_git.ts";
import { splitFields } from "./text.ts";

/** A worktree by its folder and its own git folder, both absolute. */
export interface WorktreeFolders {
  readonly path: string;
  readonly gitDir: string;
}

/**
 * Git in exactly this worktree: a setting of its own could make it look at
 * another folder.
 */
export function gitAt({ path, gitDir }: WorktreeFolders): readonly string[] {
  return [`--git-dir=${gitDir}`, `--work-tree=${path}`];
}

/**
 * Nothing may stay out of it, whatever the settings say. Where case is ignored
 * a new file passes for the tracked one of nearly the same name, as it does in
 * a repository that came from such a disk.
 */
const EVERYTHING = [
  ...[
    "core.checkStat=default",
    "core.ignoreCase=false",
    "core.trustCTime=true",
    "core.untrackedCache=false",
  ].flatMap((setting) => ["-c", setting]),
  "status",
  "--porcelain=v2",
  "-z",
  "--branch",
  "--no-ahead-behind",
  "--no-renames",
  "--untracked-files=all",
  "--ignored=matching",
  "--ignore-submodules=none",
];

/** With where HEAD is, which git says along with it. */
export interface FullStatus extends WorktreeStatus {
  readonly head: string | undefined;
  readonly branch: string | undefined;
}

/**
 * Everything in the worktree that HEAD has not, and where HEAD is; `env` is for
 * git.
 */
export async function readWorktreeStatus(
  system: System,
  folders: WorktreeFolders,
  env: Readonly<Record<string, string>>,
): Promise<FullStatus | Failed> {
  return await answered(async () => {
    const git = new Git(system, folders.path, {
      args: gitAt(folders),
      env,
    });
    if (await submodulesFilter(system, git, folders.gitDir)) {
      return { failed: "the settings of a submodule name a filter" };
    }
    const result = await git.run(EVERYTHING);
    if (result.status !== 0) {
      return { failed: reasonOf(result) || result.outcome };
    }
    const { head, branch, entries } = parseStatus(result.stdout);
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
    const git = new Git(system, folders.path);
    const result = await git.run([
      ...gitAt(folders),
      ...["ls-files", "-v", "--stage", "-z"],
    ]);
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
