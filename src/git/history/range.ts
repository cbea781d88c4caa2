import type { CommitInfo } from "../repository.ts";
import { type Git, gitFailure } from "../run/git.ts";
import {
  LOG_FORMAT,
  parseLog,
  parseSidedLog,
  SIDED_LOG_FORMAT,
} from "./log.ts";
import { decodeBytes } from "../text.ts";

/** The commits that only one of two commits reaches, newest first. */
export interface Range {
  readonly left: CommitInfo[];
  readonly right: CommitInfo[];
  /** Commits of either side beyond the limit. */
  readonly omitted: number;
}

/** Commits read of a range; more are only counted. */
const COMMIT_LIMIT = 10_000;

/**
 * The commits between `base` and HEAD; `undefined` if git knows no such base,
 * or HEAD has no commit.
 */
export async function tryRange(
  git: Git,
  base: string,
): Promise<Range | undefined> {
  const args = rangeArgs(base);
  const log = await git.run(args);
  if (log.outcome !== "exited") throw gitFailure(args, log);
  return log.status === 0 ? await rangeOf(git, base, log.stdout) : undefined;
}

/** As {@link tryRange}, between commits that are known to exist. */
export async function readRange(git: Git, base: string): Promise<Range> {
  return await rangeOf(git, base, await git.read(rangeArgs(base)));
}

function rangeArgs(base: string): string[] {
  return [
    "log",
    `--max-count=${COMMIT_LIMIT + 1}`,
    ...SIDED_LOG_FORMAT,
    `${base}...HEAD`,
    "--",
  ];
}

async function rangeOf(
  git: Git,
  base: string,
  output: Uint8Array,
): Promise<Range> {
  const commits = parseSidedLog(output);
  const listed = commits.slice(0, COMMIT_LIMIT);
  const of = (side: string) =>
    listed.filter((found) => found.side === side).map(({ commit }) => commit);
  const range = { left: of("left"), right: of("right"), omitted: 0 };
  if (commits.length <= COMMIT_LIMIT) return range;
  return { ...range, omitted: await countAll(git, base) - COMMIT_LIMIT };
}

async function countAll(git: Git, base: string): Promise<number> {
  const count = await git.read(["rev-list", "--count", `${base}...HEAD`, "--"]);
  return Number(decodeBytes(count));
}

/**
 * Commits of HEAD made since a moment, by the committers' clocks, which know
 * whole seconds only: those of that very second are among them.
 */
export async function readSince(git: Git, time: Date): Promise<CommitInfo[]> {
  const log = await git.read([
    "log",
    `--max-count=${COMMIT_LIMIT}`,
    `--since=${Math.floor(time.getTime() / 1000)}`,
    ...LOG_FORMAT,
    "HEAD",
    "--",
  ]);
  return parseLog(log);
}

/** All commits of HEAD, for a save made before the first. */
export async function readAll(git: Git): Promise<Range> {
  const log = await git.read([
    "log",
    `--max-count=${COMMIT_LIMIT}`,
    ...LOG_FORMAT,
    "HEAD",
    "--",
  ]);
  return { left: [], right: parseLog(log), omitted: 0 };
}

/** Whether `ancestor` is `commit` or one of its ancestors. */
export async function isAncestor(
  git: Git,
  ancestor: string,
  commit: string,
): Promise<boolean> {
  if (ancestor === commit) return true;
  return await decide(git, ["merge-base", "--is-ancestor", ancestor, commit]);
}

/** Whether two commits have any common ancestor. */
export async function isRelated(
  git: Git,
  one: string,
  other: string,
): Promise<boolean> {
  return await decide(git, ["merge-base", one, other]);
}

/** For a command that answers by status: 0 is yes, 1 no. */
async function decide(git: Git, args: readonly string[]): Promise<boolean> {
  const answer = await git.run(args);
  if (answer.status !== 0 && answer.status !== 1) {
    throw gitFailure(args, answer);
  }
  return answer.status === 0;
}
