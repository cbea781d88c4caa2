import { basename, dirname } from "@std/path";
import { join } from "../../base/join.ts";
import { attempt, MpmError } from "../../base/errors.ts";
import { type CheckpointPlace, rawFolder } from "../../checkpoints/mod.ts";
import {
  addRawWorktree,
  dropRefs,
  forgetWorktree,
  Git,
  readRefs,
  readWorktrees,
  type Workspace,
  worktreeRule,
  WORKTREES,
} from "../../git/mod.ts";
import { checkPath, layout, removeTree, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** The folder of a run's refs: the start and result of each step. */
export const RUNS = "refs/mpm/runs";

/** The prefix of the lock reason of a step's worktree. */
const LOCK = "mpm run ";

/** Returns the folder of a step's worktree, absolute. */
export function stepFolder(root: string, run: string, step: string): string {
  return join(root, WORKTREES, `${run}-${step}`);
}

/**
 * Creates the worktree of a step at a commit, byte for byte. The worktree stays
 * locked, so no cleanup removes it, and the lock shows that mpm created it.
 * Throws CONFLICT, GIT_FAILED.
 */
export async function addStepWorktree(
  system: System,
  { workspace, vault }: CheckpointPlace,
  { path, commit, run }: { path: string; commit: string; run: string },
): Promise<void> {
  const { root } = workspace;
  checkPath(system, join(root, WORKTREES), root);
  refuseTaken(system, path);
  const rule = await worktreeRule(system, workspace);
  if (rule) writeAtomic(system, rule.path, rule);
  await addRawWorktree(system, vault, {
    ...{ path, commit, rawFolder: rawFolder(workspace) },
    reason: LOCK + run,
  });
  // Git makes files readable by others, even in a checkout of private files.
  system.files.chmod(path, 0o700);
}

/** Returns whether the path exists. A crash may leave an empty folder. */
export function isTaken({ files }: System, path: string): boolean {
  const kind = files.lstat(path)?.kind;
  if (kind === "folder") return files.list(path).length > 0;
  return kind !== undefined;
}

function refuseTaken(system: System, path: string): void {
  if (!isTaken(system, path)) return;
  throw new MpmError("CONFLICT", `"${path}" already exists`, {
    hint: "Move it elsewhere, or remove it: git worktree remove",
  });
}

/** Removes the worktree of a step, which may already be missing. */
export async function removeStepWorktree(
  system: System,
  git: Git,
  path: string,
): Promise<void> {
  // Git would follow a link that the step put here, and empty the link's
  // target.
  const kind = system.files.lstat(path)?.kind;
  if (kind !== undefined && kind !== "folder") system.files.remove(path);
  await forgetWorktree(git, path);
  if (!system.files.lstat(path)) return;
  // The step changed its `.git` file, so git does not recognize the folder.
  attempt(() => removeTree(system, path));
  await forgetWorktree(git, path);
}

/**
 * Removes the worktrees that a run left, and those of deleted runs. Call while
 * no process works on the run. Throws GIT_FAILED.
 */
export async function dropTrees(
  system: System,
  { root, worktree }: Pick<Workspace, "root" | "worktree">,
  run: string,
): Promise<void> {
  const git = new Git(system, worktree);
  const { files } = system;
  const { taskRuns } = layout(root);
  for (const { path, locked = "" } of await readWorktrees(git)) {
    if (!locked.startsWith(LOCK)) continue;
    const id = locked.slice(LOCK.length);
    // Anyone can lock a worktree with this reason, so the path must match too.
    const isOfRun = dirname(path) === join(root, WORKTREES) &&
      basename(path).startsWith(`${id}-`);
    if (!isOfRun) continue;
    const isLeft = id === run || !files.lstat(join(taskRuns, id));
    if (isLeft) await removeStepWorktree(system, git, path);
  }
}

/**
 * Drops the refs of removed runs that are too old for an undo. `age`: in
 * milliseconds.
 */
export async function dropOldRefs(
  system: System,
  git: Git,
  { root, age }: { root: string; age: number },
): Promise<void> {
  const columns = ["%(refname)", "%(objectname)", "%(authordate:unix)"];
  const since = system.now().getTime() - age;
  const old = (await readRefs(git, columns, `${RUNS}/`)).filter(
    ([ref, , made]) => {
      const run = ref!.slice(RUNS.length + 1).split("/")[0]!;
      return Number(made) * 1000 < since &&
        !system.files.lstat(join(layout(root).taskRuns, run));
    },
  );
  await dropRefs(
    git,
    old.map(([ref, commit]) => ({ ref: ref!, commit: commit! })),
  );
}
