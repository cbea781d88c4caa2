import type { Changes, RewrittenCommit } from "./changes.ts";
import type { History } from "./history.ts";
import type { CommitInfo } from "./repository.ts";

/** How HEAD relates to the base, commits of saves left out. */
export function relationOf(
  history: History,
  head: string | undefined,
): Changes["relation"] {
  const { comparedBy, own } = history;
  const known = comparedBy === "start" ||
    (comparedBy === "head" && head !== undefined);
  if (!known) return "unknown";
  const left = history.left.some(({ sha }) => !own.has(sha));
  const right = history.right.some(({ sha }) => !own.has(sha));
  if (left) return right ? "diverged" : "behind";
  return right ? "ahead" : "same";
}

/** The commits that came, went and were rewritten, newest first. */
export function compareCommits(history: History): Changes["commits"] {
  const { own, omitted } = history;
  const left = history.left.filter(({ sha }) => !own.has(sha));
  const right = history.right.filter(({ sha }) => !own.has(sha));
  const rewritten = findRewritten(left, right, history.equal);
  const from = new Set(rewritten.map((pair) => pair.from.sha));
  const to = new Set(rewritten.map((pair) => pair.to?.sha));
  const paired = rewritten.some((pair) => pair.to === null);
  return {
    // A twin that could not be told apart is no new commit either.
    new: right.filter(({ sha }) =>
      !to.has(sha) && !(paired && history.equal.has(sha))
    ),
    rewritten,
    lost: left.filter(({ sha }) => !from.has(sha)),
    own: own.size,
    omitted,
  };
}

type Commits = readonly CommitInfo[];

/** What stays the same when a commit is rewritten, the surest first. */
const KEYS: readonly ((commit: CommitInfo) => string)[] = [
  (commit) => `${commit.author}\n${commit.timestamp}\n${commit.message}`,
  (commit) => `${commit.author}\n${commit.timestamp}`,
  (commit) => commit.message,
];

/**
 * Pairs of a commit that went and the one that took its place: with an equal
 * patch, or by the same author at the same author's time (which an amend and
 * a rebase keep) with another.
 */
function findRewritten(
  left: Commits,
  right: Commits,
  equal: ReadonlySet<string>,
): RewrittenCommit[] {
  const isEqual = ({ sha }: CommitInfo) => equal.has(sha);
  const same = pairUp(left.filter(isEqual), right.filter(isEqual), KEYS);
  const changed = pairUp(
    left.filter((commit) => !isEqual(commit)),
    right.filter((commit) => !isEqual(commit)),
    KEYS.slice(0, 2),
  );
  const rewritten: RewrittenCommit[] = [];
  for (const from of left) {
    const patch = isEqual(from) ? "same" : "changed";
    const to = (patch === "same" ? same : changed).get(from) ?? null;
    if (to !== null || patch === "same") rewritten.push({ from, to, patch });
  }
  return rewritten;
}

/** Pairs by one key after another; within a key in order. */
function pairUp(
  left: Commits,
  right: Commits,
  keys: typeof KEYS,
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
