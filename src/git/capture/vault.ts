import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { Workspace } from "../repository.ts";
import type { System } from "../../system/system.ts";
import { Git, type GitSetting } from "../run/git.ts";
import { type SafeGit, safeGit, type SafeSettings } from "../run/safe_git.ts";

/**
 * Where the checkpoints of a worktree are kept: in its own repository or,
 * outside git, in a bare one in mpm's folder.
 */
export interface Vault extends SafeGit {
  /**
   * The worktree whose files are captured; outside git the project's folder,
   * with the bare repository as its git folder.
   */
  readonly workspace: Workspace;
  /** Whether the repository is mpm's own. */
  readonly own: boolean;
}

/** What git makes is the user's alone, whatever the umask. */
export const PRIVATE = ["-c", "core.sharedRepository=0600"];

/** The bare repository for a project outside git, below mpm's folder `home`. */
export function ownRepository(home: string): string {
  return join(home, "checkpoints.git");
}

/**
 * Opens the vault of a workspace with one process of git. `home` is mpm's
 * folder; `create`: makes the bare repository where one is needed and lacks.
 * `undefined`: there is none. Throws GIT_FAILED where git is missing or cannot
 * read the repository, CONFLICT in a bare repository.
 */
export async function openVault(
  system: System,
  workspace: Workspace,
  { home, create = false, settings }: {
    home: string;
    create?: boolean;
    /** Those of the workspace's repository, where they were read before. */
    settings?: SafeSettings;
  },
): Promise<Vault | undefined> {
  const { git, reason, root, worktree } = workspace;
  if (git === "repository") {
    const safe = await safeGit(system, worktree, {}, settings);
    return { ...safe, workspace, own: false };
  }
  if (git !== "none" || reason !== undefined) {
    const hint = git === "no-git"
      ? "Checkpoints are kept as git objects: install git"
      : "Checkpoints need a worktree whose repository git can read";
    const code = git === "none" ? "CONFLICT" : "GIT_FAILED";
    throw new MpmError(code, `No checkpoints here: ${reason}`, { hint });
  }
  const gitDir = ownRepository(home);
  const kind = system.files.lstat(gitDir)?.kind ?? "folder";
  if (kind !== "folder") {
    throw new MpmError("CONFLICT", `"${gitDir}" is no folder: ${kind}`, {
      hint: "mpm keeps checkpoints there; move it out of the way",
    });
  }
  if (!system.files.lstat(join(gitDir, "HEAD"))) {
    if (!create) return undefined;
    await createOwn(system, root, gitDir);
  }
  const repository = { gitDir, commonDir: gitDir, worktree: root };
  const setting: GitSetting = { repository, args: PRIVATE };
  const safe = await safeGit(system, root, setting);
  const place: Workspace = {
    ...workspace,
    git: "repository",
    worktree: root,
    gitDir,
    commonDir: gitDir,
  };
  return { ...safe, workspace: place, own: true };
}

async function createOwn(
  system: System,
  root: string,
  gitDir: string,
): Promise<void> {
  await new Git(system, root, { plain: true }).read([
    ...PRIVATE,
    "init",
    "--quiet",
    "--bare",
    "--template=",
    "--initial-branch=main",
    gitDir,
  ]);
  system.files.chmod(gitDir, 0o700);
}
