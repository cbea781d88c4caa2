import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../../git/repository.ts";
import { layout } from "../layout.ts";
import { ensureUserFolder, userState } from "../user_state.ts";
import type { System } from "../../system/system.ts";

/** The same for the commands about the journal. */
export const USER_FLAG = {
  type: "boolean",
  summary: "What was done outside of projects that use mpm, e.g. settings",
} as const;

/**
 * Where an operation is noted: in the project where it uses mpm, else with the
 * user's own state, so that nothing of mpm's appears in a folder by itself.
 */
export function journalRoot(system: System, root: string): string {
  const { home } = layout(root);
  if (system.files.lstat(home)?.kind === "folder") return root;
  return stateOr(system, root);
}

/** The same for a reader; `user`: the user's own. */
export function chosenRoot(
  system: System,
  root: string,
  user: boolean,
): string {
  return user ? stateOr(system, root) : journalRoot(system, root);
}

/** The worktree as entries name it: outside git it is the project. */
export function worktreeOf(
  { git, root, worktree }: Pick<Workspace, "git" | "root" | "worktree">,
): string {
  return git === "repository" ? worktree : root;
}

/** Makes the folder of the user's state where it is that. */
export function ensureJournalRoot(system: System, root: string): string {
  const chosen = journalRoot(system, root);
  if (chosen !== root) ensureUserFolder(system, ".");
  return chosen;
}

function stateOr(system: System, root: string): string {
  try {
    return userState(system);
  } catch (error) {
    if (error instanceof MpmError) return root;
    throw error;
  }
}
