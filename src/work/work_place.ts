import { basename } from "@std/path";
import type { Workspace } from "../git/repository.ts";

/** The place of the main worktree, and of a folder without a repository. */
export const MAIN = "main";

/** Characters of a name that are kept, so that it stays a file name. */
const LONGEST = 150;

/**
 * Which worktree a session is worked on in, as a file name. A linked worktree
 * goes by the name git knows it under, which `git worktree move` keeps.
 */
export function placeKey(
  { linked, gitDir }: Pick<Workspace, "linked" | "gitDir">,
): string {
  if (!linked || gitDir === undefined) return MAIN;
  const name = basename(gitDir).replaceAll(
    /[^\w.-]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16)}`,
  );
  return `linked-${name.slice(0, LONGEST)}`;
}
