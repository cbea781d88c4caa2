import { isUnmerged } from "../git/status.ts";
import type {
  FileState,
  RepositoryState,
  Workspace,
} from "../git/repository.ts";
import type { GitContext, OwnFields } from "./save.ts";

/** The part of a save that claude-mpm reads; without a repository, empty. */
export function toGitContext(state: RepositoryState | undefined): GitContext {
  const clean = state === undefined ||
    state.files.length + state.filesOmitted === 0;
  return {
    is_git_repo: state !== undefined,
    branch: state?.branch ?? null,
    commit: state?.recent[0]?.sha ?? state?.head ?? null,
    commit_message: state?.recent[0]?.message ?? null,
    recent_commits: (state?.recent ?? []).map((
      { sha, author, timestamp, message },
    ) => ({ sha, author, timestamp, message })),
    is_clean: clean,
    ahead_behind: {
      ahead: state?.upstream?.ahead ?? 0,
      behind: state?.upstream?.behind ?? 0,
    },
    status: { clean, ...pathLists(state?.files ?? []) },
  };
}

function pathLists(files: readonly FileState[]) {
  const pathsOf = (chosen: (file: FileState) => boolean) =>
    files.filter(chosen).map(({ path }) => path);
  const isUntracked = ({ status }: FileState) => status === "??";
  const untracked = pathsOf(isUntracked);
  return {
    modified: pathsOf(({ status }) => !/[ ?]$/.test(status)),
    staged: pathsOf(({ status }) =>
      !/^[ ?]/.test(status) && !isUnmerged(status)
    ),
    untracked,
    modified_files: pathsOf((file) => !isUntracked(file)),
    untracked_files: [...untracked],
  };
}

/** The part of mpm's own fields that describes the repository. */
export function gitFields(
  state: RepositoryState | undefined,
  workspace: Workspace,
): Pick<
  OwnFields,
  | "worktree"
  | "head"
  | "upstream"
  | "detached"
  | "operation"
  | "stashes"
  | "files"
  | "files_omitted"
  | "unwatched"
> {
  return {
    worktree: workspace.git === "repository" ? workspace.worktree : null,
    head: state?.head ?? null,
    upstream: state?.upstream
      ? {
        name: state.upstream.name,
        commit: state.upstream.commit ?? null,
      }
      : null,
    detached: state?.detached ?? false,
    operation: state?.operation ?? null,
    stashes: [...state?.stashes ?? []],
    files: [...state?.files ?? []],
    files_omitted: state?.filesOmitted ?? 0,
    ...state?.unwatched ? { unwatched: state.unwatched.paths.length } : {},
  };
}
