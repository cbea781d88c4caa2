import { MpmError } from "../base/errors.ts";
import { parseAge } from "../base/times.ts";
import type { SessionRow, SessionsResult } from "./commands/results.ts";

/** Which rows of a list are wanted; a part that is absent leaves all. */
export interface ListFilter {
  /** Words that all must be in a row, whatever their case. */
  readonly search: string | undefined;
  /** The git branch, in full. */
  readonly branch: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  /** The most rows; `undefined`: all. */
  readonly limit: number | undefined;
}

/** What of a row is searched, for whoever types a part of what they remember. */
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

/** The digits of a row, in which a number may be found by chance. */
function searchDigits(row: SessionRow): string {
  const time = row.paused_at.slice(0, 16).replace("T", " ");
  return `${row.session_id}\n${time}`;
}

/** The same list with the rows that are wanted, each with its old number. */
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
  return {
    ...result,
    sessions,
    matching: found.length,
    limit: limit ?? null,
  };
}

/**
 * Finds rows by words that all must be in them; gives their places, those
 * first that need neither id nor time for it. What rows hold is put together
 * once, so that it can follow each letter typed.
 */
export function searcher(
  rows: readonly SessionRow[],
): (typed: string) => number[] {
  const texts = rows.map((row) => {
    const text = folded(searchText(row));
    return { text, all: `${text}\n${folded(searchDigits(row))}` };
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

/** Without the differences that nobody means when searching. */
function folded(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/** What `--limit` says. Throws USAGE. */
export function parseLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (text === "all") return Number.MAX_SAFE_INTEGER;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new MpmError("USAGE", `Not a number of rows: "${text}"`, {
    hint: "Give --limit a whole number from 1, or all",
  });
}

/** The time `--since` means: so long ago, or a date in UTC. Throws USAGE. */
export function parseSince(
  text: string | undefined,
  now: Date,
): number | undefined {
  if (text === undefined) return undefined;
  const age = parseAge(text);
  if (age !== undefined) return now.getTime() - age;
  const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?Z?$/.exec(text);
  const time = date ? Date.parse(isoOf(text)) : NaN;
  if (!Number.isNaN(time)) return time;
  throw new MpmError("USAGE", `Neither an age nor a date: "${text}"`, {
    hint: "Give --since an age such as 12h, 7d, 2w, 6mo, or a date in UTC " +
      "such as 2026-11-20",
  });
}

function isoOf(text: string): string {
  const iso = text.replace(" ", "T").replace(/Z$/, "");
  return iso.length === 10 ? iso : `${iso}Z`;
}
