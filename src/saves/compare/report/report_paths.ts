import type { ChangedPath, Changes, PathChange } from "../changes.ts";
import type { Marks } from "./report_marks.ts";
import type { Section } from "./report_section.ts";
import { counted } from "../../../base/words.ts";

/** What commits changed. */
export function fileSection(
  { files }: Changes,
  marks: Marks,
): Section | undefined {
  if (files.length === 0) return undefined;
  return {
    title: `Modified Files (${files.length}):`,
    items: files.map(({ status, path, from }) =>
      `${status}  ${namesOf({ path, from }, marks)}`
    ),
    plain: true,
  };
}

/** Paths that two sides changed. */
export function conflictSection(
  { conflicts }: Changes,
  marks: Marks,
): Section | undefined {
  if (conflicts.length === 0) return undefined;
  return {
    title: `Potential Conflicts (${conflicts.length}):`,
    items: conflicts.map(({ path, reason }) =>
      `${marks.code(path)} ${CONFLICTS[reason]}`
    ),
    warn: true,
  };
}

const CONFLICTS = {
  touched: "modified both before and after pause",
  unmerged: "has unmerged changes",
};

/** Files that are gone without a commit. */
export function missingSection(
  { missing }: Changes,
  marks: Marks,
): Section | undefined {
  if (missing.length === 0) return undefined;
  return {
    title: `Missing Files (${missing.length}):`,
    items: missing.map((path) =>
      `${marks.code(path)} is gone, and no commit removed it`
    ),
    warn: true,
  };
}

const WORDS: Record<PathChange, string> = {
  "same": "as at the pause",
  "edited-further": "edited further",
  "discarded": "back to what was staged, the unstaged edit gone",
  "staged": "staged",
  "unstaged": "unstaged",
  "conflicted": "in conflict",
  "resolved": "no longer in conflict",
  "deleted": "deleted",
  "restored": "there again",
  "still-changed": "still changed",
  "committed": "committed",
  "superseded": "changed by commits since",
  "reverted": "reverted",
  "removed": "removed by a commit",
  "not-in-head": "not in HEAD",
  "hidden": "no longer reported by git",
  "new": "new",
  "edited": "edited",
  "renamed": "renamed",
  "unknown": "not known what became of it",
};

/** The working directory, then and now. */
export function pathSection(
  { working_directory: found }: Changes,
  marks: Marks,
): Section | undefined {
  if (found.clean === null) return undefined;
  const changed = found.paths.filter(({ change }) => change !== "same");
  return {
    title: "Working Directory:",
    items: [
      summary(found),
      ...changed.map((path) => `${namesOf(path, marks)} ${wordsFor(path)}`),
    ],
  };
}

function summary({ clean, paths }: Changes["working_directory"]): string {
  if (clean) return "No uncommitted changes";
  const now = paths.filter((path) => path.now !== null);
  const same = now.filter(({ change }) => change === "same").length;
  const words = counted(now.length, "uncommitted path");
  if (same === 0) return words;
  return same === now.length
    ? `${words}, as at the pause`
    : `${words}, ${same} as at the pause`;
}

function wordsFor({ change, now, mode_only: modeOnly }: ChangedPath): string {
  if (modeOnly) return "mode changed";
  if (now === null) return WORDS[change];
  if (change === "unknown") return "changed, not known since when";
  return change === "committed"
    ? "what was staged is committed"
    : WORDS[change];
}

function namesOf(
  { path, from }: { path: string; from?: string | undefined },
  marks: Marks,
): string {
  return from === undefined
    ? marks.code(path)
    : `${marks.code(from)} → ${marks.code(path)}`;
}
