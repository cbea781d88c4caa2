import type { LeftOut } from "./tree/snapshot.ts";

/** The place where a command runs: its repository and worktree, if any. */
export interface Workspace {
  /** `none`: no repository. `failed`: git returned an error, see `reason`. */
  readonly git: "repository" | "none" | "no-git" | "failed";
  readonly reason: string | undefined;
  /** The folder given to the command, absolute and without links. */
  readonly cwd: string;
  /** Top folder of this worktree; `cwd` outside a repository. */
  readonly worktree: string;
  /**
   * Top folder of the repository's main worktree, which has `.claude-mpm/`; for
   * a bare repository, the repository itself; outside git, see `locate`.
   */
  readonly root: string;
  /** This worktree's own git folder; `undefined` outside a repository. */
  readonly gitDir: string | undefined;
  /** The git folder that all worktrees share. */
  readonly commonDir: string | undefined;
  /** True if this is a worktree made with `git worktree add`. */
  readonly linked: boolean;
}

/** The folders of a repository, absolute. */
export interface Repository {
  readonly gitDir: string;
  /** The folder that all its worktrees share. */
  readonly commonDir: string;
  /** `undefined`: a bare repository. */
  readonly worktree: string | undefined;
}

/** The position of a worktree's HEAD. */
export interface Position {
  /** Short branch name; null: detached, or no repository. */
  readonly branch: string | null;
  /** Full commit ID; null: no commit yet, or no repository. */
  readonly head: string | null;
}

/**
 * One changed or untracked path, as in a save, whose schema explains the
 * fields. Not an interface, since that schema allows more fields.
 */
export type FileState = {
  path: string;
  status: string;
  sha256: string | null;
  size: number | null;
  mtime: number | null;
  from?: string | undefined;
  object?: string | undefined;
  mode?: string | undefined;
  unread?: string | undefined;
};

/** The content of a path on disk; nulls as in {@link FileState}. */
export type FileContent = Pick<
  FileState,
  "sha256" | "size" | "mtime" | "mode" | "unread"
>;

export interface CommitInfo {
  /** Full id. */
  readonly sha: string;
  readonly author: string;
  /** `YYYY-MM-DD HH:MM:SS +ZZZZ`, the author's time. */
  readonly timestamp: string;
  /** Committer time, milliseconds since the epoch. */
  readonly time: number;
  readonly message: string;
}

/** Git's answers about a worktree at one moment. */
export interface RepositoryState {
  /** Full commit id; `undefined` before the first commit. */
  readonly head: string | undefined;
  /** Short branch name; `undefined` if detached. */
  readonly branch: string | undefined;
  readonly detached: boolean;
  readonly upstream: {
    /** E.g. `origin/main`. */
    readonly name: string;
    /** `undefined`: configured, but the ref does not exist. */
    readonly commit: string | undefined;
    readonly ahead: number;
    readonly behind: number;
  } | undefined;
  /** Newest first, at most five. */
  readonly recent: readonly CommitInfo[];
  readonly files: readonly FileState[];
  /** Number of changed paths that were left out because there were too many. */
  readonly filesOmitted: number;
  /** Files marked assume-unchanged or skip-worktree; absent: not compared. */
  readonly unwatched?: {
    /** The paths in `files` that `git status` does not list. */
    readonly paths: readonly string[];
    /** Number of files that were not compared. */
    readonly omitted: number;
  } | undefined;
  /** Files and folders that git could not read, and why. */
  readonly closed?: readonly LeftOut[] | undefined;
  readonly operation: string | undefined;
  /** Newest first. */
  readonly stashes: readonly { commit: string; message: string }[];
}
