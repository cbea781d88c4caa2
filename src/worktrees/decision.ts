import { named } from "../base/words.ts";
import { durationText } from "../base/times.ts";
import { type Failed, type IgnoredPath, isFailed } from "../git/mod.ts";
import type { Place, WorktreeFacts } from "./facts.ts";

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

/** The decision about a folder below `.claude/worktrees/`. */
export interface Decision {
  readonly remove: boolean;
  /** The reason, in claude-mpm's words if it has any. */
  readonly reason: string;
  /** True if work would be lost; otherwise the folder is only in use. */
  readonly unsaved: boolean;
}

export interface DecisionRules extends WorktreeRules {
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A reason to preserve the folder, or `"unread"` if more facts are needed. */
type Finding = Omit<Decision, "remove"> | "unread" | undefined;

type Check = (facts: WorktreeFacts, rules: DecisionRules) => Finding;

const inUse = (reason: string): Finding => ({ reason, unsaved: false });
const unsaved = (reason: string): Finding => ({ reason, unsaved: true });

/** Checks the processes in a worktree. */
const checkStanding: Check = ({ standing }) => {
  if (!standing) return "unread";
  if (isFailed(standing)) return inUse(standing.failed);
  return standing.length === 0 ? undefined : inUse(standingText(standing));
};

/** Ordered by cost, except that checks for lost work come before age. */
const CHECKS: readonly Check[] = [
  ({ place, aside }) => {
    if (place === "inside") return undefined;
    return place === "aside"
      ? unsaved(`was moved to "${aside}" by a cleanup that did not finish`)
      : inUse(PLACES.get(place)!);
  },
  ({ own }) =>
    own ? inUse("is the worktree in which this command runs") : undefined,
  checkRepository,
  ({ lock }) => {
    if (!lock || lock.holder === "dead") return undefined;
    const { reason } = lock;
    return inUse(`worktree is locked${reason === "" ? "" : `: ${reason}`}`);
  },
  ({ operation }) =>
    operation === undefined
      ? undefined
      : unsaved(`a ${operation} is in progress`),
  ({ status }, { trash }) =>
    checked(status, "git status failed", ({ changes, ignored }) => {
      if (changes > 0) return unsaved("has uncommitted or untracked changes");
      const kept = ignored.filter((found) => !isTrash(found, trash));
      return unsavedPaths(kept.map(({ path }) => path), "has ignored files:");
    }),
  ({ landed, branch }) =>
    checked(
      landed,
      "could not determine merge status; preserving conservatively",
      ({ how }) => {
        if (how !== "no") return undefined;
        const what = branch === undefined ? "detached HEAD" : "branch";
        return unsaved(`${what} has commits not merged into main branch`);
      },
    ),
  ({ unwatched }) =>
    checked(unwatched, "git ls-files failed", (paths) => {
      const why = "has files marked assume-unchanged or skip-worktree:";
      return unsavedPaths(paths, why);
    }),
  ({ filtered }) =>
    checked(
      filtered,
      "could not check content behind git filters",
      (paths) => unsavedPaths(paths, "has content that a git filter hides:"),
    ),
  ({ extras }) =>
    checked(
      extras,
      "its git folder cannot be read",
      ({ own }) => unsavedPaths(own, "its git folder contains"),
    ),
  ({ usedAt }, rules) => youngerThan(usedAt, rules),
  ({ contents }, rules) =>
    checked(
      contents,
      "some of it cannot be read",
      ({ nested, newest }) =>
        nested === undefined
          ? youngerThan(newest, rules)
          : unsaved(`contains another repository: ${nested}`),
    ),
  checkStanding,
];

/**
 * Decides what happens as soon as the facts are sufficient; `undefined` if more
 * facts must be read. Preserves doubtful cases.
 */
export function decide(
  facts: WorktreeFacts,
  rules: DecisionRules,
): Decision | undefined {
  const empty = isEmptyFolder(facts);
  for (const check of empty ? [checkStanding] : CHECKS) {
    const finding = check(facts, rules);
    if (finding === "unread") return undefined;
    if (finding) return { remove: false, ...finding };
  }
  const reason = empty ? "empty directory" : removalReason(facts);
  return { remove: true, reason, unsaved: false };
}

/** Returns whether the folder is empty: its removal loses nothing. */
function isEmptyFolder(facts: WorktreeFacts): boolean {
  return facts.place === "inside" && !facts.own && facts.kind === "orphan" &&
    facts.repository === "empty";
}

function removalReason({ landed }: WorktreeFacts): string {
  if (!landed || isFailed(landed)) return "";
  switch (landed.how) {
    case "rebased":
      return `every commit has an equal one in ${landed.branch}`;
    case "squashed":
      return `squash-merged into ${landed.branch}`;
    default:
      return `merged into ${landed.branch}`;
  }
}

/** Reasons for places where nothing is removed. */
const PLACES: ReadonlyMap<Place, string> = new Map([
  ["missing", "the directory is missing; git worktree prune removes its entry"],
  ["gone", "is gone: another program removed it"],
  ["link", "is a symbolic link, or reached through one"],
  ["outside", "path resolves outside .claude/worktrees/ — containment guard"],
  ["no-folder", "is not a directory"],
  ["other-disk", "is on another disk"],
  ["unreadable", "cannot be read"],
]);

function checkRepository({ repository, kind }: WorktreeFacts): Finding {
  switch (repository) {
    case "linked":
      return undefined;
    case "own":
      return kind === "orphan"
        ? unsaved("is its own repository")
        : unsaved("its .git is not the one git registered");
    case "copied":
      return unsaved("its .git file belongs to another worktree");
    case "broken":
      return unsaved("its .git file is broken");
    case "none":
    case "empty":
      return unsaved(
        kind === "orphan"
          ? "is not a git worktree and contains files"
          : "its .git file is missing",
      );
  }
}

/** Checks a report of git or the system, unless it is missing or failed. */
function checked<T extends object>(
  value: T | Failed | undefined,
  failed: string,
  check: (value: T) => Finding,
): Finding {
  if (!value) return "unread";
  return isFailed(value) ? unsaved(`${failed}: ${value.failed}`) : check(value);
}

/** The maximum number of paths in a reason. */
const NAMED = 3;

/** Preserves a worktree that contains such paths. */
function unsavedPaths(paths: readonly string[], why: string): Finding {
  return paths.length === 0
    ? undefined
    : unsaved(`${why} ${named(paths, NAMED)}`);
}

function youngerThan(time: number, { now, minAge }: DecisionRules): Finding {
  // The survey may have missed a change made after it began.
  if (time > now) return inUse("is in use");
  if (now - time >= minAge) return undefined;
  return inUse(`was in use less than ${durationText(minAge)} ago`);
}

/** Describes the processes in a worktree. */
export function standingText(pids: readonly number[]): string {
  const noun = pids.length === 1 ? "process" : "processes";
  return `in use by ${noun} ${named(pids.map(String), NAMED)}`;
}
