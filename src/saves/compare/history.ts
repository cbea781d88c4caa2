import type { Changes } from "./changes.ts";
import type {
  CommitInfo,
  CommittedFile,
  FileContent,
  Workspace,
} from "../../git/mod.ts";
import type { Save } from "../save.ts";
import { NO_PATHS, type Recorded } from "./recorded.ts";

/** Git's facts about the time since a save, gathered for `compare`. */
export interface History {
  readonly git: Workspace["git"];
  /** Why git could not be used, if it failed. */
  readonly reason: string | undefined;
  readonly place: Changes["place"];
  readonly worktree: string;
  readonly comparedBy: Changes["compared_by"];
  readonly base: string | undefined;
  /** Commits reachable only from the base, or only from HEAD, newest first. */
  readonly left: readonly CommitInfo[];
  readonly right: readonly CommitInfo[];
  /** Number of commits of either side above the limit. */
  readonly omitted: number;
  /** The patch ID, by commit, of equal patches; empty without content. */
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
   * Recorded paths that only the commit of this pause changed, with the ID of
   * that commit. claude-mpm used to commit everything that was staged.
   */
  readonly swept: ReadonlyMap<string, string>;
  /** True if the history is cut off somewhere, as in a shallow clone. */
  readonly shallow: boolean;
  /** True if it is cut off within `left` and `right`, which may be wrong. */
  readonly cut: boolean;
  /** Files that differ between the base and HEAD, without saves. */
  readonly files: readonly CommittedFile[];
  /** Recorded paths removed by a commit between the base and HEAD. */
  readonly removed: ReadonlySet<string>;
  /** Recorded paths in `files` that a commit of `right` changed. */
  readonly touched: ReadonlySet<string>;
  /** The branch of the save, unless it is the current one. */
  readonly branch: {
    readonly exists: boolean;
    readonly renamedTo: string | undefined;
    /** True if HEAD has all commits of the branch; undefined: unknown. */
    readonly contained: boolean | undefined;
    /**
     * The branch's commit when this worktree last left it, if no local branch
     * has the name; undefined: nothing shows that the branch was ever here.
     */
    readonly left?: string | undefined;
    /** The remote-tracking branch of that name, without a local one. */
    readonly remote?: {
      readonly name: string;
      readonly commit: string;
      readonly contained: boolean | undefined;
    } | undefined;
  } | undefined;
  /** The recorded upstream; undefined: not recorded. */
  readonly upstream: {
    /** The current commit of the upstream; undefined: the ref is gone. */
    readonly commit: string | undefined;
    /** True if the upstream still contains the recorded commit. */
    readonly forward: boolean;
    /** True if HEAD has all commits of the upstream. */
    readonly contained: boolean;
    /** The command that last moved the upstream, if it is known. */
    readonly moved: "push" | "fetch" | undefined;
  } | undefined;
  /** Facts about the recorded worktree, if it is gone. */
  readonly gone: {
    /** Branches that are checked out in other worktrees. */
    readonly taken: ReadonlySet<string>;
    /** True if git keeps the entry, as for a removable drive. */
    readonly locked: boolean;
  } | undefined;
  /** The contents on disk of paths that git does not report. */
  readonly contents: ReadonlyMap<string, FileContent>;
  /** True if git uses the executable bits on disk (`core.fileMode`). */
  readonly fileMode: boolean;
  readonly recorded: Recorded;
}

/** The history without a repository, then or now. */
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
  recorded: NO_PATHS,
} as const satisfies Partial<History>;

/** Returns the file changes by commits since the pause. */
export function changedSince(
  { files, left, touched, cut }: History,
): readonly CommittedFile[] {
  if (left.length === 0 || cut) return files;
  return files.filter(({ path, from }) =>
    touched.has(path) || (from !== undefined && touched.has(from))
  );
}

/** A candidate for the base commit. */
export interface BaseCandidate {
  /** The ID as recorded: full or abbreviated. */
  readonly name: string;
  readonly comparedBy: "head" | "recent-commit";
}

/** Returns a candidate's name in a form that only matches a commit. */
export function commitName({ name }: Pick<BaseCandidate, "name">): string {
  return `${name}^{commit}`;
}

/** Returns the valid IDs of the commit of the pause and of those before it. */
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

/** Returns whether git allows a name, by git-check-ref-format(1). */
export function isRefName(name: string): boolean {
  // deno-lint-ignore no-control-regex -- finds control characters
  return !/[\x00-\x20\x7f~^:?*[\\]|@\{|\.\.|^[-/]|\/$|^$/.test(name);
}

/** Returns whether the save was made before the first commit. */
export function isUnborn(save: Save): boolean {
  return save.mpm !== undefined && save.mpm.head === null &&
    save.git_context.is_git_repo;
}

/** Returns the branch of the save, if its name is recorded. */
export function recordedBranch(save: Save): string | undefined {
  const { branch, commit, recent_commits: recent } = save.git_context;
  if (branch === null || branch === "") return undefined;
  // claude-mpm writes this if git failed, for example before the first commit.
  const failed = branch === "unknown" && save.mpm === undefined &&
    commit === null && recent.length === 0;
  return failed || !isRefName(branch) ? undefined : branch;
}
