import { structuredPatch, type StructuredPatchHunk } from "diff";

/** More edits than any installation makes; more replace the whole text. */
const MOST_EDITS = 2000;

/** Returns the difference of two texts as `diff -u` does; empty if equal. */
export function unifiedDiff(
  path: string,
  before: string,
  after: string,
): string {
  if (before === after) return "";
  const hunks = (hunksBetween(before, after) ?? [wholeHunk(before, after)])
    .map(hunkText);
  return [`--- ${path}`, `+++ ${path}`, ...hunks].join("\n") + "\n";
}

function hunksBetween(
  before: string,
  after: string,
): StructuredPatchHunk[] | undefined {
  const options = { context: 3, maxEditLength: MOST_EDITS };
  return structuredPatch("", "", before, after, "", "", options)?.hunks;
}

/** Returns a hunk with all of one text, followed by all of the other. */
function wholeHunk(before: string, after: string): StructuredPatchHunk {
  const [removed] = structuredPatch("", "", before, "").hunks;
  const [added] = structuredPatch("", "", "", after).hunks;
  return {
    ...{ oldStart: 1, oldLines: removed?.oldLines ?? 0 },
    ...{ newStart: 1, newLines: added?.newLines ?? 0 },
    lines: [...removed?.lines ?? [], ...added?.lines ?? []],
  };
}

function hunkText(hunk: StructuredPatchHunk): string {
  const { oldStart, oldLines, newStart, newLines, lines } = hunk;
  const ranges = `-${range(oldStart, oldLines)} +${range(newStart, newLines)}`;
  return [`@@ ${ranges} @@`, ...lines].join("\n");
}

/** Returns a range; an empty one has the number of the line before it. */
function range(first: number, count: number): string {
  if (count === 1) return `${first}`;
  return `${count === 0 ? first - 1 : first},${count}`;
}
