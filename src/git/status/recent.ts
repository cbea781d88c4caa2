import type { MpmError } from "../../base/errors.ts";
import type { CommitInfo } from "../repository.ts";
import { type Git, gitFailure } from "../run/git.ts";
import {
  FULL_LOG_FORMAT,
  type FullCommit,
  parseFullLog,
} from "../history/log.ts";
import { isPauseMessage, PAUSE_PATTERN } from "../history/own_commits.ts";

/** Commits that a save lists. */
const LISTED = 5;

/** Commits that are read, so that those of pauses can be left out. */
const READ = 20;

const RECENT = ["log", `-${READ}`, ...FULL_LOG_FORMAT, "HEAD", "--"];

/** Beyond a long row of pauses. */
const EARLIER = [
  "log",
  `-${LISTED}`,
  "--invert-grep",
  `--grep=${PAUSE_PATTERN}`,
  ...FULL_LOG_FORMAT,
  "HEAD",
  "--",
];

/** The newest commits of HEAD. */
export interface Recent {
  /** Without those that only pauses made. */
  readonly commits: readonly CommitInfo[];
  /** HEAD, as a full id. */
  readonly head: string | undefined;
  /** The tree of HEAD. */
  readonly tree: string | undefined;
  /** Before the first commit there is nothing to log. */
  readonly failure: MpmError | undefined;
}

/** At most five commits, with one process; two after many pauses in a row. */
export async function readRecent(git: Git): Promise<Recent> {
  const log = await git.run(RECENT);
  const failure = log.status === 0 ? undefined : gitFailure(RECENT, log);
  const all = parseFullLog(log.stdout);
  const [first] = all;
  const end = { head: first?.commit.sha, tree: first?.tree, failure };
  const commits = withoutPauses(all);
  if (commits.length > 0 || all.length < READ) return { commits, ...end };
  const earlier = await git.run(EARLIER);
  return { commits: withoutPauses(parseFullLog(earlier.stdout)), ...end };
}

function withoutPauses(found: readonly FullCommit[]): CommitInfo[] {
  return found.filter(({ commit, body }) =>
    !isPauseMessage(commit.message, body)
  ).slice(0, LISTED).map(({ commit }) => commit);
}
