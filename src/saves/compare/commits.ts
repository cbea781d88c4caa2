import type { Changes, RewrittenCommit } from "./changes.ts";
import type { History } from "./history.ts";
import type { CommitInfo } from "../../git/repository.ts";

/**
 * How HEAD relates to the base, commits of saves left out. Through the cut of a
 * shallow history only what git can still follow is known: that one of the two
 * holds the other.
 */
export function relationOf(
  history: History,
  head: string | undefined,
): Changes["relation"] {
  const { comparedBy, own } = history;
  const known = comparedBy === "start" ||
    (comparedBy === "head" && head !== undefined);
  if (!known) return "unknown";
  const apart = history.left.length > 0 && history.right.length > 0;
  if (history.cut && apart) return "unknown";
  const left = history.left.some(({ sha }) => !own.has(sha));
  const right = history.right.some(({ sha }) => !own.has(sha));
  if (left) return right ? "diverged" : "behind";
  return right ? "ahead" : "same";
}

/** The commits that came, went and were rewritten, newest first. */
export function compareCommits(history: History): Changes["commits"] {
  const { own, omitted } = history;
  const left = history.left.filter(({ sha }) => !own.has(sha) && !history.cut);
  const right = history.right.filter(({ sha }) => !own.has(sha));
  const rewritten = findRewritten(left, right, history);
  const from = new Set(rewritten.map((pair) => pair.from.sha));
  const to = new Set(rewritten.map((pair) => pair.to.sha));
  const gone = left.filter(({ sha }) => !from.has(sha));
  const { squash } = history;
  const into = right.find(({ sha }) => sha === squash?.commit);
  const squashed = into && squash && gone.length > 0
    ? { into, how: squash.how, commits: gone }
    : null;
  if (squashed?.how === "commit") to.add(squashed.into.sha);
  return {
    new: right.filter(({ sha }) => !to.has(sha)),
    rewritten,
    squashed,
    lost: squashed === null ? gone : [],
    own: own.size,
    omitted,
  };
}

type Commits = readonly CommitInfo[];

type Key = (commit: CommitInfo) => string;

/** What an amend keeps that changes the content alone, and every rebase. */
const whole: Key = ({ author, timestamp, message }) =>
  `${author}\n${timestamp}\n${message}`;

/** What may stay the same where the patch did, the surest first. */
const KEYS: readonly Key[] = [
  whole,
  ({ author, timestamp }) => `${author}\n${timestamp}`,
  ({ message }) => message,
  () => "",
];

/**
 * Pairs of a commit that went and the one that took its place: with an equal
 * patch, or with another by the same author, at the same author's time (which
 * an amend and a rebase keep), under the same subject.
 */
function findRewritten(
  left: Commits,
  right: Commits,
  { equal, patchesCompared }: History,
): RewrittenCommit[] {
  const patch = ({ sha }: CommitInfo) => equal.get(sha) ?? "";
  const hasPatch = (commit: CommitInfo) => patch(commit) !== "";
  const same = pairUp(
    left.filter(hasPatch),
    right.filter(hasPatch),
    KEYS.map((key) => (commit) => `${patch(commit)}\n${key(commit)}`),
  );
  const changed = pairUp(
    left.filter((commit) => !hasPatch(commit)),
    right.filter((commit) => !hasPatch(commit)),
    [whole],
  );
  const rewritten: RewrittenCommit[] = [];
  for (const from of left) {
    // A patch that was there twice may be there once.
    const twin = (commit: CommitInfo) => patch(commit) === patch(from);
    const to = same.get(from) ??
      (hasPatch(from) ? right.find(twin) : changed.get(from));
    if (to === undefined) continue;
    const isSame = equal.has(from.sha) && equal.has(to.sha);
    const known = isSame ? "same" : "changed";
    rewritten.push({ from, to, patch: patchesCompared ? known : "unknown" });
  }
  return rewritten;
}

/** Pairs by one key after another; within a key in order. */
function pairUp(
  left: Commits,
  right: Commits,
  keys: readonly Key[],
): Map<CommitInfo, CommitInfo> {
  const pairs = new Map<CommitInfo, CommitInfo>();
  const taken = new Set<CommitInfo>();
  for (const key of keys) {
    const waiting = Map.groupBy(
      right.filter((commit) => !taken.has(commit)),
      key,
    );
    for (const commit of left) {
      if (pairs.has(commit)) continue;
      const twin = waiting.get(key(commit))?.shift();
      if (!twin) continue;
      pairs.set(commit, twin);
      taken.add(twin);
    }
  }
  return pairs;
}
