import type { ChangedPath, PathChange } from "./changes.ts";
import { isGone, sameContent, sameMode } from "./content.ts";
import { type Present, presentOf } from "./present.ts";
import { settled } from "./settled.ts";
import { isUnmerged } from "../../git/status/status.ts";
import type { History } from "./history.ts";
import type { CommittedFile } from "../../git/history/file_changes.ts";
import type { Recorded, RecordedPath } from "./recorded.ts";
import type { FileState, RepositoryState } from "../../git/repository.ts";

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
      return entry(then, undefined, settled(then, present));
    }
    claimed.add(now.path);
    return entry(then, now, stillChanged(then, now, present));
  });
  const movedFrom = new Set(recorded.paths.map(({ from }) => from));
  for (const now of state.files) {
    if (claimed.has(now.path)) continue;
    // The other half of a rename that was one entry at the pause.
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
  return {
    path,
    ...(from === undefined ? {} : { from }),
    then: then?.status ?? null,
    now: now?.status ?? null,
    change,
    ...(isModeOnly(then?.state, now, change) ? { mode_only: true } : {}),
  };
}

function isModeOnly(
  then: FileState | undefined,
  now: FileState | undefined,
  change: PathChange,
): boolean {
  return change === "edited-further" && sameContent(then!, now!) === true;
}

/** Of a path that differed from HEAD at the pause and does now. */
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

/** Whether content and mode are the same; `undefined` where it is not known. */
function sameState(
  before: FileState,
  now: FileState,
  { fileMode }: History,
): boolean | undefined {
  const tracked = before.status !== "??" && now.status !== "??";
  if (!sameMode(before, now, fileMode || tracked)) return false;
  const same = sameContent(before, now);
  // The commit of a nested repository says nothing of the files in it.
  return same && now.path.endsWith("/") ? undefined : same;
}

/** Whether the unstaged edit is gone and what was staged is there. */
function isDiscarded(before: FileState, now: FileState): boolean {
  return isStaged(before) && before.status[1] !== " " &&
    isStaged(now) && now.status[1] === " " &&
    before.object !== undefined && before.object === now.object;
}

/** Of a path whose content is the recorded one. */
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
