import { isAbsolute, join, resolve } from "@std/path";
import { FileError, MpmError } from "../../base/errors.ts";
import { importedFrom } from "../share/imported.ts";
import { field } from "../../base/odd_values.ts";
import type { Redactor } from "../../secrets/redact.ts";
import {
  type EntrySession,
  idTime,
  newestFirst,
  type SaveEntry,
  type SaveFormat,
  type SaveLocation,
} from "./save_entry.ts";
import { contentDigestOf } from "../trust/origin.ts";
import { parseTime } from "../../base/times.ts";
import { firstLine } from "../../base/words.ts";
import { workIdIn } from "../../work/work_save.ts";
import type { FileInfo, System } from "../../system/system.ts";
import type { Found } from "./find_saves.ts";
import { redactorOf } from "../../secrets/redaction.ts";
import type { RowCache } from "./row_cache.ts";
import { LARGEST_SAVE, parseSave } from "./save_content.ts";

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
