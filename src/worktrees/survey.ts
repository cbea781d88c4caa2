import { join } from "../base/join.ts";
import { MpmError } from "../base/errors.ts";
import {
  allEnded,
  answered,
  type BranchRef,
  type DefaultBranch,
  findDefault,
  Git,
  inParallel,
  isFailed,
  type ListedWorktree,
  readBranches,
  readIndex,
  readWorktrees,
  readWorktreeStatus,
  unwatchedIn,
  type Workspace,
} from "../git/mod.ts";
import { decide, type Decision, type DecisionRules } from "./decision.ts";
import { type WorktreeFacts } from "./facts.ts";
import type { System } from "../system/system.ts";
import { findLanded } from "./landed.ts";
import {
  type Candidate,
  findCandidates,
  obstacleAt,
  placeNow,
} from "./candidates.ts";
import { printOf, type Prints, readContents } from "./contents.ts";
import { readStanding, readUnreachable } from "./processes.ts";
import { readExtras, readFiltered } from "./hidden.ts";

/** One folder below `.claude/worktrees/`, and the decision about it. */
export interface Surveyed {
  readonly facts: WorktreeFacts;
  readonly decision: Decision;
  /** The folder's own git folder, if it has one. */
  readonly gitDir: string | undefined;
  /** True if the folder was moved by hand: git has registered it elsewhere. */
  readonly moved: boolean;
  /** The fingerprints of a worktree to be removed. */
  readonly print: Prints | undefined;
}

export interface Survey {
  /** The absolute path of `.claude/worktrees`. */
  readonly folder: string;
  /** Why nothing was checked; `undefined`: the folders were checked. */
  readonly skipped: string | undefined;
  readonly items: readonly Surveyed[];
  readonly main: DefaultBranch | undefined;
  readonly branches: readonly BranchRef[];
  readonly listed: readonly ListedWorktree[];
}

interface SurveyOptions {
  readonly rules: DecisionRules;
  /** Folders in which someone is working now. */
  readonly callers: readonly string[];
  /** True to also measure the worktrees that are kept. */
  readonly measure?: boolean;
}

/**
 * Checks everything below `.claude/worktrees/` of the main worktree and decides
 * about each folder. Changes nothing. `undefined`: the folder is missing.
 */
export async function survey(
  system: System,
  workspace: Workspace,
  options: SurveyOptions,
): Promise<Survey | undefined> {
  const { root, commonDir, git: state } = workspace;
  // A bare repository has no main worktree.
  if (state !== "repository" || root === commonDir) return undefined;
  const folder = join(root, ".claude", "worktrees");
  const empty = { folder, items: [], main: undefined, branches: [] };
  const skip = (skipped: string) => ({ ...empty, skipped, listed: [] });
  try {
    const obstacle = obstacleAt(system, [join(root, ".claude"), folder]);
    if (obstacle === "missing") return undefined;
    if (obstacle) return skip(obstacle);
    const git = new Git(system, root);
    const listed = await readWorktrees(git);
    const candidates = await findCandidates(system, workspace, {
      ...options,
      folder,
      listed,
    });
    const known = await readAll(system, git, {
      ...options,
      candidates,
      mainRef: listed[0]?.ref,
    });
    return { ...empty, ...known, skipped: undefined, listed };
  } catch (error) {
    if (error instanceof MpmError) return skip(error.message);
    throw error;
  }
}

interface Reading {
  readonly candidates: Candidate[];
  readonly rules: DecisionRules;
  readonly measure?: boolean;
  /** The branch of the main worktree. */
  readonly mainRef: string | undefined;
}

/** Reads facts about each candidate until a decision is possible. */
async function readAll(
  system: System,
  git: Git,
  { candidates, rules, measure, mainRef }: Reading,
): Promise<Pick<Survey, "items" | "main" | "branches">> {
  const undecided = () =>
    candidates.filter(({ facts }) => decide(facts, rules) === undefined);
  const open = () => undecided().filter(({ gitDir }) => gitDir !== undefined);
  const [, branches] = await allEnded([
    inParallel(open(), (one) => addStatus(system, one)),
    open().length > 0 ? readBranches(git) : [],
  ]);
  const main = await findDefault(git, branches, mainRef);
  await addLanded(git, open(), main);
  await inParallel(open(), async (one) => {
    await addHidden(system, one);
    add(one, { extras: await readExtras(system, foldersOf(one)) });
  });
  const walked = measure
    ? candidates.filter(({ facts }) => facts.place === "inside")
    : open();
  for (const one of walked) {
    add(one, { contents: readContents(system, one.facts.path) });
  }
  await addStanding(system, undecided());
  await addUnreachable(
    system,
    candidates.filter(({ facts }) => decide(facts, rules)?.remove),
  );
  const items = candidates.map((one) => {
    add(one, { place: placeNow(system, one.facts) });
    const decision = decide(one.facts, rules) ?? UNDECIDED;
    const print = decision.remove ? printOf(system, one) : undefined;
    return { ...one, decision, print };
  });
  return { items, main, branches };
}

/** The decision if facts are missing, which cannot happen: the folder stays. */
const UNDECIDED: Decision = {
  remove: false,
  reason: "some of it could not be read",
  unsaved: true,
};

function foldersOf({ facts, gitDir }: Candidate) {
  return { path: facts.path, gitDir: gitDir! };
}

/** Adds facts about a candidate. */
function add(one: Candidate, more: Partial<WorktreeFacts>): void {
  one.facts = { ...one.facts, ...more };
}

async function addStatus(system: System, one: Candidate): Promise<void> {
  const status = await readWorktreeStatus(system, foldersOf(one));
  if (isFailed(status)) return add(one, { status });
  const { head, branch, ...rest } = status;
  add(one, { head, branch, status: rest });
}

/** Adds the differences from HEAD that `git status` does not report. */
async function addHidden(system: System, one: Candidate): Promise<void> {
  const folders = foldersOf(one);
  const entries = await readIndex(system, folders);
  if (isFailed(entries)) return add(one, { unwatched: entries });
  const [unwatched, filtered] = await Promise.all([
    answered(() => Promise.resolve(unwatchedIn(system, folders, entries))),
    readFiltered(system, folders, entries),
  ]);
  add(one, { unwatched, filtered });
}

async function addLanded(
  git: Git,
  open: readonly Candidate[],
  main: DefaultBranch | undefined,
): Promise<void> {
  const heads = open.map(({ facts }) => facts.head)
    .filter((head) => head !== undefined);
  const landed = main && await findLanded(git, heads, main);
  for (const one of open) {
    const { head } = one.facts;
    add(one, {
      landed: head === undefined
        ? { failed: "HEAD has no commit" }
        : landed?.get(head) ?? { failed: "no main branch" },
    });
  }
}

/** Adds the paths that the walk did not see. */
async function addUnreachable(
  system: System,
  going: readonly Candidate[],
): Promise<void> {
  const folders = going.map(({ facts }) => facts.path);
  const found = await readUnreachable(system, folders);
  for (const one of going) {
    const { path, repository } = one.facts;
    const name = found.get(path);
    if (name === undefined) continue;
    const { failed } = typeof name === "string"
      ? { failed: `the name of "${name}" is not UTF-8` }
      : name;
    add(one, {
      contents: { failed },
      repository: repository === "empty" ? "none" : repository,
    });
  }
}

/** Adds the processes in the worktrees, using one process for all of them. */
async function addStanding(
  system: System,
  undecided: readonly Candidate[],
): Promise<void> {
  const folders = undecided.map(({ facts }) => facts.path);
  const found = await readStanding(system, folders);
  for (const one of undecided) {
    add(one, {
      standing: isFailed(found) ? found : found.get(one.facts.path) ?? [],
    });
  }
}
