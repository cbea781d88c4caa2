import { isAbsolute, join, resolve } from "@std/path";
import { FileError, MpmError } from "../../base/errors.ts";
import { importedFrom } from "../share/imported.ts";
import { field, isFields } from "../../base/odd_values.ts";
import type { Redactor } from "../../secrets/redact.ts";
import {
  type EntrySession,
  idTime,
  newestFirst,
  type SaveEntry,
  type SaveFormat,
  type SaveLocation,
} from "./save_entry.ts";
import { contentDigestOf } from "../trust/origins.ts";
import { parseTime } from "../../base/times.ts";
import { firstLine } from "../../base/words.ts";
import { isEntrySession, workIdIn } from "../saved_session.ts";
import type { FileInfo, System } from "../../system/system.ts";
import type { Found } from "./find_saves.ts";
import { redactorOf } from "../../secrets/redaction.ts";
import { LARGEST_SAVE, parseSave } from "./load_save.ts";
import { removeQuietly } from "../../ops/atomic.ts";
import { ensureFolder } from "../../ops/folders.ts";
import { layout } from "../../ops/layout.ts";

/** Longest summary, name or branch of a row, and longest path, in UTF-16 units. */
const LONGEST = 500;
const LONGEST_PATH = 8192;

/** What a list shows of a file's content. */
export type Described = Omit<SaveEntry, keyof Base | "problem">;

/** Reads saves as rows of a list. */
export class EntryReader {
  readonly #system: System;
  readonly #root: string;
  readonly #folders: Partial<Record<SaveLocation, string>>;
  /** Whether a recorded project path means this project. */
  readonly #ours = new Map<string, boolean>();
  readonly #cache: RowCache | undefined;
  readonly #digests: boolean;

  /** `digests`: whether rows say what their content is known by. */
  constructor(
    system: System,
    root: string,
    folders: Partial<Record<SaveLocation, string>>,
    { cache, digests = false }: { cache?: RowCache; digests?: boolean } = {},
  ) {
    this.#cache = cache;
    this.#digests = digests;
    this.#system = system;
    this.#root = root;
    this.#folders = folders;
  }

  /**
   * The row of an id: of its JSON, else YAML, else Markdown; of two copies the
   * readable one, then that in `sessions/`, then the newer. `undefined`: the
   * file is gone by now, or belongs to another project. Never throws for what
   * is in a file.
   */
  read(found: Found): SaveEntry | undefined {
    for (const format of ["json", "yaml", "md", "jsonl"] as const) {
      const copies = found.candidates
        .filter((candidate) => candidate.format === format)
        .map(({ location }) => this.#readCopy(found, { location, format }))
        .filter((entry) => entry !== undefined);
      if (copies.length > 0) return copies.sort(preferred)[0];
    }
    return undefined;
  }

  #readCopy(
    { id, incremental, evidence }: Found,
    { location, format }: { location: SaveLocation; format: SaveFormat },
  ): SaveEntry | undefined {
    const path = join(this.#folders[location]!, fileName(id, format));
    const base = { id, path, format, location, incremental, evidence };
    const info = this.#system.files.lstat(path);
    if (!info) return undefined;
    try {
      const entry = { ...base, ...this.#describe(base, info) };
      const stray = location === "global" && !this.#isOurs(entry.projectPath);
      return stray ? undefined : entry;
    } catch (error) {
      // A stray that cannot be read belongs to nobody knows which project.
      if (!(error instanceof MpmError) || location === "global") {
        if (error instanceof MpmError) return undefined;
        throw error;
      }
      const missing = error instanceof FileError && error.problem === "missing";
      return missing ? undefined : withProblem(base, { info, error });
    }
  }

  /** From the file or, where it is the same as last time, without reading. */
  #describe({ id, path, format, location }: Base, info: FileInfo): Described {
    const name = `${location}/${id}.${format}`;
    const known = this.#cache?.get(name, info);
    if (known) return known;
    const bytes = this.#system.files.readOwn(path, LARGEST_SAVE);
    const { value } = parseSave({ id, format, location, path }, bytes);
    const described = redactedRow(
      redactorOf(this.#system),
      describe(value, {
        id,
        info,
        ...this.#digests ? { digest: contentDigestOf(bytes) } : {},
      }),
    );
    this.#cache?.put(name, info, described);
    return described;
  }

  #isOurs(projectPath: string): boolean {
    // A relative one does not say of which project it is.
    if (!isAbsolute(projectPath)) return false;
    let ours = this.#ours.get(projectPath);
    if (ours === undefined) {
      ours = this.#realPath(projectPath) === this.#root;
      this.#ours.set(projectPath, ours);
    }
    return ours;
  }

  /** A project that has moved away is compared by its recorded path. */
  #realPath(path: string): string {
    try {
      return this.#system.files.realPath(path);
    } catch (error) {
      if (error instanceof FileError) return resolve(path);
      throw error;
    }
  }
}

/** What another program wrote is shown, and kept for speed, without secrets. */
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

function fileName(id: string, format: SaveFormat): string {
  return format === "jsonl" ? `${id}-incremental.jsonl` : `${id}.${format}`;
}

function preferred(a: SaveEntry, b: SaveEntry): number {
  return Number(!!a.problem) - Number(!!b.problem) ||
    Number(b.location === "sessions") - Number(a.location === "sessions") ||
    newestFirst(a, b);
}

type Base = Pick<
  SaveEntry,
  "id" | "path" | "format" | "location" | "incremental" | "evidence"
>;

function withProblem(
  base: Base,
  { info, error }: { info: FileInfo; error: MpmError },
): SaveEntry {
  const { code, message, hint } = error;
  return {
    ...base,
    ...describe({}, { id: base.id, info }),
    problem: { code, message, hint },
  };
}

/** What a list shows of a save's content, of whatever type the fields are. */
export function describe(
  value: unknown,
  { id, info, digest }: { id: string; info: FileInfo; digest?: string },
): Described {
  const own = field(value, "mpm");
  const git = field(value, "git_context");
  const recorded = field(value, "paused_at");
  const time = typeof recorded === "string" ? parseTime(recorded) : undefined;
  return {
    pausedAt: new Date(time ?? idTime(id) ?? info.mtime).toISOString(),
    summary: headline(summaryOf(value)),
    name: textOf(field(own, "name") ?? field(value, "name")),
    branch: branchOf(field(git, "branch"), own !== undefined),
    worktree: textOf(field(own, "worktree"), LONGEST_PATH),
    projectPath: textOf(field(value, "project_path"), LONGEST_PATH) ?? "",
    own: own !== undefined,
    imported: importedFrom(value) !== undefined,
    session: sessionOf(field(own, "session")),
    automatic: field(own, "kind") === "auto",
    agent: textOf(field(field(own, "agent"), "session_id")),
    size: info.size,
    mtime: info.mtime,
    ...digest === undefined ? {} : { digest },
  };
}

function sessionOf(value: unknown): EntrySession | null {
  const id = workIdIn(value);
  if (id === undefined) return null;
  const name = textOf(field(value, "name"));
  return { id, name, task: headline(field(value, "task")) };
}

function summaryOf(value: unknown): unknown {
  const conversation = field(value, "conversation");
  return typeof conversation === "string"
    ? conversation
    : field(conversation, "summary");
}

function branchOf(branch: unknown, own: boolean): string | null {
  return !own && branch === "unknown" ? null : textOf(branch);
}

function textOf(value: unknown, longest = LONGEST): string | null {
  return typeof value === "string" && value !== ""
    ? value.slice(0, longest)
    : null;
}

function headline(summary: unknown): string {
  return typeof summary === "string" ? firstLine(summary, LONGEST) : "";
}

/**
 * What a listing found in each file, so that the next one need not read it:
 * `.claude-mpm/state/rows.json`. A row counts only while size and both times of
 * its file are the same; the second one, of the entry's last change, nobody can
 * set, so that no edit goes unseen. Derived, and never a source of truth.
 */
export class RowCache {
  readonly #system: System;
  readonly #root: string;
  readonly #known: ReadonlyMap<string, Row>;
  readonly #rows = new Map<string, Row>();
  #missed = 0;

  /** Has what the last listing kept, where that can be trusted. */
  constructor(system: System, root: string) {
    this.#system = system;
    this.#root = root;
    this.#known = readRows(system, root);
  }

  /** What was found in the file, if it is still the same. */
  get(name: string, info: FileInfo): Described | undefined {
    const row = this.#known.get(name);
    const same = row?.changed === info.changed && row?.size === info.size &&
      row.mtime === info.mtime;
    if (!same) return undefined;
    this.#rows.set(name, row);
    return row.described;
  }

  /** Keeps what was read of a file that had rested before. */
  put(name: string, info: FileInfo, described: Described): void {
    const { changed, size, mtime } = info;
    const rested = changed !== undefined &&
      this.#system.now().getTime() - changed >= REST;
    if (!rested) return;
    this.#missed++;
    this.#rows.set(name, { changed, size, mtime, described });
  }

  /**
   * Writes what is known now, if that saves a later listing enough. It takes no
   * lock, since it does not matter who writes last. Never throws; a store that
   * cannot be written is read without.
   */
  keep(): void {
    if (this.#missed < WORTH_WRITING) return;
    const { files } = this.#system;
    const { state } = layout(this.#root);
    const temporary = join(state, ".rows.json.new");
    try {
      ensureFolder(this.#system, state, this.#root);
      // Another reader's, or what is left of a dead one: the next will succeed.
      if (files.lstat(temporary)) return removeQuietly(this.#system, temporary);
      files.create(temporary, rowBytes(this.#rows));
      files.rename(temporary, rowsPath(this.#root));
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
    }
  }
}

interface Row {
  readonly changed: number | undefined;
  readonly size: number;
  readonly mtime: number;
  readonly described: Described;
}

/**
 * Milliseconds a file must not have changed for: two changes within one tick of
 * the clock leave the same time, and Deno tells that of the last change in whole
 * seconds.
 */
const REST = 3000;

/** Files read anew, from which on it pays to write the rows again. */
const WORTH_WRITING = 100;

const VERSION = 4;

/** Rows of 100,000 saves. */
const LARGEST = 64 * 1024 * 1024;

function rowsPath(root: string): string {
  return join(layout(root).state, "rows.json");
}

function rowBytes(rows: ReadonlyMap<string, Row>): Uint8Array {
  const lines = [...rows].map(([name, { changed, size, mtime, described }]) => [
    name,
    changed,
    size,
    mtime,
    described.pausedAt,
    described.summary,
    described.name,
    described.branch,
    described.worktree,
    described.projectPath,
    described.own,
    described.imported,
    described.session,
    described.digest,
    described.automatic,
    described.agent,
  ]);
  return new TextEncoder().encode(
    JSON.stringify({ version: VERSION, rows: lines }),
  );
}

function readRows(system: System, root: string): Map<string, Row> {
  const rows = new Map<string, Row>();
  try {
    const bytes = system.files.readOwn(rowsPath(root), LARGEST);
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const lines = field(value, "rows");
    const readable = isFields(value) && value.version === VERSION &&
      Array.isArray(lines);
    if (readable) { for (const line of lines) addRow(rows, line); }
  } catch (error) {
    const unusable = error instanceof MpmError || error instanceof SyntaxError;
    if (!unusable) throw error;
  }
  return rows;
}

/** What mpm could not have written is left out. */
function addRow(rows: Map<string, Row>, line: unknown): void {
  if (!Array.isArray(line) || line.length !== 16) return;
  const [name, changed, size, mtime, pausedAt, summary, ...rest] = line;
  const [title, branch, worktree, projectPath, own, ...more] = rest;
  const [imported, session, digest, automatic, agent] = more;
  const sound = [name, pausedAt, summary, projectPath].every(isText) &&
    [changed, size, mtime].every(Number.isFinite) &&
    [title, branch, worktree, agent].every((text) =>
      text === null || isText(text)
    ) &&
    [own, imported, automatic].every((flag) => typeof flag === "boolean") &&
    isEntrySession(session) && /^[0-9a-f]{64}$/.test(String(digest)) &&
    !Number.isNaN(Date.parse(pausedAt));
  if (!sound) return;
  const described = {
    pausedAt,
    summary,
    name: title,
    branch,
    worktree,
    projectPath,
    own,
    imported,
    session,
    digest,
    automatic,
    agent,
    size,
    mtime,
  };
  rows.set(name, { changed, size, mtime, described });
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
