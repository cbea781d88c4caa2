import type { MpmError } from "../../base/errors.ts";
import type { CommitInfo } from "../repository.ts";
import { type Git, gitFailure } from "../run/git.ts";
import { decodeBytes, splitFields, words } from "../text.ts";

/** Id, author, author's time, committer's time, subject; each ends in NUL. */
const COLUMNS = ["%H", "%an", "%ai", "%ct", "%s"];

/** Options of `git log` for output that {@link parseLog} reads. */
export const LOG_FORMAT = ["-z", `--format=${COLUMNS.join("%x00")}`];

/** As {@link LOG_FORMAT}, each commit's side (`<`, `>`) before it. */
export const SIDED_LOG_FORMAT = [
  "-z",
  "--left-right",
  `--format=${["%m", ...COLUMNS].join("%x00")}`,
];

/** As {@link LOG_FORMAT}, each commit's tree and the body of its message before it. */
export const FULL_LOG_FORMAT = [
  "-z",
  `--format=${["%T", "%b", ...COLUMNS].join("%x00")}`,
];

/** Reads the output of `git log` with {@link LOG_FORMAT}. */
export function parseLog(output: Uint8Array): CommitInfo[] {
  return grouped(splitFields(output), COLUMNS.length).map(commitOf);
}

/** A commit with its tree and the body of its message. */
export interface FullCommit {
  readonly tree: string;
  readonly body: string;
  readonly commit: CommitInfo;
}

/** Reads the output of `git log` with {@link FULL_LOG_FORMAT}. */
export function parseFullLog(output: Uint8Array): FullCommit[] {
  return grouped(splitFields(output), COLUMNS.length + 2)
    .map(([tree, body, ...columns]) => ({
      tree: tree!,
      body: body!,
      commit: commitOf(columns),
    }));
}

/** A commit and the side of `A...B` that alone reaches it. */
export interface SidedCommit {
  readonly side: "left" | "right";
  readonly commit: CommitInfo;
}

/** Reads the output of `git log` with {@link SIDED_LOG_FORMAT}. */
export function parseSidedLog(output: Uint8Array): SidedCommit[] {
  return grouped(splitFields(output), COLUMNS.length + 1).map((columns) => ({
    side: columns[0] === "<" ? "left" : "right",
    commit: commitOf(columns.slice(1)),
  }));
}

function commitOf(columns: readonly string[]): CommitInfo {
  const [sha, author, timestamp, time, message] = columns;
  return {
    sha: sha!,
    author: author!,
    timestamp: timestamp!,
    time: Number(time) * 1000,
    message: message!,
  };
}

function grouped(fields: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at + size <= fields.length; at += size) {
    groups.push(fields.slice(at, at + size));
  }
  return groups;
}

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

/** How the subject of a save's commit begins. */
const SUBJECT = "session: pause at ";

/** A line of its body. */
const BODY = /^Session ID: (session-\S*)/m;

/** The pattern that finds such messages in a log. */
export const PAUSE_PATTERN = `^${SUBJECT}`;

/** Tells whether a commit's message is that of a pause, of mpm or claude-mpm. */
export function isPauseMessage(subject: string, body: string): boolean {
  return subject.startsWith(SUBJECT) && BODY.test(body);
}

/** The save whose pause may have made one of the commits. */
export interface PausedSave {
  readonly id: string;
  /** Tells whether the save lists that path as uncommitted. */
  lists(path: string): boolean;
}

/** Commits of pauses. */
export interface OwnCommits {
  /** Their ids. */
  readonly own: Set<string>;
  /**
   * Other files in the commit of this pause, by its id: claude-mpm up to
   * 6.2.40 commits whatever is staged.
   */
  readonly swept: Map<string, readonly string[]>;
}

/**
 * Finds the commits that only record a save: subject and body are those of a
 * pause, and nothing outside `.claude-mpm/` is touched, or, by the pause of
 * `save` itself, only files that the save lists as uncommitted. Starts git only
 * if a subject fits.
 */
export async function findOwnCommits(
  git: Git,
  commits: readonly CommitInfo[],
  save?: PausedSave,
): Promise<OwnCommits> {
  const fitting = commits.filter(({ message }) => message.startsWith(SUBJECT));
  if (fitting.length === 0) return { own: new Set(), swept: new Map() };
  const output = await git.read(
    words(`diff-tree --stdin --root -r -m -z --name-only --no-renames
        --pretty=format:%x01%H%x02%b%x03`),
    {
      stdin: new TextEncoder().encode(
        fitting.map(({ sha }) => `${sha}\n`).join(""),
      ),
    },
  );
  return ownAmong(decodeBytes(output), save);
}

/**
 * Reads `SOH id STX body ETX newline paths`, each path ended by NUL. A body
 * that holds such characters itself fits nothing, which is the safe side.
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
    const session = sessionOf(body);
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

/** Below the project, which may be a folder of the repository. */
const IN_STORE = /(?:^|\/)\.claude-mpm\//;

function sessionOf(body: string): string | undefined {
  return BODY.exec(body)?.[1];
}

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
