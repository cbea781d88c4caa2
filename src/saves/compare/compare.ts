import type { ChangedPath, Changes, RewrittenCommit } from "./changes.ts";
import { notesOf, type Sources } from "./notes.ts";
import { comparePaths } from "./paths.ts";
import {
  compareBranch,
  compareOperation,
  compareStashes,
  compareUpstream,
  compareWorktree,
} from "./refs.ts";
import {
  type CommitInfo,
  isUnmerged,
  type RepositoryState,
} from "../../git/mod.ts";
import { changedSince, type History } from "./history.ts";
import { NO_PATHS } from "./recorded.ts";
import type { Save } from "../save.ts";

/**
 * Returns all changes between a save and the current `state` (`undefined`
 * without a repository). `notes` explains what is uncertain.
 */
export function compare(
  save: Save,
  state: RepositoryState | undefined,
  history: History,
): Changes {
  const sources = { save, state, history };
  const changes = compareAll(sources);
  return { ...changes, notes: notesOf(changes, sources) };
}

function compareAll({ save, state, history }: Sources): Omit<Changes, "notes"> {
  const relation = relationOf(history, state?.head);
  // Another copy of the project has its own stashes and merges.
  const here = history.place === "foreign" ? undefined : state;
  // Elsewhere, the same paths are other files, so they are only listed.
  const comparable = save.git_context.is_git_repo &&
    (history.place === "here" || history.place === "moved");
  const recorded = comparable ? history.recorded : NO_PATHS;
  const paths = state ? comparePaths(recorded, state, history) : [];
  const before = new Set(history.recorded.paths.map(({ path }) => path));
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
    conflicts: findConflicts(paths, history, before),
    missing: paths.filter(({ path, change }) =>
      change === "deleted" && before.has(path)
    ).map(({ path }) => path),
    contents: null,
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

/** Finds unmerged paths, and paths changed before the pause and since. */
function findConflicts(
  paths: readonly ChangedPath[],
  history: History,
  before: ReadonlySet<string>,
): Changes["conflicts"] {
  const touched = new Set(
    changedSince(history).flatMap(({ path, from }) =>
      from === undefined ? [path] : [path, from]
    ),
  );
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

/** Ignores commits of saves. `unknown`: a shallow history does not show it. */
function relationOf(
  history: History,
  head: string | undefined,
): Changes["relation"] {
  const { comparedBy, own } = history;
  const known = comparedBy === "start" ||
    (comparedBy === "head" && head !== undefined);
  if (!known) return "unknown";
  const apart = history.left.length > 0 && history.right.length > 0;
  if (history.cut && apart) return "unknown";
  const left = history.left.some(({ sha }) => !own.has(sha));
  const right = history.right.some(({ sha }) => !own.has(sha));
  if (left) return right ? "diverged" : "behind";
  return right ? "ahead" : "same";
}

/** Returns the commits that were added, lost or rewritten, newest first. */
export function compareCommits(history: History): Changes["commits"] {
  const { own, omitted } = history;
  const left = history.left.filter(({ sha }) => !own.has(sha) && !history.cut);
  const right = history.right.filter(({ sha }) => !own.has(sha));
  const rewritten = findRewritten(left, right, history);
  const from = new Set(rewritten.map((pair) => pair.from.sha));
  const to = new Set(rewritten.map((pair) => pair.to.sha));
  const gone = left.filter(({ sha }) => !from.has(sha));
  const { squash } = history;
  const into = right.find(({ sha }) => sha === squash?.commit);
  const squashed = into && squash && gone.length > 0
    ? { into, how: squash.how, commits: gone }
    : null;
  if (squashed?.how === "commit") to.add(squashed.into.sha);
  return {
    new: right.filter(({ sha }) => !to.has(sha)),
    rewritten,
    squashed,
    lost: squashed === null ? gone : [],
    own: own.size,
    omitted,
  };
}

type Commits = readonly CommitInfo[];

type Key = (commit: CommitInfo) => string;

/** A key that every rebase keeps, and an amend of only the content. */
const whole: Key = ({ author, timestamp, message }) =>
  `${author}\n${timestamp}\n${message}`;

/** Keys for matching commits with equal patches, the most reliable first. */
const KEYS: readonly Key[] = [
  whole,
  ({ author, timestamp }) => `${author}\n${timestamp}`,
  ({ message }) => message,
  () => "",
];

/** Returns pairs of a lost commit and its replacement. */
function findRewritten(
  left: Commits,
  right: Commits,
  { equal, patchesCompared }: History,
): RewrittenCommit[] {
  const patch = ({ sha }: CommitInfo) => equal.get(sha) ?? "";
  const hasPatch = (commit: CommitInfo) => patch(commit) !== "";
  const same = pairUp(
    left.filter(hasPatch),
    right.filter(hasPatch),
    KEYS.map((key) => (commit) => `${patch(commit)}\n${key(commit)}`),
  );
  const changed = pairUp(
    left.filter((commit) => !hasPatch(commit)),
    right.filter((commit) => !hasPatch(commit)),
    [whole],
  );
  const rewritten: RewrittenCommit[] = [];
  for (const from of left) {
    // A patch that was in the history twice may now be in it once.
    const twin = (commit: CommitInfo) => patch(commit) === patch(from);
    const to = same.get(from) ??
      (hasPatch(from) ? right.find(twin) : changed.get(from));
    if (to === undefined) continue;
    const isSame = equal.has(from.sha) && equal.has(to.sha);
    const known = isSame ? "same" : "changed";
    rewritten.push({ from, to, patch: patchesCompared ? known : "unknown" });
  }
  return rewritten;
}

/** Matches by one key after another, in order. */
function pairUp(left: Commits, right: Commits, keys: readonly Key[]) {
  const pairs = new Map<CommitInfo, CommitInfo>();
  const taken = new Set<CommitInfo>();
  for (const key of keys) {
    const waiting = Map.groupBy(
      right.filter((commit) => !taken.has(commit)),
      key,
    );
    for (const commit of left) {
      if (pairs.has(commit)) continue;
      const twin = waiting.get(key(commit))?.shift();
      if (!twin) continue;
      pairs.set(commit, twin);
      taken.add(twin);
    }
  }
  return pairs;
}
