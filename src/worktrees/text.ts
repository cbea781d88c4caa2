import { escapeText } from "../base/escape.ts";
import type { WorktreeRow, WorktreesPruneResult } from "./commands/results.ts";
import { sizeText } from "../base/words.ts";

/** Returns the output of a cleanup, mostly in claude-mpm's words. */
export function cleanupText(result: WorktreesPruneResult): string {
  const { skipped, removed, preserved, dry_run: dry } = result;
  const kinds = [
    ["worktree", `${dry ? "Would prune" : "Pruned"} # stale`, "worktree(s)"],
    ["orphan", `${dry ? "Would sweep" : "Swept"} # orphaned`, "@"],
  ] as const;
  const lines = skipped !== null
    ? [`  Skipped: ${escapeText(skipped)}`]
    : kinds.flatMap(([kind, gone, noun]) => {
      const stays = preserved.filter((row) => row.kind === kind);
      const what = kind === "orphan" ? `orphaned ${noun}` : noun;
      return [
        ...group(`${gone} ${noun}`, removed.filter((row) => row.kind === kind)),
        ...group(
          `Preserved # ${what} with unsaved work`,
          stays.filter(({ unsaved }) => unsaved),
        ),
        ...group(
          `Preserved # other ${what}`,
          stays.filter(({ unsaved }) => !unsaved),
        ),
      ];
    });
  if (lines.length === 0) lines.push("  Nothing to prune");
  return ["Worktree Cleanup:", ...lines, ""].join("\n");
}

type Row = WorktreeRow & { rescue?: string | null; branch_deleted?: boolean };

/** Returns a heading with the number and size, and a line for each row. */
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
