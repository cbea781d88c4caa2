import type { IgnoredPath } from "../git/mod.ts";
/** The user's settings for the cleanup of worktrees. */
export interface WorktreeRules {
  /** The number of milliseconds for which a worktree must have been unused. */
  readonly minAge: number;
  /**
   * Names of ignored folders, and `*.suffix` of ignored files, that can be
   * recreated. Only these may be removed with a worktree.
   */
  readonly trash: readonly string[];
}

/** The configured rules. */
export function worktreeRules(
  config: {
    readonly "worktrees.min_age": number;
    readonly "worktrees.trash": readonly string[];
  },
): WorktreeRules {
  return {
    minAge: config["worktrees.min_age"],
    trash: config["worktrees.trash"],
  };
}

/** Returns whether an ignored path is only trash, by its own name alone. */
export function isTrash(
  { path, link }: IgnoredPath,
  trash: readonly string[],
): boolean {
  const folder = path.endsWith("/");
  const name = path.replace(/\/$/, "").split("/").at(-1)!;
  return trash.some((entry) =>
    entry.startsWith("*.")
      ? !folder && name.endsWith(entry.slice(1)) && name !== entry.slice(1)
      : name === entry && (folder || link || entry === ".DS_Store")
  );
}
