/**
 * What a worktree holds, as a checkpoint keeps it: the raw bytes of its files,
 * and its index. Both are told as differences from the tree of HEAD.
 */

/** What object ids are made with. */
export type ObjectHash = "sha1" | "sha256";

/** A file or link of a tree. */
export interface TreeEntry {
  /** `100644`, `100755`, `120000` or `160000`. */
  readonly mode: string;
  /** Object id. */
  readonly id: string;
}

/** A difference by path, `/` between folders; `undefined`: not there. */
export type TreeDelta = ReadonlyMap<string, TreeEntry | undefined>;

/** A conflict in the index: the stages 1 to 3 that there are. */
export interface Unmerged {
  readonly path: string;
  readonly stages: readonly ({ readonly stage: number } & TreeEntry)[];
}

/** What the index holds beyond a tree; paths sorted. */
export interface IndexMarks {
  readonly unmerged: readonly Unmerged[];
  /** Each with the mode its entry has. */
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

/** The folder that no checkpoint holds: mpm's own. */
const OWN_FOLDER = ".claude-mpm";

/** Whether a path is mpm's own and no part of the user's work. */
export function isOwnPath(path: string): boolean {
  return path === OWN_FOLDER || path.startsWith(`${OWN_FOLDER}/`);
}

/** Whether `path` is `folder` or lies in it; one may end with `/`. */
export function isWithin(path: string, folder: string): boolean {
  const top = folder.replace(/\/$/, "");
  return path === top || path.startsWith(`${top}/`);
}

/** The folders above a path, the nearest first; not the top one. */
export function foldersAbove(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, at) => parts.slice(0, parts.length - at).join("/"));
}
