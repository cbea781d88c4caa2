import { SEPARATOR } from "@std/path";
import type { Failed, WorktreeLock, WorktreeStatus } from "../git/mod.ts";

/**
 * What is known of one folder below `.claude/worktrees/`, read a step at a
 * time: `undefined` is not read yet, and nothing is removed before all is.
 */
export interface WorktreeFacts {
  /** Absolute. */
  readonly path: string;
  /** Registered with git, or not. */
  readonly kind: "worktree" | "orphan";
  readonly place: Place;
  /** Where it was moved to. */
  readonly aside?: string;
  /** True if it is the caller's own. */
  readonly own: boolean;
  readonly repository: Repository;
  /** Short branch name; `undefined`: detached, or not known. */
  readonly branch: string | undefined;
  readonly head: string | undefined;
  readonly lock: WorktreeLock | undefined;
  /** A merge, rebase or similar that waits to be continued. */
  readonly operation: string | undefined;
  /** When something last happened to it, milliseconds since the epoch. */
  readonly usedAt: number;
  readonly status?: WorktreeStatus | Failed;
  readonly landed?: Landed | Failed;
  /** Paths that git was told not to look at and that are there. */
  readonly unwatched?: readonly string[] | Failed;
  /** Paths that differ from their blobs in what a filter takes out. */
  readonly filtered?: readonly string[] | Failed;
  /** What its git folder holds that would go with it. */
  readonly extras?: WorktreeExtras | Failed;
  readonly contents?: WorktreeContents | Failed;
  /** Processes whose working folder is in it. */
  readonly standing?: readonly number[] | Failed;
}

/**
 * Where it lies, as far as that allows to remove it; `gone`: it was there a
 * moment ago; `aside`: a clean-up has
 * moved it away and neither removed it nor put it back.
 */
export type Place =
  | "inside"
  | "missing"
  | "gone"
  | "link"
  | "outside"
  | "no-folder"
  | "aside"
  | "other-disk"
  | "unreadable";

/**
 * What makes it a worktree: `linked` to a git folder of this project that
 * leads back; `own`: a repository by itself; `copied`: its git folder belongs
 * to a worktree elsewhere; `broken`: its `.git` leads nowhere; `none`: a plain
 * folder; `empty`: a folder with nothing in it.
 */
export type Repository =
  | "linked"
  | "own"
  | "copied"
  | "broken"
  | "none"
  | "empty";

export interface WorktreeExtras {
  /** Paths in its git folder, and settings, that git did not put there. */
  readonly own: readonly string[];
  readonly sparse: SparseCheckout | undefined;
}

/** Which of the files of HEAD are checked out. */
export interface SparseCheckout {
  readonly cone: boolean;
  /** The file of patterns, as text. */
  readonly patterns: string;
}

/** How the commits of HEAD came into the default branch, if they did. */
export interface Landed {
  readonly how: "contained" | "rebased" | "squashed" | "no";
  /** The default branch, e.g. `main` or `origin/main`. */
  readonly branch: string;
}

/** What a walk through all files found, links not followed. */
export interface WorktreeContents {
  /** Bytes that come free with it. */
  readonly bytes: number;
  /** The newest modification, milliseconds since the epoch. */
  readonly newest: number;
  /** The first repository within it. */
  readonly nested: string | undefined;
  /** Changes as soon as a file does. */
  readonly print: string;
}

/** Returns whether `path` is strictly below `folder`; both without links. */
export function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder + SEPARATOR);
}
