import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { FileError, isMissing } from "../base/errors.ts";
import { reasonNotRead } from "../base/paths_there.ts";
import { counted } from "../base/words.ts";
import type { FileMemory } from "./file_memory.ts";
import type { FileContent, FileState } from "./repository.ts";
import { Git } from "./run/git.ts";
import { isUnmerged, type StatusEntry } from "./status.ts";
import type { LeftOut } from "./tree/snapshot.ts";
import {
  decodeBytes,
  encodeText,
  isOpenable,
  quotePath,
  words,
} from "./text.ts";
import type { FileInfo, System } from "../system/system.ts";

/** The maximum number of nested repositories to look at, a process each. */
const REPOSITORY_LIMIT = 50;

const NOTHING: FileContent = { sha256: null, size: null, mtime: null };

export interface TakenContent {
  /** Absent if the file was not read because it has not changed. */
  readonly bytes?: Uint8Array;
  /** Object id. */
  readonly id?: string | undefined;
}

/** Receives the contents from a {@link ContentReader}, to store them. */
export interface ContentTaker {
  /** Receives a file or link; without `found`, its content is unknown. */
  take(path: string, info: FileInfo, found?: TakenContent): void;
  /** Receives a file that could not be read. */
  leave(path: string, error: FileError): void;
  /** Receives git's list, the count of other changes, and unreadable paths. */
  listed(
    entries: readonly StatusEntry[],
    omitted: number,
    closed: readonly LeftOut[],
  ): void;
}

/** The parts used by a {@link ContentReader}. */
export interface ContentReaders {
  readonly keeper?: ContentTaker | undefined;
  readonly memory?: FileMemory | undefined;
}

/** Reads paths of one worktree; describes vanished files as far as possible. */
export class ContentReader {
  readonly #system: System;
  readonly #worktree: string;
  readonly #taker: ContentTaker | undefined;
  readonly #memory: FileMemory | undefined;
  #budget = HASH_BUDGET;

  constructor(
    system: System,
    worktree: string,
    { keeper, memory }: ContentReaders = {},
  ) {
    this.#system = system;
    this.#worktree = worktree;
    this.#taker = keeper;
    this.#memory = memory;
  }

  /** Returns the content at a path in the worktree; nulls if unknown. */
  read(path: string): FileContent {
    if (!isOpenable(path)) return NOTHING;
    try {
      const reason = reasonNotRead(path, this.#system.platform);
      if (reason === undefined) return this.#read(path);
      throw new FileError("other", "read", path, new Error(reason));
    } catch (error) {
      if (isMissing(error)) return NOTHING;
      if (!(error instanceof FileError)) throw error;
      this.#taker?.leave(path, error);
      return { ...NOTHING, unread: "denied" };
    }
  }

  #read(path: string): FileContent {
    const { files } = this.#system;
    const full = `${this.#worktree}/${path}`;
    // The earlier look counts only for a file that need not be read.
    const info = this.#memory?.seen(path) ?? files.lstat(full);
    if (!info || info.kind === "folder") return NOTHING;
    const known = { size: info.size, mtime: info.mtime, ...modeOf(info) };
    const { size } = info;
    if (info.kind === "link") {
      const bytes = encodeText(files.readLink(full));
      this.#memory?.note(path, info);
      this.#taker?.take(path, info, { bytes });
      return { ...known, sha256: sha256(bytes) };
    }
    const unread = this.#unread(info);
    if (unread) {
      this.#memory?.note(path, info);
      this.#taker?.take(path, info);
      return { ...known, sha256: null, unread };
    }
    this.#budget -= size;
    const same = this.#memory?.get(path, info);
    if (same) {
      this.#taker?.take(path, info, { id: same.id });
      return { ...known, sha256: same.sha256 };
    }
    try {
      const bytes = files.read(full);
      const { sha256: digest, id } = this.#memory?.read(path, info, bytes) ??
        { sha256: sha256(bytes), id: undefined };
      this.#taker?.take(path, info, { bytes, id });
      return { ...known, sha256: digest, size: bytes.length };
    } catch (error) {
      if (error instanceof FileError && files.lstat(full)) {
        this.#taker?.leave(path, error);
        return { ...known, sha256: null, unread: "denied" };
      }
      throw error;
    }
  }

  #unread({ kind, size }: FileInfo): Unread | undefined {
    if (kind !== "file") return "special";
    if (size > HASH_LIMIT) return "large";
    return size > this.#budget ? "budget" : undefined;
  }
}

/** Returns the mode that git would record, if the platform has modes. */
function modeOf({ kind, mode }: FileInfo): { mode?: string } {
  if (mode === undefined || kind === "other") return {};
  if (kind === "link") return { mode: "120000" };
  return { mode: (mode & 0o100) === 0 ? "100644" : "100755" };
}

/** Returns the state of every path that `git status` listed. */
export async function readFileStates(
  system: System,
  worktree: string,
  entries: readonly StatusEntry[],
  readers: ContentReaders = {},
): Promise<FileState[]> {
  const reader = new ContentReader(system, worktree, readers);
  const states = entries.map((entry) => stateOf(reader, entry));
  await Promise.all([
    addRepositoryCommits(system, worktree, { entries, states }),
    addUnopenable(new Git(system, worktree), states),
  ]);
  return states;
}

function stateOf(reader: ContentReader, entry: StatusEntry): FileState {
  const { path, status, from, staged } = entry;
  // In a conflict over a deletion, git leaves the file in place.
  const gone = status[1] === "D" && !isUnmerged(status);
  const content = gone || isRepository(entry) ? NOTHING : reader.read(path);
  const { mode: found, ...rest } = content;
  const mode = status === "??" ? found : entry.mode;
  return {
    path,
    status,
    ...rest,
    ...(from === undefined ? {} : { from }),
    ...(staged === undefined ? {} : { object: staged }),
    ...(mode === undefined ? {} : { mode }),
  };
}

function isRepository(entry: StatusEntry): boolean {
  return entry.submodule !== undefined || entry.path.endsWith("/");
}

/**
 * Identifies a nested repository by its HEAD. A submodule with changed files
 * gets no object: its commit would not distinguish its states.
 */
async function addRepositoryCommits(
  system: System,
  worktree: string,
  listed: { entries: readonly StatusEntry[]; states: FileState[] },
): Promise<void> {
  const wanted = listed.states.filter((_, at) =>
    isRepository(listed.entries[at]!)
  );
  for (const state of wanted) delete state.object;
  const known = listed.entries.filter((entry) =>
    isRepository(entry) && entry.submodule !== "content"
  );
  const paths = new Set(
    known.slice(0, REPOSITORY_LIMIT).map(({ path }) => path),
  );
  await Promise.all(wanted.map(async (state) => {
    if (!paths.has(state.path) || !isOpenable(state.path)) return;
    const folder = join(worktree, state.path);
    if (!system.files.lstat(join(folder, ".git"))) return;
    const head = await new Git(system, folder, { plain: true }).run(
      words("rev-parse --verify --quiet HEAD"),
    );
    if (head.status === 0) state.object = decodeBytes(head.stdout).trim();
  }));
}

/**
 * Asks git for the object IDs of files with unsupported names. Git stops at the
 * first unreadable file, so mpm asks again for the rest.
 */
async function addUnopenable(git: Git, states: FileState[]): Promise<void> {
  let wanted = states.filter((state) =>
    !isOpenable(state.path) && state.status[1] !== "D" &&
    !state.path.endsWith("/")
  );
  for (const state of wanted) delete state.object;
  for (let tries = 0; wanted.length > 0 && tries < 10; tries++) {
    const lines = wanted.map((state) => `${quotePath(state.path)}\n`);
    const { stdout } = await git.run(
      words("hash-object --no-filters --stdin-paths"),
      { stdin: encodeText(lines.join("")) },
    );
    const ids = decodeBytes(stdout).split("\n").slice(0, -1);
    ids.forEach((id, at) => wanted[at]!.object = id);
    wanted = wanted.slice(ids.length + 1);
  }
}

/** The largest file whose content is hashed, in bytes. */
export const HASH_LIMIT = 10 * 1024 * 1024;

/** The maximum number of bytes to hash; later files have only size and time. */
export const HASH_BUDGET = 512 * 1024 * 1024;

/** Why the content of a file was not read, as recorded in a save. */
export type Unread = "large" | "budget" | "denied" | "special";

const WORDS: ReadonlyMap<string | undefined, string> = new Map<Unread, string>([
  ["large", "larger than 10 MiB"],
  ["budget", "beyond the first 512 MiB"],
  ["denied", "could not be read"],
  ["special", "not a regular file"],
]);

/** The maximum number of paths that a note names. */
const NAMED = 3;

/** Returns why a file's content is unknown; `undefined` if it is known. */
export function whyUnread(file: FileState | undefined): string | undefined {
  if (!file || file.sha256 !== null) return undefined;
  const said = WORDS.get(file.unread);
  if (said !== undefined) return said;
  if (file.size === null) {
    return file.mode === "160000"
      ? "a repository with its own changes"
      : undefined;
  }
  // Saves of earlier versions do not give a reason.
  return file.size > HASH_LIMIT
    ? WORDS.get("large")
    : "not read, reason unknown";
}

/** Returns a note for each reason, with a count and some names. */
export function unreadNotes(
  files: readonly { path: string; why: string }[],
  [noun, fate, end]: [noun: string, fate: string, end: string],
): string[] {
  const groups = Map.groupBy(files, ({ why }) => why);
  return [...groups].map(([why, group]) => {
    const names = group.slice(0, NAMED).map(({ path }) => path).join(", ");
    const more = group.length > NAMED ? ", …" : "";
    return `${
      counted(group.length, noun)
    } ${fate} (${why}: ${names}${more})${end}`;
  });
}
