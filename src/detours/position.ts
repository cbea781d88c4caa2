import type { Position } from "../git/mod.ts";

/**
 * Returns whether HEAD is at a position: on its branch, or detached at its
 * commit.
 */
export function isAt(now: Position, wanted: Position): boolean {
  return now.branch === wanted.branch &&
    (wanted.branch !== null || now.head === wanted.head);
}

/** Returns a position for a message: `"main"`, or `commit 1234567`. */
export function positionText({ branch, head }: Position): string {
  if (branch !== null) return `"${branch}"`;
  return head === null ? "no commit" : `commit ${head.slice(0, 7)}`;
}
