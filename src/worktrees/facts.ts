import { SEPARATOR } from "@std/path";
import type { Failed, WorktreeLock, WorktreeStatus } from "../git/mod.ts";

/**
 * The facts about one folder below `.claude/worktrees/`, read a step at a time.
 * `undefined` is not read yet, and nothing is removed before all facts are
 * read.
 */
export interface WorktreeFacts {
  /** Absolute. */
  readonly path: string;
  /** Registered with git, or not. */
  readonly kind: "worktree" | "orphan";
  readonly place: Place;
  /** The place it was moved to. */
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
  /** Existing paths that git is set to ignore. */
  readonly unwatched?: readonly string[] | Failed;
  /** Paths that differ from their blobs in what a filter takes out. */
  readonly filtered?: readonly string[] | Failed;
  /** Contents of its git folder that would be lost with it. */
  readonly extras?: WorktreeExtras | Failed;
  readonly contents?: WorktreeContents | Failed;
  /** Processes whose working folder is in it. */
  readonly standing?: readonly number[] | Failed;
}

/**
 * Its place, as far as that allows to remove it. `gone`: it was there a moment
 * ago. `aside`: a cleanup has moved it away and neither removed nor restored
 * it.
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
 * The kind of repository. `linked` belongs to a git folder of this project that
 * leads back; `own` is a separate repository. The git folder of `copied`
 * belongs to a worktree elsewhere, and the `.git` of `broken` leads nowhere.
 * `none` is a plain folder, `empty` an empty one.
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

/** The files of HEAD that are checked out. */
export interface SparseCheckout {
  readonly cone: boolean;
  /** The file of patterns, as text. */
  readonly patterns: string;
}

/** The way the commits of HEAD came into the default branch, if they did. */
export interface Landed {
  readonly how: "contained" | "rebased" | "squashed" | "no";
  /** The default branch, e.g. `main` or `origin/main`. */
  readonly branch: string;
}

/** Results of a walk through all files, links not followed. */
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
