import type { System } from "../system/system.ts";
import { Git } from "./git.ts";
import { readRecent, type Recent } from "./recent.ts";
import { safeGit, type SafeSettings, safeSettings } from "./safe_git.ts";
import { readShallow, type Status } from "./status.ts";

/** Every entry of the index with its mode, id, stage and flags. */
export const LIST_INDEX = ["ls-files", "-z", "--stage", "-v"];

/** What a capture asks git. */
export interface ReadAhead {
  readonly settings: SafeSettings;
  readonly status: Promise<Status>;
  /** The output of {@link LIST_INDEX}. */
  readonly listing: Promise<Uint8Array>;
  readonly recent: Promise<Recent>;
  /** Fulfilled when all have ended, however they did. */
  readonly ended: Promise<unknown>;
}

/**
 * Starts to read these, so that git works while the code of the capture is
 * loaded. Nothing may be about to change the worktree. Throws GIT_FAILED.
 */
export async function readAhead(
  system: System,
  worktree: string,
): Promise<ReadAhead> {
  const plain = new Git(system, worktree);
  const asked = safeSettings(system, worktree);
  const listing = plain.read(LIST_INDEX);
  const recent = readRecent(plain);
  const early = Promise.allSettled([listing, recent]);
  // No filter may run for the status, so it waits for the settings.
  const settings = await asked;
  const { git } = await safeGit(system, worktree, {}, settings);
  const status = readShallow(git, { index: true });
  const ended = Promise.allSettled([early, status]);
  return { settings, status, listing, recent, ended };
}
