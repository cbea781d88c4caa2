import type { SessionStates } from "./store/read_saves.ts";
import type { Origin, Origins } from "./trust/origins.ts";
import { agentCommand } from "./agent_command.ts";
import { fromWhom } from "./trust/foreign.ts";
import { escapeText } from "../base/escape.ts";
import { parseAge } from "../base/times.ts";
import type { SessionRow, SessionsResult } from "./commands/results.ts";
import { fullId, isLog, type SaveEntry } from "./store/save_entry.ts";
import { cutText } from "../base/words.ts";
import { isSettled, type WorkState } from "../work/mod.ts";
import { MpmError } from "../base/errors.ts";

/** The context of a list, in addition to the saves. */
export interface Listed {
  readonly project: string;
  readonly now: Date;
  readonly states: SessionStates;
  readonly origins: Origins;
  /** True if saves of archived and cancelled sessions are also shown. */
  readonly all: boolean;
  /** The number of the first save. Defaults to 0. */
  readonly first?: number;
}

/** Lists the saves. Numbers mean the same everywhere, without hidden saves. */
export function sessionsResult(
  entries: readonly SaveEntry[],
  { project, now, states, origins, all, first = 0 }: Listed,
): SessionsResult {
  const sessions: SessionRow[] = [];
  let next = first;
  let hidden = 0;
  for (const entry of entries) {
    const state = states.of(entry) ?? null;
    const settled = state !== null && isSettled(state);
    if (settled) hidden++;
    if (settled && !all) continue;
    const index = settled ? null : next++;
    const { id, digest } = entry;
    const origin = digest === undefined ? null : origins.of({ id, digest });
    sessions.push(sessionRow(entry, { index, state, origin }));
  }
  return {
    project,
    listed_at: now.toISOString(),
    sessions,
    total: sessions.length,
    matching: sessions.length,
    limit: null,
    hidden: all ? 0 : hidden,
    lost: [],
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
    session_id: fullId(entry),
    paused_at: entry.pausedAt,
    summary: entry.summary,
    name: entry.name,
    branch: entry.branch,
    worktree: entry.worktree,
    project_path: entry.projectPath,
    format: entry.format,
    location: entry.location.split("/")[0] as SessionRow["location"],
    log: isLog(entry),
    automatic: entry.automatic,
    imported: entry.imported,
    origin,
    author: entry.author,
    agent_name: entry.agentName,
    agent_command: entry.agent === null ? null : agentCommand(
      { name: entry.client ?? "", session_id: entry.agent },
      origin,
    ),
    session: session === null ? null : { ...session, state },
    source: entry.path,
    problem: problem ? { code: problem.code, message: problem.message } : null,
  };
}

/** Returns who made a save: you, your agent, or a name not verified. */
export function madeBy({ origin, author, agent_name: agent }: SessionRow) {
  if (origin === "own") return agent === null ? "you" : `you (${agent})`;
  return origin === "foreign" ? fromWhom(author) : escapeText(author ?? "-");
}

/** Returns the marks of a row: another author, its agent, its kind. */
export function markOf(row: SessionRow): string {
  return `${row.origin === "foreign" ? `${fromWhom(row.author)}: ` : ""}` +
    `${row.agent_name === null ? "" : `${row.agent_name}: `}` +
    `${row.log ? "log: " : ""}${row.automatic ? "automatic: " : ""}`;
}

/** Returns the state and name of a row's session, escaped. */
export function sessionLabel(row: SessionRow): string {
  if (row.session === null) return "";
  const { state } = row.session;
  const parts = [state === null ? "" : `[${state}]`, escapeText(ownTitle(row))];
  return parts.filter((part) => part !== "").join(" ");
}

/** Returns the label in its form before a summary: `[active] login: `. */
export function labelBefore(row: SessionRow): string {
  const label = sessionLabel(row);
  return label && `${label}${ownTitle(row) === "" ? "" : ":"} `;
}

/** Returns the session's title, if it differs from the name of the save. */
export function ownTitle({ session, name }: SessionRow): string {
  const title = session?.name ?? cutText(session?.task ?? "", LABEL);
  return title === name ? "" : title;
}

const LABEL = 30;

/** Returns the summary without titles already shown. Not escaped. */
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

/** Returns the list of `resume --list`, as claude-mpm documents it. */
export function seedList({ sessions }: SessionsResult): string {
  const blocks = sessions.map((row) => {
    const day = row.paused_at.slice(0, 10);
    const minute = row.paused_at.slice(11, 16);
    const rest = summaryBeside(row.summary, [ownTitle(row)]);
    const text = row.problem
      ? `Cannot be read: ${escapeText(row.problem.message)}`
      : `Summary: ${escapeText(rest || row.summary) || "(no summary)"}`;
    const label = sessionLabel(row);
    const of = [
      ...label === "" ? [] : [` - ${label}`],
      ...row.origin === "foreign" ? [`, ${fromWhom(row.author)}`] : [],
      ...row.agent_name === null ? [] : [`, ${row.agent_name}`],
      ...row.automatic ? [" (automatic)"] : [],
    ].join("");
    const at = row.index ?? "-";
    const command = row.agent_command?.join(" ");
    return `  [${at}] ${row.session_id} - ${day} ${minute}${of}\n      ${text}\n` +
      (command === undefined ? "" : `      ${command}\n`);
  });
  return ["📋 Available Paused Sessions:\n", ...blocks].join("\n");
}

/** The requested rows of a list. A missing field selects all rows. */
export interface ListFilter {
  /** Words that a row must contain, all of them and in any case. */
  readonly search: string | undefined;
  /** The full name of the git branch. */
  readonly branch: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  /** The maximum number of rows; `undefined`: all. */
  readonly limit: number | undefined;
}

/** Returns the searchable text of a row: the parts that people remember. */
function searchText(row: SessionRow): string {
  const { session } = row;
  return [
    row.branch ?? "",
    row.name ?? "",
    row.summary,
    session?.name ?? "",
    session?.task ?? "",
    session?.state ?? "",
    row.problem?.message ?? "",
  ].join("\n");
}

/** Returns only the requested rows. Each keeps its number. */
export function filterRows(
  result: SessionsResult,
  { search, branch, since, limit }: ListFilter,
): SessionsResult {
  const fits = ({ branch: its, paused_at: at }: SessionRow) =>
    (branch === undefined || its === branch) &&
    (since === undefined || Date.parse(at) >= since);
  const rows = result.sessions.filter(fits);
  const found = search === undefined
    ? rows
    : searcher(rows)(search).sort((a, b) => a - b).map((at) => rows[at]!);
  const sessions = limit === undefined ? found : found.slice(0, limit);
  return { ...result, sessions, matching: found.length, limit: limit ?? null };
}

/**
 * Finds rows that contain all the words. Returns their indexes, matches outside
 * the ID and time first. Built once for the search after each letter.
 */
export function searcher(
  rows: readonly SessionRow[],
): (typed: string) => number[] {
  const texts = rows.map((row) => {
    const text = folded(searchText(row));
    const time = row.paused_at.slice(0, 16).replace("T", " ");
    // A number can occur in the digits by chance.
    return { text, all: `${text}\n${folded(`${row.session_id}\n${time}`)}` };
  });
  return (typed) => {
    const words = folded(typed).split(/\s+/).filter((word) => word !== "");
    const within = (text: string) => words.every((word) => text.includes(word));
    const found = texts.flatMap(({ all }, at) => within(all) ? [at] : []);
    const { best = [], rest = [] } = Object.groupBy(
      found,
      (at) => within(texts[at]!.text) ? "best" : "rest",
    );
    return [...best, ...rest];
  };
}

/** Removes differences that do not matter in a search. */
function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** Parses the value of `--limit`. Throws USAGE. */
export function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "all") return Number.MAX_SAFE_INTEGER;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new MpmError("USAGE", `Invalid --limit "${text}"`, {
    hint: 'Use a whole number from 1, or "all"',
  });
}

/** Returns the time for `--since`, such as `2w`. Throws USAGE. */
export function parseSince(
  text: string | undefined,
  now: Date,
): number | undefined {
  if (text === undefined) return undefined;
  const age = parseAge(text);
  if (age !== undefined) return now.getTime() - age;
  const day = ["today", "yesterday"].indexOf(text);
  if (day >= 0) {
    const midnight = `${now.toISOString().slice(0, 10)}T00:00:00Z`;
    return Date.parse(midnight) - day * DAY;
  }
  const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?Z?$/.exec(text);
  const iso = text.replace(" ", "T").replace(/Z$/, "");
  const time = date ? Date.parse(iso.length === 10 ? iso : `${iso}Z`) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new MpmError("USAGE", `Invalid --since "${text}"`, {
    hint: "Use an age such as 12h, 7d, 2w or 6mo, or a date in UTC such as " +
      "2026-11-20",
  });
}

const DAY = 86_400_000;
