import { escapeText } from "../base/escape.ts";
import type { WorktreeRow, WorktreesPruneResult } from "./commands/results.ts";
import { sizeText } from "../base/words.ts";

/** What a clean-up did, in claude-mpm's words, with reasons and sizes. */
export function cleanupText(result: WorktreesPruneResult): string {
  const { skipped, removed, preserved, dry_run: dry } = result;
  const worktrees = preserved.filter(({ kind }) => kind === "worktree");
  const orphans = preserved.filter(({ kind }) => kind === "orphan");
  const lines = skipped !== null ? [`  Skipped: ${escapeText(skipped)}`] : [
    ...group(
      `${dry ? "Would prune" : "Pruned"} # stale worktree(s)`,
      removed.filter(({ kind }) => kind === "worktree"),
    ),
    ...group(
      "Preserved # worktree(s) with unsaved work",
      worktrees.filter(({ unsaved }) => unsaved),
    ),
    ...group(
      "Preserved # other worktree(s)",
      worktrees.filter(({ unsaved }) => !unsaved),
    ),
    ...group(
      `${dry ? "Would sweep" : "Swept"} # orphaned @`,
      removed.filter(({ kind }) => kind === "orphan"),
    ),
    ...group(
      "Preserved # orphaned @ with unsaved work",
      orphans.filter(({ unsaved }) => unsaved),
    ),
    ...group(
      "Preserved # other orphaned @",
      orphans.filter(({ unsaved }) => !unsaved),
    ),
  ];
  if (lines.length === 0) lines.push("  Nothing to prune");
  return ["Worktree Cleanup:", ...lines, ""].join("\n");
}

type Row = WorktreeRow & { rescue?: string | null; branch_deleted?: boolean };

/** A heading with the number, the size of what goes, and a line for each. */
function group(heading: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const noun = rows.length === 1 ? "directory" : "directories";
  const title = heading.replace("#", `${rows.length}`).replace("@", noun);
  const bytes = rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
  const size = rows[0]!.remove && bytes > 0 ? `, ${sizeText(bytes)}` : "";
  return [`  ${title}${size}`, ...rows.map((row) => `    ${rowLine(row)}`)];
}

function rowLine(row: Row): string {
  const parts = [
    row.reason,
    ...row.bytes === null || row.bytes === 0 ? [] : [sizeText(row.bytes)],
    ...row.branch_deleted ? [`with its branch ${row.branch}`] : [],
  ];
  return escapeText(`${row.path}: ${parts.join(", ")}`);
}
