import { compareText } from "../../base/words.ts";
import type { ErrorCode } from "../../base/errors.ts";
import { sessionId, WORK_ID } from "../../base/ids.ts";
import {
  type Fitting,
  FLAG,
  nullable,
  NUMBER,
  object,
  optional,
  TEXT,
  text,
} from "../../base/shape.ts";

/**
 * The format of a save. JSON is the source. The others are read only if it is
 * missing, with the record of an automatic pause (`jsonl`) last.
 */
export type SaveFormat = "json" | "yaml" | "md" | "jsonl";

/**
 * The folder of a save: `.claude-mpm/sessions/`, its older subfolder `pause/`,
 * or `kept/` with mpm's second copies. Others are in the user's home
 * (claude-mpm 6.2.41 to 6.2.52), or are claude-mpm's resume logs, or came with
 * a sync.
 */
export type SaveLocation =
  | "sessions"
  | "pause"
  | "kept"
  | "global"
  | "resume-logs"
  | `team/${string}`;

const TEXT_OR_NULL = nullable(TEXT);

/** The parts of a file's content for a list, which a cache also stores. */
export const DESCRIBED = {
  /** ISO 8601 in UTC with milliseconds; derived from the ID if unknown. */
  pausedAt: TEXT,
  /** First line, with limited length; not escaped for a terminal. */
  summary: TEXT,
  /** Its given name; null: no name. */
  name: TEXT_OR_NULL,
  /** null: detached HEAD, no repository, or unknown. */
  branch: TEXT_OR_NULL,
  /** Absolute path of the paused worktree; null: unknown. */
  worktree: TEXT_OR_NULL,
  /** As recorded; empty: any project. */
  projectPath: TEXT,
  /** True if mpm itself wrote the save. */
  own: FLAG,
  /** True if `mpm saves import` added the save, with someone else's words. */
  imported: FLAG,
  /** The session, according to the save; null: no session. */
  session: nullable(object({
    id: text({ pattern: WORK_ID }),
    name: TEXT_OR_NULL,
    task: TEXT,
  })),
  /** True if the save was made automatically when an agent's session ended. */
  automatic: FLAG,
  /** The author's name from git, as written in the save; null if unknown. */
  author: TEXT_OR_NULL,
  /** The name of the agent that made the save; null: no name. */
  agentName: TEXT_OR_NULL,
  /** The agent session of the save; null: no session, or unknown. */
  agent: TEXT_OR_NULL,
  /** The client of that session, e.g. `claude-code`. */
  client: TEXT_OR_NULL,
  /** The digest; see `origins.ts`. Absent if the file was not read. */
  digest: optional(text({ pattern: /^[0-9a-f]{64}$/ })),
  /** The largest file, in bytes. */
  size: NUMBER,
  /** The modification time of the file, in milliseconds since the epoch. */
  mtime: NUMBER,
};

type Fields = typeof DESCRIBED;
export type Described =
  & { readonly [K in Exclude<keyof Fields, "digest">]: Fitting<Fields[K]> }
  & { readonly digest?: string | undefined };

/** The fields of a row that describe its file. */
export interface Base {
  readonly id: string;
  /** Absolute path of the file to read. */
  readonly path: string;
  readonly format: SaveFormat;
  readonly location: SaveLocation;
  /** True if claude-mpm's automatic pause wrote it; it has a `.jsonl` file. */
  readonly incremental: boolean;
  /** Names of claude-mpm's misnamed checksum files for this ID. */
  readonly evidence: readonly string[];
}

/** A save as shown in a list, without its full content. */
export interface SaveEntry extends Base, Described {
  /** Set if the content cannot be read; its fields then have neutral values. */
  readonly problem?: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint?: string | undefined;
  } | undefined;
}

/**
 * Returns whether an entry is a resume log, a document of a full context, or
 * the record of an automatic pause. Lists show these after all saves.
 */
export function isLog(
  { id, location, format }: Pick<SaveEntry, "id" | "location" | "format">,
): boolean {
  return location === "resume-logs" || format === "jsonl" ||
    id.startsWith("session-resume-");
}

/** Returns whether a save came from another clone through a sync. */
export function isTeams({ location }: Pick<SaveEntry, "location">): boolean {
  return location.startsWith("team/");
}

/** Returns the ID; of a synced save with its writer, as IDs may be shared. */
export function fullId({ id, location }: Pick<SaveEntry, "id" | "location">) {
  return isTeams({ location })
    ? `${id}@${location.slice("team/".length).slice(0, 8)}`
    : id;
}

/** The time, as in the names of saves and of the documents next to them. */
const TIME =
  /^session-(?:resume-)?(\d{4})-?(\d\d)-?(\d\d)[-_](\d\d)(\d\d)(\d\d)$/;

/** Returns the valid time in an ID (UTC), in milliseconds. */
export function idTime(id: string): number | undefined {
  const parts = TIME.exec(id);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second] = parts;
  const time = Date.parse(
    `${year}-${month}-${day}T${hour}:${minute}:${second}Z`,
  );
  return Number.isNaN(time) ? undefined : time;
}

/** The last second that an ID can represent. */
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59);

/** Yields the next seconds after `id`, or before it at the last year's end. */
export function* nearbyIds(id: string): Generator<string, undefined> {
  const start = idTime(id) ?? 0;
  for (let time = start + 1000; time <= LAST; time += 1000) {
    yield sessionId(new Date(time));
  }
  for (let time = start - 1000;; time -= 1000) yield sessionId(new Date(time));
}

/** Compares for newest first: by `pausedAt`, ID and mtime, then logs. */
export function newestFirst(a: SaveEntry, b: SaveEntry): number {
  return Number(isLog(a)) - Number(isLog(b)) ||
    compareText(b.pausedAt, a.pausedAt) || compareText(b.id, a.id) ||
    b.mtime - a.mtime;
}
