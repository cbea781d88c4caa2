import { isAbsolute, resolve } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, isMissing, MpmError } from "../../base/errors.ts";
import { getOwn } from "../../base/own.ts";
import { field } from "../../base/parsed_values.ts";
import { agentNameIn } from "../../base/names.ts";
import { parseTime } from "../../base/times.ts";
import { firstLine } from "../../base/words.ts";
import { type Redactor, redactorOf } from "../../secrets/mod.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { workIdIn } from "../saved_session.ts";
import { contentDigestOf, importedFrom } from "../trust/origins.ts";
import type { Found, SaveFolders } from "./find_saves.ts";
import { LARGEST_SAVE, parseSave } from "./load_save.ts";
import type { RowCache } from "./row_cache.ts";
import {
  type Base,
  type Described,
  idTime,
  newestFirst,
  type SaveEntry,
  type SaveFormat,
  type SaveLocation,
} from "./save_entry.ts";

/** The longest texts of a row, and its longest paths, in UTF-16 units. */
const LONGEST = 500;
const LONGEST_PATH = 8192;

interface Reading {
  readonly folders: SaveFolders;
  readonly cache?: RowCache | undefined;
  /** True if rows include the digest of their content. */
  readonly digests?: boolean;
}

/**
 * Returns a function that reads the row of an ID in the project at `root`. It
 * reads the JSON, else the YAML, else the Markdown. Of two copies it prefers a
 * readable one, then the one in `sessions/`, then the newer one. `undefined`:
 * the file is gone, or belongs to another project. Never throws for the content
 * of a file.
 */
export function entryReader(
  system: System,
  root: string,
  reading: Reading,
): (found: Found) => SaveEntry | undefined {
  /** Caches whether a recorded project path means this project. */
  const known = new Map<string, boolean>();
  const isOurs = (path: string) => {
    const ours = known.get(path) ?? isProject(system, path, root);
    known.set(path, ours);
    return ours;
  };
  return (found) => {
    for (const format of ["json", "yaml", "md", "jsonl"] as const) {
      const copies = found.candidates
        .filter((candidate) => candidate.format === format)
        .map(({ location }) =>
          readCopy(system, found, { location, format, reading, isOurs })
        )
        .filter((entry) => entry !== undefined);
      if (copies.length > 0) return copies.sort(preferred)[0];
    }
    return undefined;
  };
}

/** Returns whether a recorded path is that of this project. */
function isProject(system: System, path: string, root: string): boolean {
  // A relative path does not identify the project.
  if (!isAbsolute(path)) return false;
  return (attempt(() => system.files.realPath(path)) ?? resolve(path)) === root;
}

function readCopy(
  system: System,
  { id, incremental, evidence }: Found,
  { location, format, reading, isOurs }: {
    location: SaveLocation;
    format: SaveFormat;
    reading: Reading;
    isOurs(projectPath: string): boolean;
  },
): SaveEntry | undefined {
  const ending = format === "jsonl" ? "-incremental.jsonl" : `.${format}`;
  const path = join(getOwn(reading.folders, location)!, id + ending);
  const base = { id, path, format, location, incremental, evidence };
  const info = system.files.lstat(path);
  if (!info) return undefined;
  const stray = location === "global";
  try {
    const entry = { ...base, ...readRow(system, base, { info, reading }) };
    return stray && !isOurs(entry.projectPath) ? undefined : entry;
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    // If a save in the home folder is unreadable, its project is unknown.
    if (stray || isMissing(error)) return undefined;
    const { code, message, hint } = error;
    const problem = { code, message, hint };
    return { ...base, ...describe({}, { id, info }), problem };
  }
}

function readRow(
  system: System,
  { id, path, format, location }: Base,
  { info, reading }: { info: FileInfo; reading: Reading },
): Described {
  const { cache, digests } = reading;
  const file = `${location}/${id}.${format}`;
  const known = cache?.get(file, info);
  if (known) return known;
  const bytes = system.files.readOwn(path, LARGEST_SAVE);
  const { value } = parseSave({ id, format, location, path }, bytes);
  const digest = digests ? { digest: contentDigestOf(bytes) } : {};
  const row = describe(value, { id, info, ...digest });
  const described = redactedRow(redactorOf(system), row);
  cache?.put(file, info, described);
  return described;
}

/** Redacts the row of another program's file: it is shown and cached. */
function redactedRow(redactor: Redactor, row: Described): Described {
  const text = <T extends string | null>(one: T) =>
    (one === null ? null : redactor.text(one)) as T;
  return {
    ...row,
    summary: text(row.summary),
    name: text(row.name),
    branch: row.branch === null ? null : redactor.name(row.branch),
    session: row.session && redactor.value(row.session),
  };
}

function preferred(a: SaveEntry, b: SaveEntry): number {
  return Number(!!a.problem) - Number(!!b.problem) ||
    Number(b.location === "sessions") - Number(a.location === "sessions") ||
    newestFirst(a, b);
}

/** Returns the parts of a save's content for a list, whatever the types. */
export function describe(
  value: unknown,
  { id, info, digest }: { id: string; info: FileInfo; digest?: string },
): Described {
  const own = field(value, "mpm");
  const git = field(value, "git_context");
  const recorded = field(value, "paused_at");
  const time = typeof recorded === "string" ? parseTime(recorded) : undefined;
  const said = field(value, "conversation");
  const branch = textOf(field(git, "branch"));
  return {
    pausedAt: new Date(time ?? idTime(id) ?? info.mtime).toISOString(),
    summary: headline(typeof said === "string" ? said : field(said, "summary")),
    name: textOf(field(own, "name") ?? field(value, "name")),
    branch: own === undefined && branch === "unknown" ? null : branch,
    worktree: textOf(field(own, "worktree"), LONGEST_PATH),
    projectPath: textOf(field(value, "project_path"), LONGEST_PATH) ?? "",
    own: own !== undefined,
    imported: importedFrom(value) !== undefined,
    session: sessionOf(field(own, "session")),
    automatic: field(own, "kind") === "auto",
    author: textOf(field(own, "author")),
    agentName: agentNameIn(textOf(field(own, "agent_name")) ?? "")?.name ??
      null,
    agent: textOf(field(field(own, "agent"), "session_id")),
    client: textOf(field(field(own, "agent"), "name")),
    size: info.size,
    mtime: info.mtime,
    ...digest === undefined ? {} : { digest },
  };
}

function sessionOf(value: unknown): Described["session"] {
  const id = workIdIn(value);
  if (id === undefined) return null;
  const name = textOf(field(value, "name"));
  return { id, name, task: headline(field(value, "task")) };
}

function textOf(value: unknown, longest = LONGEST): string | null {
  return typeof value === "string" && value !== ""
    ? value.slice(0, longest)
    : null;
}

function headline(summary: unknown): string {
  return typeof summary === "string" ? firstLine(summary, LONGEST) : "";
}
