import { dirname, resolve } from "@std/path";
import type { RunResult, System } from "../system/system.ts";
import {
  holderOf,
  quickWorkspace,
  rootWithoutGit,
  strayReason,
  waitReason,
} from "./place.ts";
import type { Workspace } from "./repository.ts";
import { Git, gitFailure, reasonOf } from "./run/git.ts";
import { FOLDERS, foldersIn } from "./run/stand_in.ts";
import type { Context } from "../cli/mod.ts";
import { MpmError } from "../base/errors.ts";
import { rememberedFor } from "../base/remembered.ts";

/**
 * Finds the repository, worktree and project root of `folder`, with one git
 * process, or two in a linked worktree. Says if git is missing or refuses, or
 * if the repository belongs elsewhere. Throws FILE_FAILED.
 */
export async function locate(
  system: System,
  folder: string,
): Promise<Workspace> {
  const cwd = system.files.realPath(folder);
  const found = await ask(system, cwd);
  if (found.git !== "repository") return found;
  const { worktree, root } = found;
  const [gitDir, commonDir] = [found.gitDir!, found.commonDir!];
  const reason = strayReason(system, { worktree, root, gitDir, commonDir }) ??
    waitReason(system, worktree);
  if (reason === undefined) return found;
  return nowhere("failed", reason, { cwd, root: holderOf(system, cwd) });
}

async function ask(system: System, cwd: string): Promise<Workspace> {
  const answer = await new Git(system, cwd, { plain: true }).run(FOLDERS);
  const found = foldersIn(cwd, answer);
  if (!found) return outside(system, cwd, answer);
  const { bare, gitDir, commonDir, top } = found;
  if (top === undefined && bare) {
    const reason = "a bare repository has no working tree";
    return nowhere("none", reason, { cwd, root: commonDir });
  }
  const linked = top !== undefined && gitDir !== commonDir;
  // In a `.git` folder: the worktree it belongs to.
  const root = top === undefined || linked
    ? await mainTop(system, commonDir)
    : top;
  return {
    ...{ git: "repository", reason: undefined, cwd, root },
    worktree: top ?? root,
    gitDir: top === undefined ? commonDir : gitDir,
    commonDir,
    linked,
  };
}

function nowhere(
  git: Workspace["git"],
  reason: string | undefined,
  { cwd, root }: { cwd: string; root: string },
): Workspace {
  const none = { gitDir: undefined, commonDir: undefined, linked: false };
  return { git, reason, cwd, worktree: cwd, root, ...none };
}

/**
 * Returns the top of the main worktree: `core.worktree` for a submodule, the
 * repository itself if bare, as the shared git folder's settings say.
 */
async function mainTop(system: System, commonDir: string): Promise<string> {
  const git = new Git(system, commonDir, {
    plain: true,
    args: [`--git-dir=${commonDir}`],
  });
  let bare = false;
  let top = dirname(commonDir);
  const pattern = "^core\\.(bare|worktree)$";
  for (const [name, value] of await git.settings(pattern)) {
    if (name === "core.bare") bare = value !== "false";
    else top = resolve(commonDir, value);
  }
  return bare ? commonDir : top;
}

function outside(system: System, cwd: string, answer: RunResult): Workspace {
  const place = { cwd, root: rootWithoutGit(system, cwd) };
  if (answer.outcome === "missing") {
    return nowhere("no-git", "git is not installed", place);
  }
  if (answer.outcome !== "exited") {
    return nowhere("failed", gitFailure(FOLDERS, answer).message, place);
  }
  const reason = reasonOf(answer);
  // The same words followed by a path mean a `.git` file with a broken target.
  return /^fatal: not a git repository \(or any/.test(reason)
    ? nowhere("none", undefined, place)
    : nowhere("failed", reason, place);
}

/** Finds the workspace of a command; {@link readIn} detects wrong facts. */
export async function findWorkspace(context: Context): Promise<Workspace> {
  return workspaceByFiles(context) ??
    await locate(context.system, context.folder);
}

/** Returns the workspace of a command if files show it; cached. */
export const workspaceByFiles: (context: Context) => Workspace | undefined =
  rememberedFor(({ system, folder }) => quickWorkspace(system, folder));

/**
 * Returns the result of `read`, which must write nothing. If git fails, mpm
 * asks it whether the folder is a repository at all: it may be missing, or
 * belong to someone else. Throws the errors of `read`.
 */
export async function readIn<T>(
  system: System,
  workspace: Workspace,
  read: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  try {
    return await read(workspace);
  } catch (error) {
    const isGits = error instanceof MpmError && error.code === "GIT_FAILED";
    if (!isGits || workspace.git !== "repository") throw error;
    const located = await locate(system, workspace.cwd);
    if (located.git === "repository") throw error;
    return await read(located);
  }
}
