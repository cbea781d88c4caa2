import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import type { PartitionInUse } from "./in_use.ts";

/** Path of the context file, relative to the worktree. */
export const CONTEXT_FILE = ".claude/context.md";

/** The part of a worktree's file that was read. */
export interface FileText {
  /** Relative to the worktree. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** True if the file is longer than the part that was read. */
  readonly partial: boolean;
}

/** Returns the current context files: the project's and the partition's. */
export function contextPaths(inUse: PartitionInUse | undefined): string[] {
  const own = inUse?.partition.context ?? CONTEXT_FILE;
  return [...new Set([CONTEXT_FILE, own])];
}

/**
 * Reads the first `most` bytes of a plain file of the worktree. A link, a file
 * behind a link, and an unreadable file count as missing.
 */
export function readPlainFile(
  { files }: System,
  worktree: string,
  { path, most }: { path: string; most: number },
): FileText | undefined {
  return attempt(() => {
    const full = join(worktree, ...path.split("/"));
    const found = files.peek(full);
    if (found?.kind !== "file" || files.realPath(full) !== full) {
      return undefined;
    }
    const bytes = files.readPart(full, 0, most);
    return { path, bytes, partial: found.size > bytes.length };
  });
}
