import { SEPARATOR } from "@std/path";
import type { Failed, WorktreeLock, WorktreeStatus } from "../git/mod.ts";

/**
 * The facts about one folder below `.claude/worktrees/`, read step by step.
 * `undefined`: not read yet. Nothing is removed before all facts are read.
 */
export interface WorktreeFacts {
  /** Absolute. */
  readonly path: string;
  /** `worktree` if git has registered the folder, `orphan` if not. */
  readonly kind: "worktree" | "orphan";
  readonly place: Place;
  /** The place to which a cleanup moved the folder. */
  readonly aside?: string;
  /** True if it is the caller's own worktree. */
  readonly own: boolean;
  readonly repository: Repository;
  /** Short branch name; `undefined`: detached, or unknown. */
  readonly branch: string | undefined;
  readonly head: string | undefined;
  readonly lock: WorktreeLock | undefined;
  /** An unfinished merge, rebase or similar operation. */
  readonly operation: string | undefined;
  /** The time of the last activity, in milliseconds since the epoch. */
  readonly usedAt: number;
  readonly status?: WorktreeStatus | Failed;
  readonly landed?: Landed | Failed;
  /** Existing paths that git has been set to ignore. */
  readonly unwatched?: readonly string[] | Failed;
  /** Paths that differ from their blobs only in parts that a filter removes. */
  readonly filtered?: readonly string[] | Failed;
  /** Contents of its git folder that would be lost with the worktree. */
  readonly extras?: WorktreeExtras | Failed;
  readonly contents?: WorktreeContents | Failed;
  /** Processes whose working folder is in the worktree. */
  readonly standing?: readonly number[] | Failed;
}

/**
 * The place of a folder. `gone`: it existed a moment ago. `aside`: a cleanup
 * has moved it and neither removed nor restored it.
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
 * points back; `own` is separate. The git folder of `copied` belongs to another
 * worktree, and that of `broken` is missing. `none` is a plain folder.
 */
export type Repository =
  | "linked"
  | "own"
  | "copied"
  | "broken"
  | "none"
  | "empty";

export interface WorktreeExtras {
  /** Paths in the git folder, and settings, that git did not create. */
  readonly own: readonly string[];
  readonly sparse: SparseCheckout | undefined;
}

/** The part of HEAD's files that is checked out. */
export interface SparseCheckout {
  readonly cone: boolean;
  /** The text of the patterns file. */
  readonly patterns: string;
}

/** The way in which the commits of HEAD got into the default branch. */
export interface Landed {
  readonly how: "contained" | "rebased" | "squashed" | "no";
  /** The default branch, e.g. `main` or `origin/main`. */
  readonly branch: string;
}

/** Results of a walk through all files, without following links. */
export interface WorktreeContents {
  /** Bytes freed by the removal. */
  readonly bytes: number;
  /** The time of the newest modification, in milliseconds since the epoch. */
  readonly newest: number;
  /** The first repository inside the worktree. */
  readonly nested: string | undefined;
  /** A fingerprint that changes as soon as a file does. */
  readonly print: string;
}

/** Returns whether `path` is strictly below `folder`, both without links. */
export function isBelow(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder + SEPARATOR);
}
