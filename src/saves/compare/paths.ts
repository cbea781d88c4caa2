import type { ChangedPath, PathChange } from "./changes.ts";
import {
  type CommittedFile,
  type FileContent,
  type FileState,
  isUnmerged,
  type RepositoryState,
} from "../../git/mod.ts";
import { changedSince, type History } from "./history.ts";
import type { Recorded, RecordedPath } from "./recorded.ts";

/**
 * Returns the state of every recorded path, in the order of the save, followed
 * by the unrecorded paths that now differ from HEAD.
 */
export function comparePaths(
  recorded: Recorded,
  state: RepositoryState,
  history: History,
): ChangedPath[] {
  const present = presentOf(state, history);
  const claimed = new Set<string>();
  const paths = recorded.paths.map((then): ChangedPath => {
    const now = findPresent(then, present);
    claimed.add(then.path);
    if (!now) {
      return entry(then, undefined, settled(then, present));
    }
    claimed.add(now.path);
    return entry(then, now, stillChanged(then, now, present));
  });
  const movedFrom = new Set(recorded.paths.map(({ from }) => from));
  for (const now of state.files) {
    if (claimed.has(now.path)) continue;
    // The other half of a rename, which was one entry at the pause.
    const half = isGone(now) && movedFrom.has(now.path);
    const looked = recorded.unwatched || now.mode !== "160000" &&
        !state.unwatched?.paths.includes(now.path);
    const change = half
      ? "same"
      : looked
      ? unrecorded(now, recorded)
      : "unknown";
    paths.push(entry(undefined, now, change));
  }
  return paths;
}

/** A path can be listed twice: removed from the index, and untracked. */
function findPresent(
  { path, status }: RecordedPath,
  { tracked, untracked, renamed }: Present,
): FileState | undefined {
  const [first, second] = status === "??"
    ? [untracked, tracked]
    : [tracked, untracked];
  return first.get(path) ?? second.get(path) ?? renamed.get(path);
}

function entry(
  then: RecordedPath | undefined,
  now: FileState | undefined,
  change: PathChange,
): ChangedPath {
  const path = now?.path ?? then!.path;
  const moved = then && then.path !== path ? then.path : undefined;
  const from = moved ?? now?.from ?? then?.from;
  const isModeOnly = change === "edited-further" &&
    sameContent(then!.state!, now!) === true;
  return {
    path,
    ...(from === undefined ? {} : { from }),
    then: then?.status ?? null,
    now: now?.status ?? null,
    change,
    ...(isModeOnly ? { mode_only: true } : {}),
  };
}

/** Returns the change of a recorded path that still differs from HEAD. */
function stillChanged(
  then: RecordedPath,
  now: FileState,
  { touched, history }: Present,
): PathChange {
  const unmerged = isUnmerged(now.status);
  const before = then.state;
  if (!before) return unmerged ? "conflicted" : "still-changed";
  const wasUnmerged = isUnmerged(before.status);
  if (unmerged !== wasUnmerged) return unmerged ? "conflicted" : "resolved";
  if (isGone(now) !== isGone(before)) {
    return isGone(now) ? "deleted" : "restored";
  }
  const same = isGone(now) || sameState(before, now, history);
  if (same === undefined) return "still-changed";
  if (!same) return isDiscarded(before, now) ? "discarded" : "edited-further";
  if (now.path !== then.path) return "renamed";
  return stagingChange(before, now, touched.get(now.path));
}

/** Returns whether content and mode are the same; `undefined` if unknown. */
function sameState(
  before: FileState,
  now: FileState,
  { fileMode }: History,
): boolean | undefined {
  const tracked = before.status !== "??" && now.status !== "??";
  if (!sameMode(before, now, fileMode || tracked)) return false;
  const same = sameContent(before, now);
  // The commit of a nested repository does not show changes to the repository's
  // files.
  return same && now.path.endsWith("/") ? undefined : same;
}

/** Returns whether only the staged part of the file's edits is left. */
function isDiscarded(before: FileState, now: FileState): boolean {
  return isStaged(before) && before.status[1] !== " " &&
    isStaged(now) && now.status[1] === " " &&
    before.object !== undefined && before.object === now.object;
}

/** Returns the change of a path that still has the recorded content. */
function stagingChange(
  before: FileState,
  now: FileState,
  committed: CommittedFile | undefined,
): PathChange {
  const was = isStaged(before);
  const is = isStaged(now);
  if (!was && !is) return "same";
  if (!was) return "staged";
  if (!is) {
    const { object } = before;
    return object && object === committed?.object ? "committed" : "unstaged";
  }
  const isWhole = ({ status }: FileState) => status[1] === " ";
  return before.object === now.object && isWhole(before) === isWhole(now)
    ? "same"
    : "staged";
}

function isStaged({ status }: FileState): boolean {
  return !/^[ ?]/.test(status);
}

function unrecorded(now: FileState, recorded: Recorded): PathChange {
  if (isUnmerged(now.status)) return "conflicted";
  const within = recorded.folders.some((folder) => now.path.startsWith(folder));
  if (within) return "still-changed";
  if (!recorded.complete) return "unknown";
  if (/[?AC]/.test(now.status)) return "new";
  if (isGone(now)) return "deleted";
  return now.status.includes("R") ? "renamed" : "edited";
}

/** Returns the change of a recorded path that is no longer listed. */
function settled(then: RecordedPath, present: Present): PathChange {
  const { history, partial, touched } = present;
  if (partial) return "unknown";
  const content = history.contents.get(then.path);
  if (!content || !then.path.isWellFormed() || isRepository(then)) {
    return settledByObject(then, present);
  }
  if (then.state && isGone(then.state)) {
    return settledDeletion(then, content, present);
  }
  if (content.size === null) return absent(then, present);
  const { state } = then;
  const same = state && sameMode(state, content, history.fileMode) &&
    sameContent(state, content);
  if (history.swept.has(then.path)) return "committed";
  if (touched.has(then.path)) return same ? "committed" : changed(then, same);
  if (!isSure(history)) return "unknown";
  return isNew(then) || same ? "hidden" : "reverted";
}

function isRepository({ path, state }: RecordedPath): boolean {
  return path.endsWith("/") ||
    (state !== undefined && state.size === null && !isGone(state));
}

function changed(then: RecordedPath, same: boolean | undefined): PathChange {
  return same === undefined && then.state ? "unknown" : "superseded";
}

/** Returns the change of a file that was deleted at the pause. */
function settledDeletion(
  { path }: RecordedPath,
  content: FileContent,
  { touched, removed, movedElsewhere, outside, unborn }: Present,
): PathChange {
  if (content.size !== null) {
    return touched.has(path) ? "superseded" : "reverted";
  }
  if (removed.has(path) || movedElsewhere.has(path)) return "committed";
  return unborn || outside.has(path) ? "not-in-head" : "unknown";
}

function absent(then: RecordedPath, present: Present): PathChange {
  const { history, movedElsewhere, removed, outside, unborn } = present;
  const { path } = then;
  if (movedElsewhere.has(path)) return "renamed";
  if (removed.has(path)) return "removed";
  if (isMovedBack(then, present)) return "reverted";
  if (outside.has(path) || (unborn && !isNew(then))) return "not-in-head";
  // If the commits in between are unknown, any of them may have removed the
  // path.
  const known = isNew(then) ? !history.cut : isSure(history);
  return known ? "deleted" : "unknown";
}

/** Returns whether a file renamed at the pause has its old name again. */
function isMovedBack(
  { from }: RecordedPath,
  { history, tracked, untracked }: Present,
): boolean {
  if (from === undefined || tracked.has(from) || untracked.has(from)) {
    return false;
  }
  const back = history.contents.get(from);
  return back !== undefined && back.size !== null;
}

/** Returns the change of a repository, or of a name that cannot be opened. */
function settledByObject(then: RecordedPath, present: Present): PathChange {
  const { history, differing, touched, removed } = present;
  const { path, state } = then;
  const file = differing.get(path);
  if (!file) return !isNew(then) && isSure(history) ? "reverted" : "unknown";
  if (file.status === "D") {
    if (!removed.has(path)) return "not-in-head";
    return state && isGone(state) ? "committed" : "removed";
  }
  if (!touched.has(path)) return isNew(then) ? "unknown" : "reverted";
  if (state?.object === undefined) return "unknown";
  return state.object === file.object ? "committed" : "superseded";
}

/** Only from HEAD at the pause is it certain that no commit changed a path. */
function isSure({ comparedBy }: History): boolean {
  return comparedBy === "head" || comparedBy === "start";
}

/** Returns whether HEAD at the pause did not have the path. */
function isNew({ status }: RecordedPath): boolean {
  return status !== null && /[?AR]/.test(status);
}

function isGone({ status, size }: FileState): boolean {
  if (isUnmerged(status)) return size === null;
  return status[1] === "D" || (status[0] === "D" && size === null);
}

type Known = FileContent & { object?: string | undefined };

/**
 * Returns whether two contents are equal; `undefined` if unknown. Without
 * hashes, only the same size with the same time counts as equal.
 */
function sameContent(then: Known, now: Known): boolean | undefined {
  if (then.sha256 !== null && now.sha256 !== null) {
    return then.sha256 === now.sha256;
  }
  if (then.size !== null && now.size !== null) {
    if (then.size !== now.size) return false;
    const same = then.sha256 === now.sha256 && then.mtime === now.mtime;
    return same || undefined;
  }
  if (then.size !== null || now.size !== null) return undefined;
  if (then.object === undefined || now.object === undefined) return undefined;
  return then.object === now.object;
}

/** Returns whether two modes are equal, as far as they are `comparable`. */
function sameMode(then: FileContent, now: FileContent, comparable: boolean) {
  return !comparable || then.mode === undefined || now.mode === undefined ||
    then.mode === now.mode;
}

/** The current state, indexed, for comparing recorded paths. */
interface Present {
  readonly tracked: ReadonlyMap<string, FileState>;
  readonly untracked: ReadonlyMap<string, FileState>;
  /** Current renames, by old name. */
  readonly renamed: ReadonlyMap<string, FileState>;
  /** True if there are more changed paths than the listed ones. */
  readonly partial: boolean;
  readonly unborn: boolean;
  /** Paths that differ between HEAD and the commit of the pause. */
  readonly differing: ReadonlyMap<string, CommittedFile>;
  /** Changes by commits since the pause, by path. */
  readonly touched: ReadonlyMap<string, CommittedFile>;
  /** Old names of files that later commits renamed. */
  readonly movedElsewhere: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
  /** Files in the commit of the pause that HEAD does not have. */
  readonly outside: ReadonlySet<string>;
  readonly history: History;
}

function presentOf(state: RepositoryState, history: History): Present {
  const isUntracked = ({ status }: FileState) => status === "??";
  const renames = state.files.filter(({ from, status }) =>
    from !== undefined && status.includes("R")
  );
  const changed = changedSince(history);
  const outside = new Set(history.files.flatMap(lostName));
  return {
    tracked: byPath(state.files.filter((file) => !isUntracked(file))),
    untracked: byPath(state.files.filter(isUntracked)),
    renamed: new Map(renames.map((file) => [file.from!, file])),
    partial: state.filesOmitted > 0,
    unborn: state.head === undefined,
    differing: byPath(history.files),
    touched: byPath(changed),
    movedElsewhere: new Set(
      changed.filter(({ status }) => status === "R").map(({ from }) => from!),
    ),
    // If HEAD still has the base commit, only later commits can have removed a
    // path.
    removed: history.left.length === 0
      ? outside.union(history.removed)
      : history.removed,
    outside,
    history,
  };
}

function byPath<Item extends { readonly path: string }>(
  items: readonly Item[],
): Map<string, Item> {
  return new Map(items.map((item) => [item.path, item]));
}

function lostName({ status, path, from }: CommittedFile): string[] {
  return status === "D" ? [path] : status === "R" ? [from!] : [];
}
