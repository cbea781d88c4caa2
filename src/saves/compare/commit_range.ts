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

/** The commit compared with, and what is between it and HEAD. */
export interface Way extends Range {
  readonly comparedBy: History["comparedBy"];
  readonly base: string | undefined;
  readonly files: History["files"];
}

const NO_WAY = { base: undefined, left: [], right: [], omitted: 0, files: [] };

/**
 * The way where HEAD is the commit of the pause; `undefined`: it is another one,
 * or none is recorded.
 */
export function noWay(save: Save, head: string): Way | undefined {
  const [first] = baseCandidates(save);
  if (isUnborn(save) || first?.name !== head) return undefined;
  return { ...NO_WAY, base: head, comparedBy: first.comparedBy };
}

/**
 * The commits between the commit of the pause and HEAD: two git processes side
 * by side, more only if the repository lacks that commit.
 */
export async function readWay(
  git: Git,
  save: Save,
  names: Promise<Names>,
): Promise<Way> {
  if (isUnborn(save)) return await readWholeWay(git, names);
  const [first, ...others] = baseCandidates(save);
  // Begun before it is known whether the commit exists, which it mostly does.
  const [range, files, resolved] = await Promise.all([
    first && tryRange(git, first.name),
    first && tryFileChanges(git, first.name, "HEAD"),
    names,
  ]);
  const base = first && resolved.get(commitName(first));
  const born = resolved.get("HEAD") !== undefined;
  if (first && base !== undefined) {
    const { comparedBy } = first;
    if (!born) return { ...NO_WAY, base, comparedBy };
    return {
      ...range ?? await readRange(git, base),
      files: files ?? await readFileChanges(git, base, "HEAD"),
      base,
      comparedBy,
    };
  }
  const older = born && await readOlderWay(git, others, resolved);
  return older || await readWayByTime(git, save, born);
}

/** The commits dated after the pause, where no recorded one is left. */
async function readWayByTime(
  git: Git,
  save: Save,
  born: boolean,
): Promise<Way> {
  const time = parseTime(save.paused_at);
  if (!save.git_context.is_git_repo || time === undefined) {
    return { ...NO_WAY, comparedBy: "nothing" };
  }
  const right = born ? await readSince(git, new Date(time)) : [];
  return { ...NO_WAY, right, comparedBy: "time" };
}

/** Everything HEAD has, for a save made before the first commit. */
async function readWholeWay(git: Git, names: Promise<Names>): Promise<Way> {
  const way = { ...NO_WAY, comparedBy: "start" } as const;
  const head = (await names).get("HEAD");
  if (head === undefined) return way;
  const [range, files] = await Promise.all([
    readAll(git),
    readFileChanges(git, emptyTree(head), head),
  ]);
  return { ...way, ...range, files };
}

/** From the first of the older commits that is there and related to HEAD. */
async function readOlderWay(
  git: Git,
  candidates: readonly BaseCandidate[],
  names: Names,
): Promise<Way | undefined> {
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
