import type { Changes } from "./changes.ts";
import type {
  CommitInfo,
  CommittedFile,
  FileContent,
  Workspace,
} from "../../git/mod.ts";
import type { Save } from "../save.ts";

/**
 * The place of the save. `here`: in this worktree. `moved`: in this worktree
 * under another path. `elsewhere`: in another existing folder. `gone`: in a
 * linked worktree that no longer exists. `foreign`: in another copy of the
 * project, such as a colleague's clone, or in one that may be.
 */
type Place = Changes["place"];

/** Git's facts about the time since a save, gathered for `compare`. */
export interface History {
  readonly git: Workspace["git"];
  /** Why git could not be used, if it failed. */
  readonly reason: string | undefined;
  readonly place: Place;
  /** The compared worktree. */
  readonly worktree: string;
  readonly comparedBy: Changes["compared_by"];
  /** Full ID of the base commit. */
  readonly base: string | undefined;
  /** Newest first: reachable only from the base, and only from HEAD. */
  readonly left: readonly CommitInfo[];
  readonly right: readonly CommitInfo[];
  /** Number of commits of either side above the limit. */
  readonly omitted: number;
  /**
   * Commits of either side with an equal patch on the other: the ID of that
   * patch, empty for a commit without content, by commit ID.
   */
  readonly equal: ReadonlyMap<string, string>;
  /** False: the sides were too long to compare patches. */
  readonly patchesCompared: boolean;
  /** The commit of `right` with the combined change of all of `left`. */
  readonly squash: {
    readonly commit: string;
    readonly how: "commit" | "tree";
  } | undefined;
  /** IDs of the commits of saves. */
  readonly own: ReadonlySet<string>;
  /**
   * Recorded paths that only the commit of this pause changed, and its ID:
   * claude-mpm used to commit everything that was staged.
   */
  readonly swept: ReadonlyMap<string, string>;
  /** True if the history is cut off somewhere, as in a shallow clone. */
  readonly shallow: boolean;
  /**
   * True if that cut is among `left` and `right`, so that they may be wrong.
   */
  readonly cut: boolean;
  /** Between base and HEAD, without saves. */
  readonly files: readonly CommittedFile[];
  /** Recorded paths that a commit in between removed. */
  readonly removed: ReadonlySet<string>;
  /** Recorded paths in `files` that a commit of `right` changed. */
  readonly touched: ReadonlySet<string>;
  /** The branch of the save, unless it is the current one. */
  readonly branch: {
    readonly exists: boolean;
    readonly renamedTo: string | undefined;
    /** True if HEAD has its commits; undefined: unknown. */
    readonly contained: boolean | undefined;
    /**
     * Its commit when this worktree last left it, if no local branch has the
     * name; undefined: nothing shows that it was ever here.
     */
    readonly left?: string | undefined;
    /** A remote-tracking branch with its name, if no local branch has it. */
    readonly remote?: {
      readonly name: string;
      readonly commit: string;
      readonly contained: boolean | undefined;
    } | undefined;
  } | undefined;
  /** The recorded upstream; undefined: not recorded. */
  readonly upstream: {
    /** Its current commit; undefined: the ref is gone. */
    readonly commit: string | undefined;
    /** True if the recorded commit is still in it. */
    readonly forward: boolean;
    /** True if HEAD has all of it. */
    readonly contained: boolean;
    /**
     * The command that last moved it; `undefined` if it was another command, or
     * is unknown.
     */
    readonly moved: "push" | "fetch" | undefined;
  } | undefined;
  /** About the recorded worktree, if it is gone. */
  readonly gone: {
    /** Branches that are checked out in other worktrees. */
    readonly taken: ReadonlySet<string>;
    /** True if git was told to keep its entry, as for a removable drive. */
    readonly locked: boolean;
  } | undefined;
  /**
   * On disk now: recorded paths that git does not report as changed, and the
   * old names of renamed ones.
   */
  readonly contents: ReadonlyMap<string, FileContent>;
  /** True if git uses the executable bits on disk (`core.fileMode`). */
  readonly fileMode: boolean;
  /**
   * Names in the top folder, for repairing the path lists in another program's
   * saves.
   */
  readonly topNames: readonly string[];
}

/** The history without a repository on both sides. */
export const NO_HISTORY = {
  comparedBy: "nothing",
  base: undefined,
  left: [],
  right: [],
  omitted: 0,
  equal: new Map(),
  patchesCompared: true,
  squash: undefined,
  own: new Set(),
  swept: new Map(),
  shallow: false,
  cut: false,
  files: [],
  removed: new Set(),
  touched: new Set(),
  branch: undefined,
  upstream: undefined,
  gone: undefined,
  contents: new Map(),
  fileMode: true,
  topNames: [],
} as const satisfies Partial<History>;

/**
 * Returns the file changes by commits since the pause. If HEAD left the commit
 * of the pause, part of the difference is only what it left.
 */
export function changedSince(
  { files, left, touched, cut }: History,
): readonly CommittedFile[] {
  if (left.length === 0 || cut) return files;
  return files.filter(({ path, from }) =>
    touched.has(path) || (from !== undefined && touched.has(from))
  );
}

/** Candidates for the base commit, the best first. */
export interface BaseCandidate {
  /** As recorded: a full ID, or an abbreviated one. */
  readonly name: string;
  readonly comparedBy: "head" | "recent-commit";
}

/** Returns the name of a candidate for git, which requires a commit. */
export function commitName({ name }: Pick<BaseCandidate, "name">): string {
  return `${name}^{commit}`;
}

/**
 * The commit of the pause, then the commits before it. Only valid commit IDs
 * are passed to git.
 */
export function baseCandidates(save: Save): BaseCandidate[] {
  const { commit, recent_commits: recent } = save.git_context;
  const head = save.mpm?.head ?? commit ?? recent[0]?.sha;
  const names = [head, ...recent.map(({ sha }) => sha)];
  const ids = [...new Set(names)].filter((name) =>
    /^[0-9a-f]{4,64}$/.test(name ?? "")
  ) as string[];
  return ids.map((name) => ({
    name,
    comparedBy: name === head ? "head" : "recent-commit",
  }));
}

/**
 * Returns whether git allows the name (git-check-ref-format(1), the main
 * rules).
 */
export function isRefName(name: string): boolean {
  // deno-lint-ignore no-control-regex
  return !/[\x00-\x20\x7f~^:?*[\\]|@\{|\.\.|^[-/]|\/$|^$/.test(name);
}

/** Returns whether the save was made before the first commit. */
export function isUnborn(save: Save): boolean {
  return save.mpm !== undefined && save.mpm.head === null &&
    save.git_context.is_git_repo;
}

/** The branch of the save, if its name is recorded. */
export function recordedBranch(save: Save): string | undefined {
  const { branch, commit, recent_commits: recent } = save.git_context;
  if (branch === null || branch === "") return undefined;
  // claude-mpm's word for a failed git, for example before the first commit.
  const failed = branch === "unknown" && save.mpm === undefined &&
    commit === null && recent.length === 0;
  return failed || !isRefName(branch) ? undefined : branch;
}
