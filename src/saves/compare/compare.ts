import type { ChangedPath, Changes } from "./changes.ts";
import { compareCommits, relationOf } from "./commits.ts";
import { notesOf, type Sources } from "./notes.ts";
import { comparePaths } from "./paths.ts";
import {
  compareBranch,
  compareOperation,
  compareStashes,
  compareUpstream,
  compareWorktree,
} from "./refs.ts";
import { isUnmerged } from "../../git/status/status.ts";
import { changedSince, type History } from "./history.ts";
import { type Recorded, recordedPaths } from "./recorded.ts";
import type { RepositoryState } from "../../git/repository.ts";
import type { Save } from "../save.ts";

/**
 * Everything that changed between a save and the present `state` (undefined
 * without a repository), by ids and hashes. What cannot be told for certain is
 * said in `notes` and marked as unknown, never as changed or unchanged.
 */
export function compare(
  save: Save,
  state: RepositoryState | undefined,
  history: History,
): Changes {
  const relation = relationOf(history, state?.head);
  const recorded = recordedPaths(save, {
    present: state?.files.map(({ path }) => path) ?? [],
    files: history.files,
    topNames: history.topNames,
  });
  const sources = { save, state, history, recorded };
  const changes = compareAll(sources, relation);
  return { ...changes, notes: notesOf(changes, sources) };
}

function compareAll(
  { save, state, history, recorded }: Sources,
  relation: Changes["relation"],
): Omit<Changes, "notes"> {
  // Another copy of the project has stashes and merges of its own.
  const here = history.place === "foreign" ? undefined : state;
  const paths = state ? pathsHere(save, state, { recorded, history }) : [];
  return {
    repository: repositoryOf(save, state, history),
    place: history.place,
    relation,
    compared_by: history.comparedBy,
    shallow: history.shallow,
    from: history.base ?? null,
    to: state?.head ?? null,
    commits: compareCommits(history),
    branch: compareBranch(save, state, { history, relation }),
    upstream: compareUpstream(save, state, history),
    files: history.files.map(({ status, path, from }) => ({
      status,
      path,
      ...(from === undefined ? {} : { from }),
    })),
    working_directory: {
      clean: state ? state.files.length + state.filesOmitted === 0 : null,
      paths,
    },
    conflicts: findConflicts(paths, recorded, history),
    missing: findMissing(paths, recorded),
    stashes: compareStashes(save, here),
    operation: compareOperation(save, here),
    worktree: compareWorktree(save, history),
  };
}

function repositoryOf(
  save: Save,
  state: RepositoryState | undefined,
  { git }: History,
): Changes["repository"] {
  const before = save.git_context.is_git_repo;
  if (state) return before ? "both" : "appeared";
  if (git === "failed" || git === "no-git") return "unreadable";
  return before ? "gone" : "neither";
}

/**
 * Only in the folder of the pause do its paths mean the same files; elsewhere
 * the present paths are listed, and compared with nothing.
 */
function pathsHere(
  save: Save,
  state: RepositoryState,
  { recorded, history }: { recorded: Recorded; history: History },
): ChangedPath[] {
  const comparable = save.git_context.is_git_repo &&
    (history.place === "here" || history.place === "moved");
  if (comparable) return comparePaths(recorded, state, history);
  const nothing = {
    paths: [],
    folders: [],
    complete: false,
    notes: [],
    unwatched: false,
  };
  return comparePaths(nothing, state, history);
}

/** Paths changed before the pause and by commits since, and unmerged ones. */
function findConflicts(
  paths: readonly ChangedPath[],
  recorded: Recorded,
  history: History,
): Changes["conflicts"] {
  const touched = new Set(
    changedSince(history).flatMap(({ path, from }) =>
      from === undefined ? [path] : [path, from]
    ),
  );
  const before = new Set(recorded.paths.map(({ path }) => path));
  const conflicts: Changes["conflicts"] = [];
  for (const { path, from, now, change } of paths) {
    const old = before.has(path) ? path : from ?? path;
    if (now !== null && isUnmerged(now)) {
      conflicts.push({ path, reason: "unmerged" });
    } else if (
      before.has(old) && touched.has(old) && !history.swept.has(old) &&
      change !== "committed" &&
      change !== "resolved"
    ) {
      conflicts.push({ path, reason: "touched" });
    }
  }
  return conflicts;
}

function findMissing(
  paths: readonly ChangedPath[],
  recorded: Recorded,
): string[] {
  const before = new Set(recorded.paths.map(({ path }) => path));
  return paths
    .filter(({ path, change }) => change === "deleted" && before.has(path))
    .map(({ path }) => path);
}
