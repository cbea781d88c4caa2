import { escapeText } from "../escape.ts";
import { ageWords } from "./ages.ts";
import type { SessionRow, SessionsResult } from "./results.ts";
import { isLog, type SaveEntry } from "./save_entry.ts";

/** What a list says of its saves, in the order of `entries`. */
export function sessionsResult(
  entries: readonly SaveEntry[],
  { project, now }: { project: string; now: Date },
): SessionsResult {
  return {
    project,
    listed_at: now.toISOString(),
    sessions: entries.map(sessionRow),
  };
}

function sessionRow(entry: SaveEntry, index: number): SessionRow {
  const { problem } = entry;
  return {
    index,
    session_id: entry.id,
    paused_at: entry.pausedAt,
    summary: entry.summary,
    name: entry.name,
    branch: entry.branch,
    worktree: entry.worktree,
    project_path: entry.projectPath,
    format: entry.format,
    location: entry.location,
    log: isLog(entry),
    imported: entry.imported,
    source: entry.path,
    problem: problem ? { code: problem.code, message: problem.message } : null,
  };
}

/** How long before the listing a save was made. */
export function rowAge(row: SessionRow, listedAt: string): string {
  return ageWords(new Date(row.paused_at), new Date(listedAt));
}

/** The list of `resume --list`, as the documents about claude-mpm show it. */
export function seedList({ sessions }: SessionsResult): string {
  const blocks = sessions.map((row) => {
    const day = row.paused_at.slice(0, 10);
    const minute = row.paused_at.slice(11, 16);
    const text = row.problem
      ? `Cannot be read: ${escapeText(row.problem.message)}`
      : `Summary: ${escapeText(row.summary) || "(no summary)"}`;
    return `  [${row.index}] ${row.session_id} - ${day} ${minute}\n      ${text}\n`;
  });
  return ["📋 Available Paused Sessions:\n", ...blocks].join("\n");
}
