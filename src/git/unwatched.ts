import { createHash } from "node:crypto";
import { FileError } from "../base/errors.ts";
import type { TreeEntry } from "./tree/snapshot.ts";
import { HASH_LIMIT } from "./file_states.ts";
import type { System } from "../system/system.ts";
import type { Git } from "./run/git.ts";
import { listIndexFile } from "./index_file.ts";
import type { StatusEntry } from "./status.ts";
import { encodeText, isOpenable } from "./text.ts";
import { isSpecified, readAttributes } from "./run/filters.ts";

/** Files that `git status` was told not to look at. */
export interface Unwatched {
  /** Files that differ from the index. */
  readonly entries: readonly StatusEntry[];
  /** Files that were not compared, e.g. large ones. */
  readonly omitted: number;
}

/** Files that are compared at most. */
const MOST = 1_000;

/**
 * Finds the files that are marked assume-unchanged or skip-worktree and differ
 * from the index. A sparse checkout has thousands of the latter, which are not
 * there. The index is read here; git is asked only where it has another form.
 */
export async function readUnwatched(
  system: System,
  git: Git,
  gitDir: string,
): Promise<Unwatched> {
  const listing = await listIndexFile(system, git, gitDir);
  if (!listing) return { entries: [], omitted: 0 };
  const { assumeUnchanged, skipWorktree } = listing;
  if (assumeUnchanged.length + skipWorktree.length === 0) {
    return { entries: [], omitted: 0 };
  }
  const disk = new Disk(system, git.folder);
  const there = skipWorktree.filter((path) => disk.has(path));
  const skipped = new Set(skipWorktree);
  const paths = [
    ...assumeUnchanged.filter((path) => !skipped.has(path)),
    ...there,
  ];
  const states = paths.slice(0, MOST).map((path) => ({
    path,
    state: disk.compare(path, listing.files.get(path)),
  }));
  // With a filter a change cannot be told from an edit.
  const other = states.filter(({ state }) => state === "other");
  const attributes = await readAttributes(
    git,
    ATTRIBUTES,
    other.map(({ path }) => path),
  );
  const entries: StatusEntry[] = [];
  let omitted = Math.max(0, paths.length - MOST);
  for (const { path, state } of states) {
    if (state === "unknown" || attributes.get(path)?.some(isSpecified)) {
      omitted++;
    } else if (state === "gone") entries.push({ path, status: " D" });
    else if (state === "other") entries.push({ path, status: " M" });
  }
  return { entries, omitted };
}

/** Attributes by which git stores another content than that of the file. */
const ATTRIBUTES = ["filter", "ident", "working-tree-encoding"];

/** The files of a worktree, each folder looked at once. */
class Disk {
  readonly #files: System["files"];
  readonly #top: string;
  readonly #folders = new Map<string, boolean>();

  constructor({ files }: System, top: string) {
    this.#files = files;
    this.#top = top;
  }

  has(path: string): boolean {
    const at = path.lastIndexOf("/");
    return (at < 0 || this.#hasFolder(path.slice(0, at))) &&
      this.#kind(path) !== undefined;
  }

  #hasFolder(folder: string): boolean {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const at = folder.lastIndexOf("/");
    const found = (at < 0 || this.#hasFolder(folder.slice(0, at))) &&
      this.#kind(folder) === "folder";
    this.#folders.set(folder, found);
    return found;
  }

  #kind(path: string): string | undefined {
    if (!isOpenable(path)) return undefined;
    try {
      return this.#files.lstat(`${this.#top}/${path}`)?.kind;
    } catch (error) {
      if (error instanceof FileError) return "unknown";
      throw error;
    }
  }

  /** Compares a file with its entry in the index. */
  compare(
    path: string,
    entry: TreeEntry | undefined,
  ): "same" | "other" | "gone" | "unknown" {
    if (!isOpenable(path) || !entry || entry.mode === "160000") {
      return "unknown";
    }
    const full = `${this.#top}/${path}`;
    try {
      const info = this.#files.lstat(full);
      if (!info) return "gone";
      const isLink = entry.mode === "120000";
      if (info.kind !== (isLink ? "link" : "file")) return "other";
      if (info.size > HASH_LIMIT) return "unknown";
      const content = isLink
        ? encodeText(this.#files.readLink(full))
        : this.#files.read(full);
      const same = [content, withoutCarriage(content)]
        .some((bytes) => bytes && blobId(bytes, entry.id) === entry.id);
      return same ? "same" : "other";
    } catch (error) {
      if (error instanceof FileError) return "unknown";
      throw error;
    }
  }
}

/** The id that git would give a content, by the algorithm of `like`. */
function blobId(content: Uint8Array, like: string): string {
  return createHash(like.length === 40 ? "sha1" : "sha256")
    .update(`blob ${content.length}\0`).update(content).digest("hex");
}

/** The content as git stores it where it converts the ends of lines. */
function withoutCarriage(content: Uint8Array): Uint8Array | undefined {
  if (!content.includes(0x0d)) return undefined;
  return content.filter((byte, at) =>
    byte !== 0x0d || content[at + 1] !== 0x0a
  );
}
