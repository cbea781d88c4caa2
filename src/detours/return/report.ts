import { dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import {
  type ChangedCommit,
  type Changes,
  detectChanges,
  type FileChange,
  findSave,
  loadSave,
  readStoreId,
  redactChanges,
  redactCommits,
  revealBranch,
} from "../../saves/mod.ts";
import {
  findOwnCommits,
  Git,
  LOG_FORMAT,
  parseLog,
  resolveNames,
  tryFileChanges,
  unlockWorktree,
  type Workspace,
  WORKTREES,
} from "../../git/mod.ts";
import { removeWorktrees, survey, worktreeRules } from "../../worktrees/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { ReturnResult } from "../commands/results.ts";
import type { WorkView } from "../../work/mod.ts";
import { readConfig } from "../../config/mod.ts";
import type { System } from "../../system/system.ts";
import type { ReturnPlan } from "./plan.ts";

/** The changes that a detour made to the history. */
export interface Deeds {
  /** Newest first, without commits of saves. */
  readonly commits: readonly ChangedCommit[];
  readonly files: readonly FileChange[] | null;
}

/** The maximum number of commits to list. */
const MOST = 1000;

/**
 * Reads the changes from the git branch on which the detour began, or else from
 * HEAD.
 */
export async function deedsOf(
  system: System,
  { tree, workspace, child, from }: ReturnPlan,
): Promise<Deeds> {
  const { head: start } = child.git;
  if (!tree || start === null || from.head === null) {
    return { commits: [], files: null };
  }
  const git = new Git(system, workspace.worktree);
  const branch = await revealBranch(git, child.git.branch);
  const ref = `refs/heads/${branch}`;
  const tip = branch === null || branch === from.branch
    ? undefined
    : (await resolveNames(git, [ref])).get(ref);
  const end = tip ?? from.head;
  const log = await git.run([
    "log",
    `--max-count=${MOST}`,
    ...LOG_FORMAT,
    `${start}..${end}`,
    "--",
  ]);
  if (log.status !== 0) return { commits: [], files: null };
  const all = parseLog(log.stdout);
  const { own } = await findOwnCommits(git, all);
  const files = await tryFileChanges(git, start, end);
  return {
    commits: redactCommits(
      redactorOf(system),
      all.filter(({ sha }) => !own.has(sha)),
    ),
    files: files?.map(({ status, path, from }) => ({
      status,
      path,
      ...from === undefined ? {} : { from },
    })) ?? null,
  };
}

/**
 * Returns the changes since the parent's save; null if mpm cannot compare.
 */
export async function changesSince(
  system: System,
  workspace: Workspace,
  { save: id }: WorkView,
): Promise<Changes | null> {
  if (id === null) return null;
  const { root } = workspace;
  return await attempt(async () => {
    const { save } = await loadSave(system, await findSave(system, root, id));
    const store = readStoreId(system, root);
    const changes = await detectChanges(system, workspace, { save, store });
    return redactChanges(redactorOf(system), changes);
  }) ?? null;
}

/**
 * Unlocks the worktree of a detour and removes it by the rules for cleaning up
 * worktrees. If in doubt, keeps the worktree and says so in the answer.
 */
export async function endWorktree(
  system: System,
  { workspace, parent }: ReturnPlan,
): Promise<NonNullable<ReturnResult["worktree"]>> {
  const { worktree: path, root } = workspace;
  const answer = { path, parent: parent?.worktree ?? root };
  try {
    await unlockWorktree(new Git(system, root), path);
    const reason = await removed(system, workspace);
    return { ...answer, removed: reason === null, reason };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return { ...answer, removed: false, reason: error.message };
  }
}

/** In milliseconds. Makes even very recent files count as old enough. */
const AHEAD = 2000;

/** Removes the worktree. Returns why it still exists; null if it is gone. */
async function removed(
  system: System,
  { worktree, ...rest }: Workspace,
): Promise<string | null> {
  const { root } = rest;
  const rules = worktreeRules(await readConfig(system, root));
  const now = system.now().getTime() + AHEAD;
  const found = await survey(system, { ...rest, worktree: root }, {
    rules: { ...rules, minAge: 0, now },
    callers: [],
  });
  const item = found?.items.find(({ facts }) => facts.path === worktree);
  if (!found || !item) return found?.skipped ?? whyUnknown(root, worktree);
  if (!item.decision.remove) return item.decision.reason;
  const [done] = await removeWorktrees(system, root, {
    ...found,
    items: [item],
  });
  return done?.problem ?? null;
}

/**
 * Returns why the cleanup did not consider the worktree. There are no other
 * reasons.
 */
function whyUnknown(root: string, worktree: string): string {
  return dirname(worktree) === join(root, WORKTREES)
    ? "git does not list it as a worktree"
    : `it is outside ${WORKTREES}`;
}
