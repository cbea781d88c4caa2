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
 * under another path. `elsewhere`: in another folder, still there. `gone`: in a
 * linked worktree that is no longer there. `foreign`: in another copy of the
 * project, such as a colleague's clone, or in one that cannot be told from it.
 */
type Place = Changes["place"];

/**
 * The facts that git has about the time since a save, gathered for `compare`.
 */
export interface History {
  readonly git: Workspace["git"];
  /** Why git could not be used, if so. */
  readonly reason: string | undefined;
  readonly place: Place;
  /** The worktree that is compared. */
  readonly worktree: string;
  readonly comparedBy: Changes["compared_by"];
  /** Full id of the commit compared with. */
  readonly base: string | undefined;
  /** Newest first: reached only from the base, and only from HEAD. */
  readonly left: readonly CommitInfo[];
  readonly right: readonly CommitInfo[];
  /** Number of commits of either side above the limit. */
  readonly omitted: number;
  /**
   * Commits of either side with an equal patch on the other: the id of that
   * patch, empty for one without any content, by commit id.
   */
  readonly equal: ReadonlyMap<string, string>;
  /** False: the sides were too long to compare patches. */
  readonly patchesCompared: boolean;
  /** The commit of `right` that holds what all of `left` change together. */
  readonly squash: {
    readonly commit: string;
    readonly how: "commit" | "tree";
  } | undefined;
  /** Ids of commits of saves. */
  readonly own: ReadonlySet<string>;
  /**
   * Recorded paths that only the commit of this pause touched, and its id:
   * claude-mpm used to commit whatever was staged.
   */
  readonly swept: ReadonlyMap<string, string>;
  /** True if the history is cut off somewhere, as in a shallow clone. */
  readonly shallow: boolean;
  /**
   * True if that cut is among `left` and `right`, so that they may be wrong.
   */
  readonly cut: boolean;
  /** Between base and HEAD, saves left out. */
  readonly files: readonly CommittedFile[];
  /** Recorded paths that a commit on the way removed. */
  readonly removed: ReadonlySet<string>;
  /** Recorded paths among `files` that a commit of `right` touched. */
  readonly touched: ReadonlySet<string>;
  /** The branch of the save, unless it is the current one. */
  readonly branch: {
    readonly exists: boolean;
    readonly renamedTo: string | undefined;
    /** True if HEAD holds its commits; undefined: not known. */
    readonly contained: boolean | undefined;
    /**
     * Its commit when this worktree last left it, where no local branch has the
     * name; undefined: nothing shows that it was ever here.
     */
    readonly left?: string | undefined;
    /** A remote-tracking branch of its name, where no local one has it. */
    readonly remote?: {
      readonly name: string;
      readonly commit: string;
      readonly contained: boolean | undefined;
    } | undefined;
  } | undefined;
  /** The recorded upstream; undefined: none was recorded. */
  readonly upstream: {
    /** Its commit now; undefined: the ref is gone. */
    readonly commit: string | undefined;
    /** True if the recorded commit is still in it. */
    readonly forward: boolean;
    /** True if all of it is in HEAD. */
    readonly contained: boolean;
    /**
     * The command that last moved it; `undefined` if it was another one, or is
     * not known.
     */
    readonly moved: "push" | "fetch" | undefined;
  } | undefined;
  /** Of the recorded worktree, if it is gone. */
  readonly gone: {
    /** Branches that are checked out in other worktrees. */
    readonly taken: ReadonlySet<string>;
    /** True if git was told to keep its place, as for a removable drive. */
    readonly locked: boolean;
  } | undefined;
  /**
   * On disk now: recorded paths that git does not report as changed, and the
   * old names of those that were renamed.
   */
  readonly contents: ReadonlyMap<string, FileContent>;
  /** True if git goes by the executable bits on disk (`core.fileMode`). */
  readonly fileMode: boolean;
  /** Names in the top folder, for repairing a peer's list of paths. */
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
 * Returns the changes that commits since the pause made to files. Where HEAD
 * left the commit of the pause behind, a part of the difference is only what it
 * left.
 */
export function changedSince(
  { files, left, touched, cut }: History,
): readonly CommittedFile[] {
  if (left.length === 0 || cut) return files;
  return files.filter(({ path, from }) =>
    touched.has(path) || (from !== undefined && touched.has(from))
  );
}

/** Commits a save can be compared with, the best first. */
export interface BaseCandidate {
  /** As recorded: a full id, or an abbreviated one. */
  readonly name: string;
  readonly comparedBy: "head" | "recent-commit";
}

/** Returns the name of a candidate for git: it must be a commit. */
export function commitName({ name }: Pick<BaseCandidate, "name">): string {
  return `${name}^{commit}`;
}

/**
 * The commit of the pause, then the commits before it. Words that are not
 * commit id never reach git.
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

/** The branch of the save, if one is recorded by name. */
export function recordedBranch(save: Save): string | undefined {
  const { branch, commit, recent_commits: recent } = save.git_context;
  if (branch === null || branch === "") return undefined;
  // claude-mpm's word for a git that failed, as before the first commit.
  const failed = branch === "unknown" && save.mpm === undefined &&
    commit === null && recent.length === 0;
  return failed || !isRefName(branch) ? undefined : branch;
}
