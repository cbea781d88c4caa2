import {
  hashOf,
  lookWithin,
  objectId,
  type TreeEntry,
} from "./tree/snapshot.ts";
import { HASH_LIMIT } from "./file_states.ts";
import type { System } from "../system/system.ts";
import type { Git } from "./run/git.ts";
import type { IndexListing } from "./index_file.ts";
import type { StatusEntry } from "./status.ts";
import { encodeText, isOpenable } from "./text.ts";
import { isSpecified, readAttributes } from "./run/filters.ts";
import { attempt } from "../base/errors.ts";

/** Files that are marked assume-unchanged or skip-worktree. */
export interface Unwatched {
  /** Files that differ from the index. */
  readonly entries: readonly StatusEntry[];
  /** Number of files that were not compared, e.g. large files. */
  readonly omitted: number;
}

/** The maximum number of files to compare. */
const MOST = 1_000;

/**
 * Finds assume-unchanged and skip-worktree files that differ from the index. In
 * a sparse checkout, thousands of them do not exist.
 */
export async function readUnwatched(
  system: System,
  git: Git,
  listing: IndexListing,
): Promise<Unwatched> {
  const { assumeUnchanged, skipWorktree } = listing;
  if (assumeUnchanged.length + skipWorktree.length === 0) {
    return { entries: [], omitted: 0 };
  }
  const look = lookWithin(system, git.folder);
  const isThere = (path: string) =>
    isOpenable(path) && attempt(() => look(path) !== undefined) !== false;
  const there = skipWorktree.filter(isThere);
  const assumed = new Set(assumeUnchanged).difference(new Set(skipWorktree));
  const paths = [...assumed, ...there];
  const states = paths.slice(0, MOST).map((path) => ({
    path,
    state: compare(system, `${git.folder}/${path}`, listing.files.get(path)),
  }));
  // With a filter, the bytes do not show whether someone edited the file.
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

/** Attributes with which a blob differs from its file. */
const ATTRIBUTES = ["filter", "ident", "working-tree-encoding"];

/** Compares a file with its entry in the index. */
function compare(
  { files }: System,
  full: string,
  entry: TreeEntry | undefined,
): "same" | "other" | "gone" | "unknown" {
  if (!isOpenable(full) || !entry || entry.mode === "160000") return "unknown";
  return attempt(() => {
    const info = files.lstat(full);
    if (!info) return "gone";
    const isLink = entry.mode === "120000";
    if (info.kind !== (isLink ? "link" : "file")) return "other";
    if (info.size > HASH_LIMIT) return "unknown";
    const content = isLink
      ? encodeText(files.readLink(full))
      : files.read(full);
    const same = [content, withoutCarriage(content)].some((bytes) =>
      bytes && objectId("blob", bytes, hashOf(entry.id)) === entry.id
    );
    return same ? "same" : "other";
  }) ?? "unknown";
}

/** Returns the content that git stores if it converts line ends. */
function withoutCarriage(content: Uint8Array): Uint8Array | undefined {
  if (!content.includes(0x0d)) return undefined;
  return content.filter((byte, at) =>
    byte !== 0x0d || content[at + 1] !== 0x0a
  );
}
