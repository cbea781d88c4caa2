import type { MpmError } from "../errors.ts";
import type { CommitInfo } from "../session/repository.ts";
import { type Git, gitFailure } from "./git.ts";
import { parseTreeLog, TREE_LOG_FORMAT } from "./log.ts";

const RECENT = ["log", "-5", ...TREE_LOG_FORMAT, "HEAD", "--"];

/** The newest commits of HEAD. */
export interface Recent {
  readonly commits: readonly CommitInfo[];
  /** The tree of HEAD. */
  readonly tree: string | undefined;
  /** Before the first commit there is nothing to log. */
  readonly failure: MpmError | undefined;
}

/** At most five commits, with one process. */
export async function readRecent(git: Git): Promise<Recent> {
  const log = await git.run(RECENT);
  const failure = log.status === 0 ? undefined : gitFailure(RECENT, log);
  return { ...parseTreeLog(log.stdout), failure };
}
