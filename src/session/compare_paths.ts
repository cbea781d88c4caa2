import type { ChangedPath, PathChange } from "./changes.ts";
import { isUnmerged } from "./git_context.ts";
import type { CommittedFile, Content, History } from "./history.ts";
import type { Recorded, RecordedPath } from "./recorded.ts";
import type { RepositoryState } from "./repository.ts";
import type { FileState } from "./save.ts";

/** What `comparePaths` decides by. */
interface Present {
  readonly tracked: ReadonlyMap<string, FileState>;
  readonly untracked: ReadonlyMap<string, FileState>;
  /** Present renames by the old name. */
  readonly renamed: ReadonlyMap<string, FileState>;
  /** What commits did, by path. */
  readonly touched: ReadonlyMap<string, CommittedFile>;
  /** Old names of files that commits renamed. */
  readonly movedAway: ReadonlySet<string>;
  /** Whether there are more changed paths than were listed. */
  readonly partial: boolean;
  readonly history: History;
}

/**
 * What became of every recorded path, in the order of the save, then the paths
 * that differ from HEAD now and were not recorded.
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
      const change = settled(then, present);
      return entry(then, undefined, change);
    }
    claimed.add(now.path);
    return entry(then, now, stillChanged(then, now, present));
  });
  for (const now of state.files) {
    if (claimed.has(now.path)) continue;
    paths.push(entry(undefined, now, unrecorded(now, recorded)));
  }
  return paths;
}

function presentOf(state: RepositoryState, history: History): Present {
  const isUntracked = ({ status }: FileState) => status === "??";
  const byPath = (files: FileState[]) =>
    new Map(files.map((file) => [file.path, file]));
  const renames = state.files.filter(({ from, status }) =>
    from !== undefined && status.includes("R")
  );
  const moves = history.files.filter(({ status }) => status === "R");
  return {
    tracked: byPath(state.files.filter((file) => !isUntracked(file))),
    untracked: byPath(state.files.filter(isUntracked)),
    renamed: new Map(renames.map((file) => [file.from!, file])),
    touched: new Map(history.files.map((file) => [file.path, file])),
    movedAway: new Set(moves.map(({ from }) => from!)),
    partial: state.filesOmitted > 0,
    history,
  };
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
  return {
    path,
    ...(from === undefined ? {} : { from }),
    then: then?.status ?? null,
    now: now?.status ?? null,
    change,
  };
}

/** Of a path that differed from HEAD at the pause and does now. */
function stillChanged(
  then: RecordedPath,
  now: FileState,
  { touched }: Present,
): PathChange {
  const unmerged = isUnmerged(now.status);
  const before = then.state;
  if (!before) return unmerged ? "conflicted" : "still-changed";
  const wasUnmerged = isUnmerged(before.status);
  if (unmerged !== wasUnmerged) return unmerged ? "conflicted" : "resolved";
  if (isGone(now) !== isGone(before)) {
    return isGone(now) ? "deleted" : "restored";
  }
  const same = isGone(now) || sameContent(before, now);
  if (same === undefined) return "still-changed";
  if (!same) return "edited-further";
  if (now.path !== then.path) return "renamed";
  return stagingChange(before, now, touched.has(now.path));
}

/** Of a path whose content is the recorded one. */
function stagingChange(
  before: FileState,
  now: FileState,
  touched: boolean,
): PathChange {
  const was = isStaged(before);
  const is = isStaged(now);
  if (!was && !is) return "same";
  if (!was) return "staged";
  if (!is) return touched ? "committed" : "unstaged";
  return before.object === now.object ? "same" : "staged";
}

function isStaged({ status }: FileState): boolean {
  return !/^[ ?]/.test(status);
}

function isGone({ status, size }: FileState): boolean {
  if (isUnmerged(status)) return size === null;
  return status[1] === "D" || (status[0] === "D" && size === null);
}

/**
 * Whether two contents are equal; `undefined` where there is no ground to
 * tell. Without hashes another size is another content, and the same size
 * with the same time is taken for the same.
 */
function sameContent(
  then: Content & { object?: string | undefined },
  now: Content & { object?: string | undefined },
): boolean | undefined {
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

/** Of a path that differed from HEAD at the pause and is not listed now. */
function settled(then: RecordedPath, present: Present): PathChange {
  if (present.partial) return "unknown";
  const { history, touched, movedAway } = present;
  const content = history.contents.get(then.path);
  const file = touched.get(then.path);
  if (!content || !then.path.isWellFormed() || isRepository(then)) {
    return settledByObject(then, file, history);
  }
  if (then.state && isGone(then.state)) {
    if (content.size !== null) return file ? "superseded" : "reverted";
    return file || movedAway.has(then.path) ? "committed" : "unknown";
  }
  if (content.size === null) {
    if (movedAway.has(then.path)) return "renamed";
    const removed = file?.status === "D" || history.removed.has(then.path);
    if (removed) return "removed";
    // Where the commits in between are not known, one may have removed it.
    return isNew(then) || isSure(history) ? "deleted" : "unknown";
  }
  const same = then.state && sameContent(then.state, content);
  if (file) return same ? "committed" : touchedChange(then, same);
  return untouchedChange(then, same, history);
}

function touchedChange(
  then: RecordedPath,
  same: boolean | undefined,
): PathChange {
  return same === undefined && then.state ? "unknown" : "superseded";
}

/** Of a file that is there, not listed, and that no commit since touched. */
function untouchedChange(
  then: RecordedPath,
  same: boolean | undefined,
  history: History,
): PathChange {
  if (!isSure(history)) return "unknown";
  return isNew(then) || same ? "hidden" : "reverted";
}

/** Only from the commit of the pause is "no commit touched it" known. */
function isSure({ comparedBy }: History): boolean {
  return comparedBy === "head" || comparedBy === "start";
}

/** Whether HEAD of the pause did not have the path. */
function isNew({ status }: RecordedPath): boolean {
  return status !== null && /[?A]/.test(status);
}

/** Of a name that no file function takes, and of a submodule. */
function settledByObject(
  then: RecordedPath,
  file: CommittedFile | undefined,
  history: History,
): PathChange {
  const { state } = then;
  if (file) {
    if (file.status === "D") {
      return state && isGone(state) ? "committed" : "removed";
    }
    if (state?.object === undefined) return "unknown";
    return state.object === file.object ? "committed" : "superseded";
  }
  return !isNew(then) && isSure(history) ? "reverted" : "unknown";
}

function isRepository({ path, state }: RecordedPath): boolean {
  return path.endsWith("/") ||
    (state !== undefined && state.size === null && !isGone(state));
}

/** Of a path that differs from HEAD now and was not recorded. */
function unrecorded(now: FileState, recorded: Recorded): PathChange {
  if (isUnmerged(now.status)) return "conflicted";
  const within = recorded.folders.some((folder) => now.path.startsWith(folder));
  if (within) return "still-changed";
  if (!recorded.complete) return "unknown";
  if (/[?AC]/.test(now.status)) return "new";
  if (isGone(now)) return "deleted";
  return now.status.includes("R") ? "renamed" : "edited";
}
