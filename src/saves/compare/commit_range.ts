import {
  type BaseCandidate,
  baseCandidates,
  commitName,
  type History,
  isUnborn,
} from "./history.ts";
import type { Save } from "../save.ts";
import { parseTime } from "../../base/times.ts";
import {
  emptyTree,
  type Git,
  isRelated,
  type Names,
  type Range,
  readAll,
  readFileChanges,
  readRange,
  readSince,
  tryFileChanges,
  tryRange,
} from "../../git/mod.ts";

/** The base commit, and the commits between it and HEAD. */
export interface CommitRange extends Range {
  readonly comparedBy: History["comparedBy"];
  readonly base: string | undefined;
  readonly files: History["files"];
}

const EMPTY_RANGE = {
  base: undefined,
  left: [],
  right: [],
  omitted: 0,
  files: [],
};

/** Returns an empty range if HEAD is the recorded commit of the pause. */
export function emptyRange(save: Save, head: string): CommitRange | undefined {
  const [first] = baseCandidates(save);
  if (isUnborn(save) || first?.name !== head) return undefined;
  return { ...EMPTY_RANGE, base: head, comparedBy: first.comparedBy };
}

/**
 * Reads the commits between the commit of the pause and HEAD. Runs two git
 * processes at once, and more if the repository lacks that commit.
 */
export async function readCommitRange(
  git: Git,
  save: Save,
  names: Promise<Names>,
): Promise<CommitRange> {
  if (isUnborn(save)) return await readWholeRange(git, names);
  const [first, ...others] = baseCandidates(save);
  // These start before the commit is known to exist, since it usually does.
  const [range, files, resolved] = await Promise.all([
    first && tryRange(git, first.name),
    first && tryFileChanges(git, first.name, "HEAD"),
    names,
  ]);
  const base = first && resolved.get(commitName(first));
  const born = resolved.get("HEAD") !== undefined;
  if (first && base !== undefined) {
    const { comparedBy } = first;
    if (!born) return { ...EMPTY_RANGE, base, comparedBy };
    return {
      ...range ?? await readRange(git, base),
      files: files ?? await readFileChanges(git, base, "HEAD"),
      base,
      comparedBy,
    };
  }
  const older = born && await readOlderRange(git, others, resolved);
  return older || await readRangeByTime(git, save, born);
}

async function readRangeByTime(
  git: Git,
  save: Save,
  born: boolean,
): Promise<CommitRange> {
  const time = parseTime(save.paused_at);
  if (!save.git_context.is_git_repo || time === undefined) {
    return { ...EMPTY_RANGE, comparedBy: "nothing" };
  }
  const right = born ? await readSince(git, new Date(time)) : [];
  return { ...EMPTY_RANGE, right, comparedBy: "time" };
}

/** Reads all commits of HEAD, for a save made before the first commit. */
async function readWholeRange(
  git: Git,
  names: Promise<Names>,
): Promise<CommitRange> {
  const way = { ...EMPTY_RANGE, comparedBy: "start" } as const;
  const head = (await names).get("HEAD");
  if (head === undefined) return way;
  const [range, files] = await Promise.all([
    readAll(git),
    readFileChanges(git, emptyTree(head), head),
  ]);
  return { ...way, ...range, files };
}

/** Reads the range from the first older commit that is related to HEAD. */
async function readOlderRange(
  git: Git,
  candidates: readonly BaseCandidate[],
  names: Names,
): Promise<CommitRange | undefined> {
  for (const candidate of candidates) {
    const base = names.get(commitName(candidate));
    if (base === undefined || !await isRelated(git, base, "HEAD")) continue;
    const [range, files] = await Promise.all([
      readRange(git, base),
      readFileChanges(git, base, "HEAD"),
    ]);
    const { comparedBy } = candidate;
    return { ...range, files, base, comparedBy };
  }
  return undefined;
}
