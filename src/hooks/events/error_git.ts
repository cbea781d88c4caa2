import { MpmError } from "../../base/errors.ts";
import type { ErrorGit } from "../error_record.ts";
import type { System } from "../../system/system.ts";
import { BRIEF } from "../../git/status.ts";
import { Git } from "../../git/run/git.ts";
import { allEnded } from "../../git/text.ts";
import { quickPlace } from "../../git/place.ts";
import { readRecent } from "../../git/history/log.ts";
import { runStatus } from "../../git/submodules.ts";

/** Uncommitted paths that are listed. */
const LISTED = 20;

/**
 * Returns the status and the newest commits of a worktree, by two git processes
 * side by side that get `wait` milliseconds each. `undefined`: there is no
 * repository, or git did not answer in time.
 */
export async function readErrorGit(
  system: System,
  folder: string,
  wait: number,
): Promise<ErrorGit | undefined> {
  const place = quickPlace(system, folder);
  if (place?.gitDir === undefined) return undefined;
  const run: System["run"] = (program, options) =>
    system.run(program, {
      ...options,
      timeout: Math.min(options.timeout, wait),
    });
  const hurried = { ...system, run };
  const git = new Git(hurried, place.worktree);
  const { gitDir } = place;
  try {
    const [{ result, status }, recent] = await allEnded([
      runStatus(hurried, git, { gitDir, args: BRIEF }),
      readRecent(git),
    ]);
    if (result.outcome !== "exited" || result.status !== 0) return undefined;
    const { head, branch, entries } = status;
    return {
      branch: branch ?? null,
      head: head ?? null,
      changes: entries.slice(0, LISTED)
        .map(({ status, path }) => `${status} ${path}`),
      changes_omitted: Math.max(0, entries.length - LISTED),
      commits: recent.commits
        .map(({ sha, message }) => `${sha.slice(0, 12)} ${message}`),
    };
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}
