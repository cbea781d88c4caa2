import type { Workspace } from "../repository.ts";
import type { System } from "../../system/system.ts";
import { Git } from "../run/git.ts";
import { type IndexListing, listIndex } from "../index_file.ts";
import { readRecent, type Recent } from "../history/log.ts";
import { type SafeSettings, safeSettings } from "./vault.ts";
import { readShallow, type Status } from "../status.ts";

/** The questions that a capture asks git. */
export interface ReadAhead {
  readonly settings: SafeSettings;
  readonly status: Promise<Status>;
  readonly listing: Promise<IndexListing>;
  readonly recent: Promise<Recent>;
  /** Resolves when all reads have ended, with any result. */
  readonly ended: Promise<unknown>;
}

/**
 * Starts the reads of a capture, so that git works while the capture's code is
 * loaded. Nothing may be about to change the worktree. Throws GIT_FAILED.
 */
export async function readAhead(
  system: System,
  { worktree, gitDir }: Pick<Workspace, "worktree"> & { gitDir: string },
): Promise<ReadAhead> {
  const git = new Git(system, worktree, { filters: "none" });
  // The status takes longest, so it starts first.
  const status = readShallow(git, { index: true });
  const asked = safeSettings(system, worktree);
  const recent = readRecent(git);
  const early = Promise.allSettled([recent, status]);
  const settings = await asked;
  const listing = listIndex(system, git, gitDir);
  const ended = Promise.allSettled([early, listing]);
  return { settings, status, listing, recent, ended };
}
