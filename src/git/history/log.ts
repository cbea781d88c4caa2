import type { MpmError } from "../../base/errors.ts";
import type { CommitInfo } from "../repository.ts";
import { type Git, gitFailure } from "../run/git.ts";
import { decodeBytes, grouped, lined, splitFields, words } from "../text.ts";

/** ID, author, author's time, committer's time, subject; each ends in NUL. */
const COLUMNS = ["%H", "%an", "%ai", "%ct", "%s"];

/** Options of `git log` for output that {@link rowsOf} reads. */
function formatOf(...more: readonly string[]): string[] {
  return ["-z", `--format=${[...more, ...COLUMNS].join("%x00")}`];
}

/** Options of `git log` for output that {@link parseLog} reads. */
export const LOG_FORMAT = formatOf();

/** Returns each commit of a log, with the columns before the usual ones. */
function rowsOf(
  output: Uint8Array,
  count: number,
): { more: string[]; commit: CommitInfo }[] {
  const rows = grouped(splitFields(output), COLUMNS.length + count);
  return rows.map((row) => {
    const [sha, author, timestamp, time, message] = row.slice(count);
    const commit = {
      sha: sha!,
      author: author!,
      timestamp: timestamp!,
      time: Number(time) * 1000,
      message: message!,
    };
    return { more: row.slice(0, count), commit };
  });
}

/** Reads the output of `git log` with {@link LOG_FORMAT}. */
export function parseLog(output: Uint8Array): CommitInfo[] {
  return rowsOf(output, 0).map(({ commit }) => commit);
}

/** The commits reachable from only one of two commits, newest first. */
export interface Range {
  readonly left: CommitInfo[];
  readonly right: CommitInfo[];
  /** Number of commits on either side beyond the limit. */
  readonly omitted: number;
}

/** The maximum number of commits to read; others are only counted. */
const COMMIT_LIMIT = 10_000;

/** Returns the commits between `base` and HEAD; `undefined` without either. */
export async function tryRange(
  git: Git,
  base: string,
): Promise<Range | undefined> {
  const args = rangeArgs(base);
  const log = await git.run(args);
  if (log.outcome !== "exited") throw gitFailure(args, log);
  return log.status === 0 ? await rangeOf(git, base, log.stdout) : undefined;
}

/** Like {@link tryRange}, for commits that are known to exist. */
export async function readRange(git: Git, base: string): Promise<Range> {
  return await rangeOf(git, base, await git.read(rangeArgs(base)));
}

function rangeArgs(base: string): string[] {
  const most = `--max-count=${COMMIT_LIMIT + 1}`;
  const format = ["--left-right", ...formatOf("%m")];
  return ["log", most, ...format, `${base}...HEAD`, "--"];
}

async function rangeOf(
  git: Git,
  base: string,
  output: Uint8Array,
): Promise<Range> {
  const commits = rowsOf(output, 1);
  const of = (side: string) =>
    commits.slice(0, COMMIT_LIMIT).filter(({ more }) => more[0] === side)
      .map(({ commit }) => commit);
  const range = { left: of("<"), right: of(">"), omitted: 0 };
  if (commits.length <= COMMIT_LIMIT) return range;
  const args = words("rev-list --count", `${base}...HEAD`, "--");
  const count = Number(decodeBytes(await git.read(args)));
  return { ...range, omitted: count - COMMIT_LIMIT };
}

/** Returns the commits of HEAD since a time, which counts whole seconds. */
export async function readSince(git: Git, time: Date): Promise<CommitInfo[]> {
  const since = `--since=${Math.floor(time.getTime() / 1000)}`;
  return await readHead(git, [since]);
}

/** Returns all commits of HEAD, for a save made before the first commit. */
export async function readAll(git: Git): Promise<Range> {
  return { left: [], right: await readHead(git, []), omitted: 0 };
}

/** Returns the newest commits of HEAD. */
export async function readNewest(
  git: Git,
  { count, since, until }: {
    count: number;
    /** Milliseconds since the epoch, by the committers' clocks. */
    since: number | undefined;
    until: number | undefined;
  },
): Promise<CommitInfo[]> {
  const seconds = (time: number) => Math.floor(time / 1000);
  return await readHead(git, [
    ...since === undefined ? [] : [`--since=${seconds(since)}`],
    ...until === undefined ? [] : [`--until=${seconds(until)}`],
  ], count);
}

export interface CommitWithFiles {
  readonly commit: CommitInfo;
  /** Relative to the repository, without mpm's files; empty for a merge. */
  readonly files: readonly string[];
}

/**
 * Returns the newest commits of all branches and worktrees since a time, with
 * their files. Commits that only record a save are left out.
 */
export async function readNewestAnywhere(
  git: Git,
  { since, count }: {
    /** Milliseconds since the epoch, by the committers' clocks. */
    since: number;
    count: number;
  },
): Promise<CommitWithFiles[]> {
  const all = parseLog(
    await git.read([
      ...words(`log --max-count=${count} --exclude=refs/mpm/*
        --exclude=refs/notes/* --exclude=refs/stash --all`),
      `--since=${Math.floor(since / 1000)}`,
      ...[...LOG_FORMAT, "--"],
    ]),
  );
  if (all.length === 0) return [];
  const { own } = await findOwnCommits(git, all);
  const commits = all.filter(({ sha }) => !own.has(sha));
  const args = words(`diff-tree --stdin --root -r -z --name-only --no-renames
    --pretty=format:%x01%H%x03`);
  const stdin = lined(commits.map(({ sha }) => sha));
  const output = decodeBytes(await git.read(args, { stdin }));
  const files = new Map(
    output.split("\x01").slice(1).map((part) => {
      const [sha = "", listed = ""] = part.split("\x03");
      const paths = listed.replace(/^\n/, "").split("\0")
        .filter((path) => path !== "" && !IN_STORE.test(path));
      return [sha, paths] as const;
    }),
  );
  return commits.map((commit) => ({
    commit,
    files: files.get(commit.sha) ?? [],
  }));
}

async function readHead(
  git: Git,
  options: readonly string[],
  count = COMMIT_LIMIT,
): Promise<CommitInfo[]> {
  const most = `--max-count=${Math.min(count, COMMIT_LIMIT)}`;
  const args = ["log", most, ...options, ...LOG_FORMAT, "HEAD", "--"];
  return parseLog(await git.read(args));
}

/** Returns whether `ancestor` is `commit` or one of its ancestors. */
export async function isAncestor(
  git: Git,
  ancestor: string,
  commit: string,
): Promise<boolean> {
  if (ancestor === commit) return true;
  return await decide(git, ["merge-base", "--is-ancestor", ancestor, commit]);
}

/** Returns whether two commits have a common ancestor. */
export async function isRelated(
  git: Git,
  one: string,
  other: string,
): Promise<boolean> {
  return await decide(git, ["merge-base", one, other]);
}

/** Returns the answer of an exit status: 0 is yes, 1 is no. */
async function decide(git: Git, args: readonly string[]): Promise<boolean> {
  const answer = await git.run(args);
  if (![0, 1].includes(answer.status)) throw gitFailure(args, answer);
  return answer.status === 0;
}

/** The start of the subject of a save's commit. */
const SUBJECT = "session: pause at ";

/** A line of the commit's body. */
const BODY = /^Session ID: (session-\S*)/m;

/** The save whose pause may have made one of the commits. */
export interface PausedSave {
  readonly id: string;
  /** Returns whether the save lists that path as uncommitted. */
  lists(path: string): boolean;
}

/** Commits of pauses. */
export interface OwnCommits {
  /** Their ids. */
  readonly own: Set<string>;
  /** Other files in a commit: claude-mpm up to 6.2.40 adds all staged. */
  readonly swept: Map<string, readonly string[]>;
}

/**
 * Finds the commits that only record a save, by subject, body, and files in
 * `.claude-mpm/`. The pause of `save` may also change files that the save lists
 * as uncommitted. Starts git only if a subject matches.
 */
export async function findOwnCommits(
  git: Git,
  commits: readonly CommitInfo[],
  save?: PausedSave,
): Promise<OwnCommits> {
  const fitting = commits.filter(({ message }) => message.startsWith(SUBJECT));
  if (fitting.length === 0) return { own: new Set(), swept: new Map() };
  const args = words(`diff-tree --stdin --root -r -m -z --name-only
    --no-renames --pretty=format:%x01%H%x02%b%x03`);
  const stdin = lined(fitting.map(({ sha }) => sha));
  return ownAmong(decodeBytes(await git.read(args, { stdin })), save);
}

/** Matches below the project, which may be a subfolder of the repository. */
const IN_STORE = /(?:^|\/)\.claude-mpm\//;

/**
 * Parses `SOH id STX body ETX newline paths`, where a NUL ends each path. A
 * body that contains these control characters does not match, which is safe.
 */
function ownAmong(output: string, save?: PausedSave): OwnCommits {
  const own = new Set<string>();
  const swept = new Map<string, readonly string[]>();
  const others = new Set<string>();
  for (const part of output.split("\x01").slice(1)) {
    const [id = "", text = ""] = part.split("\x02");
    const [body = "", listed = ""] = text.split("\x03");
    const paths = listed.replace(/^\n/, "").split("\0")
      .filter((path) => path !== "");
    const outside = paths.filter((path) => !IN_STORE.test(path));
    const session = BODY.exec(body)?.[1];
    const isOwn = session !== undefined && paths.length > 0 &&
      (outside.length === 0 ||
        session === save?.id && outside.every(save.lists));
    // A merge is listed once for each parent.
    if (!isOwn) others.add(id);
    own.add(id);
    if (outside.length > 0) swept.set(id, outside);
  }
  for (const id of others) {
    own.delete(id);
    swept.delete(id);
  }
  return { own, swept };
}

/** The maximum number of commits in a save. */
const LISTED = 5;

/** The maximum number of commits to read, some of them made by pauses. */
const READ = 20;

/** With each commit's tree and message body before the usual columns. */
const FULL = [...formatOf("%T", "%b"), "HEAD", "--"];

/** Returns the newest commits of HEAD. */
export interface Recent {
  /** Without commits made only by pauses. */
  readonly commits: readonly CommitInfo[];
  /** HEAD, as a full ID. */
  readonly head: string | undefined;
  /** The tree of HEAD. */
  readonly tree: string | undefined;
  /** There is nothing to log before the first commit. */
  readonly failure: MpmError | undefined;
}

/** Returns at most five commits, with one process, rarely two. */
export async function readRecent(git: Git): Promise<Recent> {
  const args = ["log", `-${READ}`, ...FULL];
  const log = await git.run(args);
  const failure = log.status === 0 ? undefined : gitFailure(args, log);
  const all = rowsOf(log.stdout, 2);
  const [first] = all;
  const end = { head: first?.commit.sha, tree: first?.more[0], failure };
  const commits = withoutPauses(all);
  if (commits.length > 0 || all.length < READ) return { commits, ...end };
  const others = ["--invert-grep", `--grep=^${SUBJECT}`];
  const earlier = await git.run(["log", `-${LISTED}`, ...others, ...FULL]);
  return { commits: withoutPauses(rowsOf(earlier.stdout, 2)), ...end };
}

function withoutPauses(found: ReturnType<typeof rowsOf>): CommitInfo[] {
  return found.filter(({ commit: { message }, more: [, body = ""] }) =>
    !(message.startsWith(SUBJECT) && BODY.test(body))
  ).slice(0, LISTED).map(({ commit }) => commit);
}
