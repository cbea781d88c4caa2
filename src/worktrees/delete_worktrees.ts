import { basename, dirname } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { standingText } from "./decision.ts";
import type { System } from "../system/system.ts";
import {
  type Box,
  boxFor,
  clearHome,
  emptyBox,
  isFull,
  lockRemovals,
  putBack,
  readBoxes,
  removingFolder,
} from "./box.ts";
import {
  type Failed,
  Git,
  gitFailure,
  inParallel,
  isFailed,
  type ListedWorktree,
  readLock,
  readWorktrees,
  readWorktreeStatus,
  type Workspace,
} from "../git/mod.ts";
import { type Finisher, removeTree } from "../ops/mod.ts";
import { REMOVAL, Removals } from "./removals.ts";
import { readStanding } from "./processes.ts";
import { isUnchanged, readContents } from "./contents.ts";
import type { Surveyed } from "./survey.ts";

/** Milliseconds to wait for another cleanup. */
const WAIT = 1000;

const CHANGED = "changed while mpm was checking it";

/** The parameters of all steps of one cleanup. */
interface Place {
  readonly system: System;
  readonly git: Git;
  /** `.claude/worktrees`, absolute. */
  readonly worktrees: string;
  /** The record of the worktrees that may be deleted. */
  readonly removals?: Removals;
}

/** A worktree that is being removed. */
interface Going {
  readonly item: Surveyed;
  readonly box: Box;
  print: Surveyed["print"];
  /** True if the box exists and must be cleared if the worktree stays. */
  boxed: boolean;
  /** Why it stays. */
  problem: string | undefined;
}

/**
 * Removes worktrees without losing anything written in the meantime: each is
 * moved to a private place, and removed there only if it is unchanged. Returns
 * why each worktree still exists, or `undefined`. `finishRemovals` handles an
 * interruption at any point.
 */
export async function deleteWorktrees(
  place: Place,
  items: readonly Surveyed[],
): Promise<(string | undefined)[]> {
  const all = items.map((item): Going => ({
    item,
    box: boxFor(item.facts.path, item.gitDir!),
    print: item.print,
    boxed: false,
    problem: undefined,
  }));
  if (all.length === 0) return [];
  const commonDir = dirname(dirname(items[0]!.gitDir!));
  try {
    using lock = await lockRemovals(place.system, commonDir, WAIT);
    if (!lock) return all.map(() => "another cleanup is running");
    await deleteAll(place, all);
    clearHome(place.system, commonDir);
    return all.map(({ problem }) => problem);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    for (const one of all) giveUp(place, one, error.message);
    attempt(() => endRemovals(place.system, dirname(dirname(place.worktrees))));
    return all.map(({ problem }) => problem);
  }
}

async function deleteAll(place: Place, all: readonly Going[]): Promise<void> {
  const { system, worktrees } = place;
  const left = () => all.filter(({ problem }) => problem === undefined);
  for (const one of left()) await doStep(place, one, prepare);
  for (const one of left()) {
    await doStep(place, one, () => {
      system.files.mkdir(one.box.folder);
      one.boxed = true;
    });
  }
  if (left().length === 0) return;
  const removals = Removals.begin(
    system,
    dirname(dirname(worktrees)),
    left().map(({ box: { folder }, item: { facts: { path } } }) => ({
      ...{ folder, path, checked: false },
    })),
  );
  for (const one of left()) await doStep(place, one, moveToBox);
  const standing = await readStanding(
    system,
    left().map(({ box }) => box.tree),
  );
  await inParallel(
    left(),
    (one) => doStep(place, one, () => check(place, one, { standing })),
  );
  const folders = left().map(({ box }) => box.folder);
  if (folders.length > 0) removals.mark(folders, true);
  await forgetAll({ ...place, removals }, left());
  for (const one of left()) deleteBox(place, one);
  removals.end();
}

/** Performs one step; if it returns a problem, restores the worktree. */
async function doStep(
  place: Place,
  one: Going,
  step: (
    place: Place,
    one: Going,
  ) => Promise<string | undefined> | string | undefined | void,
): Promise<void> {
  try {
    const problem = await step(place, one);
    if (problem !== undefined) giveUp(place, one, problem);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    giveUp(place, one, error.message);
  }
}

function giveUp(
  { system, worktrees, removals }: Place,
  one: Going,
  why: string,
): void {
  if (one.problem !== undefined) return;
  one.problem = why;
  try {
    // This comes first, so that a worktree that is moved back is never deleted.
    removals?.mark([one.box.folder], false);
    if (one.boxed) putBack(system, one.box, worktrees);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    one.problem = `${why}; it was moved to "${one.box.tree}": ${error.message}`;
  }
}

/** Registers a worktree that was moved by hand at its new place. */
async function prepare(
  { system, git }: Place,
  one: Going,
): Promise<string | undefined> {
  const { facts: { path }, moved, gitDir } = one.item;
  if (!moved) return undefined;
  if (!isUnchanged(system, one.item, path)) return CHANGED;
  await git.like({ plain: true }).read(["worktree", "repair", "--", path]);
  const own = readContents(system, gitDir!);
  if (isFailed(own)) return own.failed;
  one.print = { tree: one.item.print!.tree, gitDir: own.print };
  return undefined;
}

function moveToBox(
  { system: { files } }: Place,
  { item: { facts: { path } }, box }: Going,
): string | undefined {
  if (files.lstat(path)?.kind !== "folder") return CHANGED;
  files.rename(path, box.tree);
  return undefined;
}

/** Returns why the worktree must not be deleted; `undefined`: it may be. */
async function check(
  { system }: Place,
  { item: { facts, gitDir }, print, box }: Going,
  { standing }: { standing: Map<string, number[]> | Failed },
): Promise<string | undefined> {
  const { tree } = box;
  if (isFailed(standing)) return standing.failed;
  const pids = standing.get(tree) ?? [];
  if (pids.length > 0) return standingText(pids);
  const folders = { path: tree, gitDir: gitDir! };
  const now = await readWorktreeStatus(system, folders);
  if (isFailed(now)) return `git status failed: ${now.failed}`;
  const { head, branch, ...status } = now;
  const same = head === facts.head && branch === facts.branch &&
    JSON.stringify(status) === JSON.stringify(facts.status);
  // Also checks the folder's kind, since a walk would follow a link at the very
  // top.
  if (
    !same || system.files.lstat(tree)?.kind !== "folder" ||
    !isUnchanged(system, { print, gitDir }, tree)
  ) return CHANGED;
  return undefined;
}

/**
 * Lets git forget several worktrees at the same time. One git process may fail
 * because of another, so failed worktrees are tried again one by one. Worktrees
 * that need two steps are done one by one from the start.
 */
async function forgetAll(place: Place, all: readonly Going[]): Promise<void> {
  const { system, git } = place;
  const forget = ({ item: { facts: { path, lock }, gitDir } }: Going) =>
    unregister(system, git, { path, gitDir: gitDir!, lock: lock?.reason });
  const first = await inParallel(
    all,
    (one) => one.item.facts.lock ? Promise.resolve("") : forget(one),
  );
  for (const [at, one] of all.entries()) {
    if (first[at] === undefined) continue;
    await doStep(place, one, async () => {
      const again = await forget(one);
      // The reason for the first failure is more useful.
      return again && (first[at] || again);
    });
  }
}

/** Deletes the box; the next cleanup tries again to delete the rest. */
function deleteBox({ system }: Place, { box }: Going): void {
  attempt(() => emptyBox(system, box));
}

/** A registered worktree whose folder is missing from its place. */
export interface Registered {
  readonly path: string;
  readonly gitDir: string;
  /** The reason for its stale lock; `undefined`: not locked. */
  readonly lock: string | undefined;
}

/**
 * Lets git forget a worktree, without `--force`: git refuses if its place is in
 * use again. Returns the reason for a failure.
 */
async function unregister(
  system: System,
  git: Git,
  { path, gitDir, lock }: Registered,
): Promise<string | undefined> {
  const plain = git.like({ plain: true });
  if (lock !== undefined) await plain.read(["worktree", "unlock", "--", path]);
  const result = await git.run(["worktree", "remove", "--", path]);
  // Another process may already have done it.
  if (!system.files.lstat(gitDir)) return undefined;
  if (result.status === 0) {
    // Windows cannot link every folder. In that case, git removed its record
    // only in a copy.
    attempt(() => removeTree(system, gitDir));
    return undefined;
  }
  if (lock !== undefined) {
    await plain.run(["worktree", "lock", "--reason", lock, "--", path]);
  }
  return gitFailure(["worktree remove"], result).message;
}

/** The shorter wait for a command with another purpose, in milliseconds. */
const SHORT_WAIT = 250;

/**
 * Finishes or undoes an interrupted cleanup. Leaves unchanged anything that
 * fails, and everything if another cleanup is running; a survey reports it.
 */
export async function finishRemovals(
  system: System,
  { root, commonDir }: Workspace,
): Promise<void> {
  if (commonDir === undefined) return;
  if (
    !system.files.lstat(removingFolder(commonDir)) &&
    Removals.read(system, root).length === 0
  ) return;
  await attempt(async () => {
    using lock = await lockRemovals(system, commonDir, SHORT_WAIT);
    if (lock) await finishHeld(system, { root, commonDir });
  });
}

/** Does the same for all commands, where the project uses mpm. */
export const REMOVALS: Finisher<unknown> = {
  kinds: [REMOVAL],
  lock: async (system, { commonDir }) =>
    commonDir === undefined
      ? undefined
      : await lockRemovals(system, commonDir, SHORT_WAIT),
  finish: ({ system }, { root, commonDir }) =>
    finishHeld(system, { root, commonDir: commonDir! }),
};

async function finishHeld(
  system: System,
  { root, commonDir }: { root: string; commonDir: string },
): Promise<void> {
  const git = new Git(system, root);
  const worktrees = join(root, ".claude", "worktrees");
  for (const box of readBoxes(system, commonDir, worktrees)) {
    await attempt(async () => {
      if (isFull(system, box) && !box.checked) {
        return putBack(system, box, worktrees);
      }
      if (await forget(system, git, { box, commonDir })) {
        emptyBox(system, box);
      }
    });
  }
  endRemovals(system, root);
  clearHome(system, commonDir);
}

/** Removes the intents of clean-ups that left no box. */
function endRemovals(system: System, root: string): void {
  Removals.read(system, root).forEach((one) => one.end());
}

/** Returns whether git has no registration left for a box's worktree. */
async function forget(
  system: System,
  git: Git,
  { box, commonDir }: { box: Box; commonDir: string },
): Promise<boolean> {
  const { path, folder } = box;
  const gitDir = join(commonDir, "worktrees", basename(folder));
  if (!box.checked || path === undefined) return true;
  // Another folder is now in the worktree's place.
  if (system.files.lstat(path) || !system.files.lstat(gitDir)) return true;
  const one = (await readWorktrees(git)).find((one) => one.path === path);
  if (!one) return true;
  if (await isHeld(system, one)) return false;
  const lock = one.locked;
  return await unregister(system, git, { path, gitDir, lock }) === undefined;
}

async function isHeld(system: System, { locked }: ListedWorktree) {
  return locked !== undefined &&
    (await readLock(system, locked)).holder !== "dead";
}
