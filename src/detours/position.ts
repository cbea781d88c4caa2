import type { Position } from "../git/mod.ts";

/**
 * Returns whether HEAD is there: on that branch, or detached at that commit.
 */
export function isAt(now: Position, wanted: Position): boolean {
  return now.branch === wanted.branch &&
    (wanted.branch !== null || now.head === wanted.head);
}

/** A position in a message: `"main"`, or `commit 1234567`. */
export function positionText({ branch, head }: Position): string {
  if (branch !== null) return `"${branch}"`;
  return head === null ? "no commit" : `commit ${head.slice(0, 7)}`;
}
