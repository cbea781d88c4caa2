import { createHash } from "node:crypto";
import { join } from "@std/path";
import { FileError } from "../errors.ts";
import { isUnmerged } from "../session/git_context.ts";
import type { FileState } from "../session/save.ts";
import type { System } from "../system/system.ts";
import { Git } from "./git.ts";
import type { StatusEntry } from "./status.ts";
import { decodeBytes, encodeText, isOpenable, quotePath } from "./text.ts";

/** Bytes of the largest file whose content is hashed. */
export const HASH_LIMIT = 10 * 1024 * 1024;

/** Bytes hashed in all; later files are known by size and time. */
const HASH_BUDGET = 512 * 1024 * 1024;

/** The longest list of changed paths; beyond it they are only counted. */
export const FILE_LIMIT = 10_000;

/** Nested repositories whose commit is asked for, each with a process. */
const REPOSITORY_LIMIT = 50;

/** What is on disk at a path: nulls as in `FileState`. */
export type Content = Pick<FileState, "sha256" | "size" | "mtime">;

const NOTHING: Content = { sha256: null, size: null, mtime: null };

/**
 * Reads the content behind paths of one worktree. What vanishes or cannot be
 * read while it works is described as far as it is known.
 */
export class ContentReader {
  readonly #system: System;
  readonly #worktree: string;
  #budget = HASH_BUDGET;

  constructor(system: System, worktree: string) {
    this.#system = system;
    this.#worktree = worktree;
  }

  /** What is at `path`, relative to the worktree; nulls where unknown. */
  read(path: string): Content {
    if (!isOpenable(path)) return NOTHING;
    try {
      return this.#read(`${this.#worktree}/${path}`);
    } catch (error) {
      if (error instanceof FileError) return NOTHING;
      throw error;
    }
  }

  #read(full: string): Content {
    const { files } = this.#system;
    const info = files.lstat(full);
    if (!info || info.kind === "folder") return NOTHING;
    const { size, mtime } = info;
    if (info.kind === "link") {
      return { sha256: digest(encodeText(files.readLink(full))), size, mtime };
    }
    const read = info.kind === "file" && size <= HASH_LIMIT &&
      size <= this.#budget;
    if (!read) return { sha256: null, size, mtime };
    this.#budget -= size;
    try {
      const content = files.read(full);
      return { sha256: digest(content), size: content.length, mtime };
    } catch (error) {
      if (error instanceof FileError && files.lstat(full)) {
        return { sha256: null, size, mtime };
      }
      throw error;
    }
  }
}

/** The state of every path that `git status` listed. */
export async function readFileStates(
  system: System,
  worktree: string,
  entries: readonly StatusEntry[],
): Promise<FileState[]> {
  const reader = new ContentReader(system, worktree);
  const states = entries.map((entry) => stateOf(reader, entry));
  await Promise.all([
    addRepositoryCommits(system, worktree, { entries, states }),
    addUnopenable(new Git(system, worktree), states),
  ]);
  return states;
}

function stateOf(reader: ContentReader, entry: StatusEntry): FileState {
  const { path, status, from, staged } = entry;
  // Of a conflict over a deletion git leaves the file.
  const gone = status[1] === "D" && !isUnmerged(status);
  const content = gone || isRepository(entry) ? NOTHING : reader.read(path);
  return {
    path,
    status,
    ...content,
    ...(from === undefined ? {} : { from }),
    ...(staged === undefined ? {} : { object: staged }),
  };
}

function isRepository(entry: StatusEntry): boolean {
  return entry.submodule !== undefined || entry.path.endsWith("/");
}

/**
 * A repository within the worktree is known by its HEAD. A submodule in which
 * files changed gets no object: its commit would not tell one state of them
 * from another.
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
    const head = await new Git(system, folder).run([
      "rev-parse",
      "--verify",
      "--quiet",
      "HEAD",
    ]);
    if (head.status === 0) state.object = decodeBytes(head.stdout).trim();
  }));
}

/**
 * Asks git for the object ids of files whose names no file function takes. It
 * stops at the first file it cannot read, so the rest is asked again.
 */
async function addUnopenable(git: Git, states: FileState[]): Promise<void> {
  let wanted = states.filter((state) =>
    !isOpenable(state.path) && state.status[1] !== "D" &&
    !state.path.endsWith("/")
  );
  for (const state of wanted) delete state.object;
  for (let tries = 0; wanted.length > 0 && tries < 10; tries++) {
    const lines = wanted.map((state) => `${quotePath(state.path)}\n`);
    const { stdout } = await git.run([
      "hash-object",
      "--no-filters",
      "--stdin-paths",
    ], { stdin: encodeText(lines.join("")) });
    const ids = decodeBytes(stdout).split("\n").slice(0, -1);
    ids.forEach((id, at) => wanted[at]!.object = id);
    wanted = wanted.slice(ids.length + 1);
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
