import type { Origin } from "./trust/origin.ts";
import { escapeText } from "../base/escape.ts";
import { ageWords } from "../base/times.ts";
import type { SessionRow, SessionsResult } from "./commands/results.ts";
import { isLog, type SaveEntry } from "./store/save_entry.ts";
import { cutText } from "../base/words.ts";
import { isSettled, type WorkState } from "../work/work_states.ts";

/** What a list is made with beside its saves. */
export interface Listed {
  readonly project: string;
  readonly now: Date;
  /** The state of a save's work session, if it is known. */
  stateOf(entry: SaveEntry): WorkState | undefined;
  /** Whose words a save is. */
  originOf(save: { id: string; digest: string }): Origin;
  /** Whether those of archived and cancelled sessions are shown, too. */
  readonly all: boolean;
  /** The number of the first save; 0 unless it is given. */
  readonly first?: number;
}

/**
 * What a list says of its saves, in the order of `entries`. What is only there
 * with `all` has no number, so that numbers mean the same everywhere.
 */
export function sessionsResult(
  entries: readonly SaveEntry[],
  { project, now, stateOf, originOf, all, first = 0 }: Listed,
): SessionsResult {
  const sessions: SessionRow[] = [];
  let next = first;
  let hidden = 0;
  for (const entry of entries) {
    const state = stateOf(entry) ?? null;
    const settled = state !== null && isSettled(state);
    if (settled) hidden++;
    if (settled && !all) continue;
    const index = settled ? null : next++;
    const { id, digest } = entry;
    const origin = digest === undefined ? null : originOf({ id, digest });
    sessions.push(sessionRow(entry, { index, state, origin }));
  }
  hidden = all ? 0 : hidden;
  return {
    project,
    listed_at: now.toISOString(),
    sessions,
    total: sessions.length,
    matching: sessions.length,
    limit: null,
    hidden,
  };
}

function sessionRow(
  entry: SaveEntry,
  { index, state, origin }: {
    index: number | null;
    state: WorkState | null;
    origin: Origin | null;
  },
): SessionRow {
  const { problem, session } = entry;
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
    automatic: entry.automatic,
    imported: entry.imported,
    origin,
    session: session === null ? null : { ...session, state },
    source: entry.path,
    problem: problem ? { code: problem.code, message: problem.message } : null,
  };
}

/** How long before the listing a save was made. */
export function rowAge(row: SessionRow, listedAt: string): string {
  return ageWords(new Date(row.paused_at), new Date(listedAt));
}

/** Marks what somebody else wrote, a log, and an automatic save. */
export function markOf({ origin, log, automatic }: SessionRow): string {
  return `${origin === "foreign" ? "foreign: " : ""}${log ? "log: " : ""}` +
    (automatic ? "automatic: " : "");
}

/** The state of a row's work session and what it is called, escaped. */
export function sessionLabel(row: SessionRow): string {
  if (row.session === null) return "";
  const { state } = row.session;
  const parts = [state === null ? "" : `[${state}]`, escapeText(ownTitle(row))];
  return parts.filter((part) => part !== "").join(" ");
}

/** The work session's title, where it is not the save's name as well. */
export function ownTitle({ session, name }: SessionRow): string {
  const title = session?.name ?? cutText(session?.task ?? "", LABEL);
  return title === name ? "" : title;
}

const LABEL = 30;

/**
 * The summary without the titles that a list shows beside it: a generated one
 * begins with the title of the session. Not escaped.
 */
export function summaryBeside(
  summary: string,
  shown: readonly (string | null | undefined)[],
): string {
  for (const title of shown) {
    if (!title || !summary.startsWith(title)) continue;
    const rest = summary.slice(title.length);
    if (rest === "" || /^[:;,] /.test(rest)) return rest.slice(2);
  }
  return summary;
}

/** The list of `resume --list`, as the documents about claude-mpm show it. */
export function seedList({ sessions }: SessionsResult): string {
  const blocks = sessions.map((row) => {
    const day = row.paused_at.slice(0, 10);
    const minute = row.paused_at.slice(11, 16);
    const text = row.problem
      ? `Cannot be read: ${escapeText(row.problem.message)}`
      : `Summary: ${seedSummary(row)}`;
    const label = sessionLabel(row);
    const of = [
      ...label === "" ? [] : [` - ${label}`],
      ...row.origin === "foreign" ? [" (foreign)"] : [],
      ...row.automatic ? [" (automatic)"] : [],
    ].join("");
    const at = row.index ?? "-";
    return `  [${at}] ${row.session_id} - ${day} ${minute}${of}\n      ${text}\n`;
  });
  return ["📋 Available Paused Sessions:\n", ...blocks].join("\n");
}

function seedSummary(row: SessionRow): string {
  const { summary } = row;
  const rest = summaryBeside(summary, [ownTitle(row)]) || summary;
  return escapeText(rest) || "(no summary)";
}
