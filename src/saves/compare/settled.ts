import type { PathChange } from "./changes.ts";
import { isGone, sameContent, sameMode } from "./content.ts";
import type { Present } from "./present.ts";
import type { History } from "./history.ts";
import type { FileContent } from "../../git/repository.ts";
import type { RecordedPath } from "./recorded.ts";

/** Of a path that differed from HEAD at the pause and is not listed now. */
export function settled(then: RecordedPath, present: Present): PathChange {
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
  const same = sameState(then, content, history);
  if (history.swept.has(then.path)) return "committed";
  if (touched.has(then.path)) return same ? "committed" : changed(then, same);
  if (!isSure(history)) return "unknown";
  return isNew(then) || same ? "hidden" : "reverted";
}

function isRepository({ path, state }: RecordedPath): boolean {
  return path.endsWith("/") ||
    (state !== undefined && state.size === null && !isGone(state));
}

function sameState(
  { state }: RecordedPath,
  content: FileContent,
  { fileMode }: History,
): boolean | undefined {
  if (!state) return undefined;
  return sameMode(state, content, fileMode) && sameContent(state, content);
}

/** Of a file that a commit since touched and that is not known to be the same. */
function changed(then: RecordedPath, same: boolean | undefined): PathChange {
  return same === undefined && then.state ? "unknown" : "superseded";
}

/** Of a file that was deleted at the pause. */
function settledDeletion(
  { path }: RecordedPath,
  content: FileContent,
  { touched, removed, movedAway, outside, unborn }: Present,
): PathChange {
  if (content.size !== null) {
    return touched.has(path) ? "superseded" : "reverted";
  }
  if (removed.has(path) || movedAway.has(path)) return "committed";
  return unborn || outside.has(path) ? "not-in-head" : "unknown";
}

/** Of a file that was there at the pause and is not now. */
function absent(then: RecordedPath, present: Present): PathChange {
  const { history, movedAway, removed, outside, unborn } = present;
  const { path } = then;
  if (movedAway.has(path)) return "renamed";
  if (removed.has(path)) return "removed";
  if (isMovedBack(then, present)) return "reverted";
  if (outside.has(path) || (unborn && !isNew(then))) return "not-in-head";
  // Where the commits in between are not known, one may have removed it.
  const known = isNew(then) ? !history.cut : isSure(history);
  return known ? "deleted" : "unknown";
}

/** Whether what was renamed at the pause has its old name again. */
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

/** Of a name that no file function takes, and of a repository. */
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

/** Only from the commit of the pause is "no commit touched it" known. */
function isSure({ comparedBy }: History): boolean {
  return comparedBy === "head" || comparedBy === "start";
}

/** Whether HEAD of the pause did not have the path. */
function isNew({ status }: RecordedPath): boolean {
  return status !== null && /[?AR]/.test(status);
}
