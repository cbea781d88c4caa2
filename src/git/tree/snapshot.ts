import { createHash } from "node:crypto";
import type { FileInfo, System } from "../../system/system.ts";

/** A worktree in a checkpoint: files and index, as changes of HEAD. */

/** The hash function of object ids. */
export type ObjectHash = "sha1" | "sha256";

/** Returns the hash function of an object ID. */
export function hashOf(id: string): ObjectHash {
  return id.length === 40 ? "sha1" : "sha256";
}

/** Returns whether a text is a full object ID. */
export function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/** Returns the ID that git gives to an object with these bytes. */
export function objectId(
  kind: "blob" | "tree" | "commit",
  bytes: Uint8Array,
  hash: ObjectHash,
): string {
  return createHash(hash).update(`${kind} ${bytes.length}\0`).update(bytes)
    .digest("hex");
}

/** Returns the ID of the empty tree, in the format of `id`. */
export function emptyTree(id: string): string {
  return objectId("tree", new Uint8Array(), hashOf(id));
}

/** A file or link of a tree. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` or `160000`. */
  readonly mode: string;
  /** Object id. */
  readonly id: string;
}

/** Differences by path, `/` between folders; `undefined`: no file. */
export type TreeDelta = ReadonlyMap<string, TreeEntry | undefined>;

/** A conflict in the index: stages 1 to 3, as far as they exist. */
export interface Unmerged {
  readonly path: string;
  readonly stages: readonly ({ readonly stage: number } & TreeEntry)[];
}

/** Facts of the index that are not in a tree; paths are sorted. */
export interface IndexMarks {
  readonly unmerged: readonly Unmerged[];
  /** Each with the mode of its entry. */
  readonly intent_to_add: readonly {
    readonly path: string;
    readonly mode: string;
  }[];
  readonly assume_unchanged: readonly string[];
  readonly skip_worktree: readonly string[];
}

/** Something in the worktree that is not captured. */
export interface LeftOut {
  /** Ends with `/` for a folder. */
  readonly path: string;
  readonly reason: string;
}

/** mpm's folder, which no checkpoint contains. */
const OWN_FOLDER = ".claude-mpm";

/** Returns whether a path belongs to mpm and not to the user's work. */
export function isOwnPath(path: string): boolean {
  return path === OWN_FOLDER || path.startsWith(`${OWN_FOLDER}/`);
}

/** Returns whether `path` is `folder` or is in it; a path may end with `/`. */
export function isWithin(path: string, folder: string): boolean {
  const top = folder.replace(/\/$/, "");
  return path === top || path.startsWith(`${top}/`);
}

/** Returns a function: is a path in or below `paths`? Empty: every path. */
export function withinAny(
  paths: readonly string[],
): (path: string) => boolean {
  if (paths.length === 0) return () => true;
  const wanted = new Set(paths.map((path) => path.replace(/\/$/, "")));
  return (path) =>
    wanted.has(path) || foldersAbove(path).some((above) => wanted.has(above));
}

/** Returns the folder of a path; `""`: the top folder. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Returns the folders above a path, nearest first, without the top. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, parts.length - at).join("/"));
}

/** Returns a function that looks at paths as git does, not behind links. */
export function lookWithin(
  { files }: System,
  top: string,
): (path: string) => FileInfo | undefined {
  const folders = new Map<string, boolean>([["", true]]);
  const isFolder = (path: string): boolean => {
    let found = folders.get(path);
    if (found === undefined) {
      found = isFolder(folderOf(path)) &&
        files.lstat(`${top}/${path}`)?.kind === "folder";
      folders.set(path, found);
    }
    return found;
  };
  return (path) =>
    isFolder(folderOf(path)) ? files.lstat(`${top}/${path}`) : undefined;
}
