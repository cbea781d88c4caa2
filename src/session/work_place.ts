import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { Workspace } from "./repository.ts";

/** The place of the main worktree, and of a folder without a repository. */
export const MAIN = "main";

/**
 * Which worktree a session is worked on in, as a file name. A linked worktree
 * goes by the name git knows it under, which `git worktree move` keeps.
 */
export function placeKey(
  { linked, gitDir }: Pick<Workspace, "linked" | "gitDir">,
): string {
  if (!linked || gitDir === undefined) return MAIN;
  const digest = createHash("sha256").update(basename(gitDir)).digest("hex");
  return `linked-${digest.slice(0, 16)}`;
}
