import { dirname, resolve } from "@std/path";
import type { Workspace } from "./repository.ts";
import type { RunResult, System } from "../system/system.ts";
import { holderOf, strayMain, strayReason, waitReason } from "./belonging.ts";
import { Git, gitFailure, reasonOf } from "./run/git.ts";
import { rootWithoutGit } from "./root_without_git.ts";
import { decodeBytes, splitFields } from "./text.ts";

/**
 * `rev-parse` prints an option it does not know as it is: a separator, since
 * folder names may hold a newline.
 */
const NEXT = "--mpm-next";

const QUESTION = [
  "rev-parse",
  "--is-bare-repository",
  NEXT,
  "--absolute-git-dir",
  NEXT,
  "--git-common-dir",
  NEXT,
  "--show-toplevel",
];

/**
 * Finds the repository, worktree and project root of `folder`, with one git
 * process, two in a linked worktree. A git that is missing or refuses is told
 * in the answer, and so is a repository that is not this folder's. Throws
 * FILE_FAILED if the folder does not exist.
 */
export async function locate(
  system: System,
  folder: string,
): Promise<Workspace> {
  const cwd = system.files.realPath(folder);
  const found = await ask(system, cwd);
  const reason = found.git === "repository"
    ? refusal(system, found)
    : undefined;
  if (reason === undefined) return found;
  const root = holderOf(system, cwd);
  return { ...NOWHERE, git: "failed", reason, cwd, worktree: cwd, root };
}

/** Why mpm does not work with what git found. */
function refusal(system: System, found: Workspace): string | undefined {
  const { worktree, root } = found;
  const [gitDir, commonDir] = [found.gitDir!, found.commonDir!];
  const usual = root === worktree || root === commonDir ||
    root === dirname(commonDir);
  return strayReason(system, { worktree, gitDir, commonDir }) ??
    (usual ? undefined : strayMain(system, { root, commonDir })) ??
    waitReason(system, worktree);
}

async function ask(system: System, cwd: string): Promise<Workspace> {
  const git = new Git(system, cwd, { plain: true });
  const answer = await git.run(QUESTION);
  const [bare, gitDir, common, top] = answersOf(answer);
  if (common === undefined) return outside(system, cwd, answer);

  const commonDir = resolve(cwd, common);
  const linked = resolve(gitDir!) !== commonDir;
  if (top !== undefined) {
    const worktree = resolve(top);
    const root = linked ? await mainTop(system, commonDir) : worktree;
    return inside({ cwd, worktree, root, gitDir, commonDir, linked });
  }
  if (bare === "true") {
    const reason = "a bare repository has no working tree";
    return {
      ...NOWHERE,
      git: "none",
      reason,
      cwd,
      worktree: cwd,
      root: commonDir,
    };
  }
  // Within a `.git` folder: the worktree it belongs to.
  const worktree = await mainTop(system, commonDir);
  return inside({
    cwd,
    worktree,
    root: worktree,
    gitDir: commonDir,
    commonDir,
  });
}

/**
 * Bare or not, git folder, common folder, top of the worktree: as many as git
 * printed. Without a worktree the last fails, after the others were answered.
 */
function answersOf(answer: RunResult): (string | undefined)[] {
  if (answer.outcome !== "exited") return [];
  const text = decodeBytes(answer.stdout);
  const answers = text.split(`\n${NEXT}\n`);
  if (answer.status !== 0) return answers.slice(0, -1);
  return [...answers.slice(0, -1), answers.at(-1)!.replace(/\n$/, "")];
}

const NOWHERE = { gitDir: undefined, commonDir: undefined, linked: false };

function inside(
  found: {
    cwd: string;
    worktree: string;
    root: string;
    gitDir: string | undefined;
    commonDir: string;
    linked?: boolean;
  },
): Workspace {
  const { gitDir, linked = false, ...rest } = found;
  return {
    git: "repository",
    reason: undefined,
    gitDir: resolve(gitDir!),
    linked,
    ...rest,
  };
}

/**
 * Top of the main worktree: `core.worktree` for a submodule, the repository
 * itself if it is bare. Asked from the shared git folder, since a worktree has
 * settings of its own.
 */
async function mainTop(system: System, commonDir: string): Promise<string> {
  const settings = await new Git(system, commonDir, { plain: true }).run([
    `--git-dir=${commonDir}`,
    "config",
    "-z",
    "--get-regexp",
    "^core\\.(bare|worktree)$",
  ]);
  let bare = false;
  let top = dirname(commonDir);
  for (const field of splitFields(settings.stdout)) {
    const [name, value] = field.split(/\n([^]*)/);
    if (name === "core.bare") bare = value !== "false";
    if (name === "core.worktree") top = resolve(commonDir, value ?? "");
  }
  return bare ? commonDir : top;
}

function outside(system: System, cwd: string, answer: RunResult): Workspace {
  const place = {
    ...NOWHERE,
    cwd,
    worktree: cwd,
    root: rootWithoutGit(system, cwd),
  };
  if (answer.outcome === "missing") {
    return { ...place, git: "no-git", reason: "git is not installed" };
  }
  if (answer.outcome !== "exited") {
    const reason = gitFailure(QUESTION, answer).message;
    return { ...place, git: "failed", reason };
  }
  const reason = reasonOf(answer);
  // The same words followed by a path mean a `.git` file that leads nowhere.
  return /^fatal: not a git repository \(or any/.test(reason)
    ? { ...place, git: "none", reason: undefined }
    : { ...place, git: "failed", reason };
}
