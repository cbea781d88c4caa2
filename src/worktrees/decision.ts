import { named } from "../base/words.ts";
import { durationText } from "../base/times.ts";
import { type Failed, isFailed } from "../git/mod.ts";
import type { Place, WorktreeFacts } from "./facts.ts";
import { isTrash, type WorktreeRules } from "./rules.ts";

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

/** Ordered by cost, except that checks for lost work come before age. */
const CHECKS: readonly ((
  facts: WorktreeFacts,
  rules: DecisionRules,
) => Finding)[] = [
  checkPlace,
  checkOwn,
  checkRepository,
  checkLock,
  checkOperation,
  checkStatus,
  checkIgnored,
  checkLanded,
  checkUnwatched,
  checkFiltered,
  checkExtras,
  checkAge,
  checkContents,
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

const inUse = (reason: string): Finding => ({ reason, unsaved: false });
const unsaved = (reason: string): Finding => ({ reason, unsaved: true });

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

function checkPlace({ place, aside }: WorktreeFacts): Finding {
  if (place === "inside") return undefined;
  return place === "aside"
    ? unsaved(`was moved to "${aside}" by a cleanup that did not finish`)
    : inUse(PLACES.get(place)!);
}

function checkOwn({ own }: WorktreeFacts): Finding {
  return own ? inUse("is the worktree in which this command runs") : undefined;
}

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

function checkLock({ lock }: WorktreeFacts): Finding {
  if (!lock || lock.holder === "dead") return undefined;
  const { reason } = lock;
  return inUse(`worktree is locked${reason === "" ? "" : `: ${reason}`}`);
}

function checkOperation({ operation }: WorktreeFacts): Finding {
  return operation === undefined
    ? undefined
    : unsaved(`a ${operation} is in progress`);
}

/** Checks the reports of git and the system, except missing and failed ones. */
function checked<T extends object>(
  value: T | Failed | undefined,
  { failed }: { failed: string },
  check: (value: T) => Finding,
): Finding {
  if (!value) return "unread";
  return isFailed(value) ? unsaved(`${failed}: ${value.failed}`) : check(value);
}

function checkStatus({ status }: WorktreeFacts): Finding {
  return checked(
    status,
    { failed: "git status failed" },
    ({ changes }) =>
      changes > 0 ? unsaved("has uncommitted or untracked changes") : undefined,
  );
}

/** The maximum number of paths in a reason. */
const NAMED = 3;

function checkIgnored({ status }: WorktreeFacts, rules: DecisionRules) {
  if (!status || isFailed(status)) return "unread";
  const kept = status.ignored.filter((found) => !isTrash(found, rules.trash));
  return kept.length === 0 ? undefined : unsaved(
    `has ignored files: ${named(kept.map(({ path }) => path), NAMED)}`,
  );
}

function checkLanded({ landed, branch }: WorktreeFacts): Finding {
  const failed = "could not determine merge status; preserving conservatively";
  return checked(landed, { failed }, ({ how }) => {
    if (how !== "no") return undefined;
    const what = branch === undefined ? "detached HEAD" : "branch";
    return unsaved(`${what} has commits not merged into main branch`);
  });
}

/** Preserves a worktree that contains such paths. */
function unsavedPaths(paths: readonly string[], why: string): Finding {
  return paths.length === 0
    ? undefined
    : unsaved(`${why} ${named(paths, NAMED)}`);
}

function checkUnwatched({ unwatched }: WorktreeFacts): Finding {
  return checked(
    unwatched,
    { failed: "git ls-files failed" },
    (paths) =>
      unsavedPaths(
        paths,
        "has files marked assume-unchanged or skip-worktree:",
      ),
  );
}

function checkFiltered({ filtered }: WorktreeFacts): Finding {
  return checked(
    filtered,
    { failed: "could not check content behind git filters" },
    (paths) => unsavedPaths(paths, "has content that a git filter hides:"),
  );
}

function checkExtras({ extras }: WorktreeFacts): Finding {
  return checked(
    extras,
    { failed: "its git folder cannot be read" },
    ({ own }) => unsavedPaths(own, "its git folder contains"),
  );
}

function checkAge({ usedAt }: WorktreeFacts, rules: DecisionRules): Finding {
  return youngerThan(usedAt, rules);
}

function youngerThan(time: number, { now, minAge }: DecisionRules): Finding {
  // The survey may have missed a change made after it began.
  if (time > now) return inUse("is in use");
  if (now - time >= minAge) return undefined;
  return inUse(`was in use less than ${durationText(minAge)} ago`);
}

function checkContents(
  { contents }: WorktreeFacts,
  rules: DecisionRules,
): Finding {
  const failed = "some of it cannot be read";
  return checked(
    contents,
    { failed },
    ({ nested, newest }) =>
      nested === undefined
        ? youngerThan(newest, rules)
        : unsaved(`contains another repository: ${nested}`),
  );
}

function checkStanding({ standing }: WorktreeFacts): Finding {
  if (!standing) return "unread";
  if (isFailed(standing)) return inUse(standing.failed);
  return standing.length === 0 ? undefined : inUse(standingText(standing));
}

/** Describes the processes in a worktree. */
export function standingText(pids: readonly number[]): string {
  const noun = pids.length === 1 ? "process" : "processes";
  return `in use by ${noun} ${named(pids.map(String), NAMED)}`;
}
