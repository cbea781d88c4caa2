import { basename, dirname, join, resolve, SEPARATOR } from "@std/path";
import { MpmError } from "../base/errors.ts";
import type { Workspace } from "./repository.ts";
import type { System } from "../system/system.ts";
import { strayMain, strayReason, waitReason } from "./belonging.ts";
import { commonDirOf, type Core, coreOf } from "./run/core_settings.ts";
import { decodeBytes } from "./text.ts";

/** Where a command works, as far as files alone tell. */
export type QuickPlace = Pick<
  Workspace,
  "root" | "worktree" | "linked" | "gitDir"
>;

/** Bytes of a `.git` file. */
const SMALL = 8192;

/**
 * The worktree around `folder` and its project root, found without git as
 * {@link locate} finds them with it. `undefined`: there is no worktree, or a
 * bare repository is nearer.
 */
export function quickPlace(
  system: System,
  folder: string,
): QuickPlace | undefined {
  return placeAround(system, folder)?.place;
}

interface Around {
  readonly place: QuickPlace;
  /** Of the repository, where it is no other one's. */
  readonly core: Core | undefined;
}

function placeAround(system: System, folder: string): Around | undefined {
  try {
    for (let at = system.files.realPath(folder);; at = dirname(at)) {
      const found = worktreeAt(system, at);
      if (found) return checked(system, found);
      // A bare repository, which git finds on its way.
      if (basename(at) !== ".git" && isGitFolder(system, at)) return undefined;
      if (dirname(at) === at) return undefined;
    }
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

/**
 * All that {@link locate} says, found without git. `undefined` wherever git
 * should be asked: in linked worktrees, within a git folder, and where settings
 * say what is the worktree.
 */
export function quickWorkspace(
  system: System,
  folder: string,
): Workspace | undefined {
  const { place: found, core } = placeAround(system, folder) ?? {};
  if (!found?.gitDir || !core) return undefined;
  const { gitDir, worktree } = found;
  try {
    const cwd = system.files.realPath(folder);
    if (!isFoundByGit(system, { cwd, worktree })) return undefined;
    const usual = gitDir === join(worktree, ".git") && !core.bare &&
      core.worktree === undefined && !core.doubtful &&
      isGitFolder(system, gitDir) && !`${cwd}${SEPARATOR}`.startsWith(gitDir);
    if (!usual) return undefined;
    const whole = { ...found, cwd, gitDir, commonDir: gitDir };
    return { git: "repository", reason: undefined, ...whole };
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

/**
 * Whether git, on its way up from `cwd`, comes as far as `worktree`: it may be
 * told where to stop, and stops where another disk begins (git(1)).
 */
function isFoundByGit(
  { env, files }: System,
  { cwd, worktree }: { cwd: string; worktree: string },
): boolean {
  return cwd === worktree ||
    !env("GIT_CEILING_DIRECTORIES") &&
      files.stat(cwd)?.disk === files.stat(worktree)?.disk;
}

/** As git sees it, which else goes on looking further up. */
function isGitFolder({ files }: System, folder: string): boolean {
  const parts = ["HEAD", "objects", "refs"];
  return parts.every((name) => files.stat(join(folder, name)) !== undefined) &&
    HEAD.test(
      decodeBytes(files.readOwn(files.realPath(join(folder, "HEAD")), SMALL)),
    );
}

/** Of a branch, or detached. */
const HEAD = /^(?:ref:\s*refs\/|[0-9a-f]{40})/;

/** A repository that is not this folder's, or that git could not read, is none. */
function checked(system: System, found: QuickPlace): Around {
  const { root, worktree, linked } = found;
  const gitDir = found.gitDir!;
  const commonDir = commonDirOf(system, gitDir);
  const core = linked ? undefined : coreOf(system, gitDir);
  const top = core?.worktree === undefined
    ? worktree
    : resolve(gitDir, core.worktree);
  const usual = root === worktree || root === commonDir ||
    root === dirname(commonDir);
  const stray = strayReason(system, { worktree: top, gitDir, commonDir }) ??
    (usual ? undefined : strayMain(system, { root, commonDir }));
  if (stray !== undefined) {
    const none = { root: worktree, worktree, linked: false, gitDir: undefined };
    return { place: none, core };
  }
  const waits = waitReason(system, worktree) !== undefined;
  return { place: waits ? { ...found, gitDir: undefined } : found, core };
}

function worktreeAt(system: System, worktree: string): QuickPlace | undefined {
  const { files } = system;
  const path = join(worktree, ".git");
  const kind = files.stat(path)?.kind;
  if (kind === "folder") {
    if (!files.stat(join(path, "HEAD"))) return undefined;
    const gitDir = files.realPath(path);
    return { root: worktree, worktree, linked: false, gitDir };
  }
  if (kind !== "file") return undefined;
  const text = decodeBytes(files.readOwn(path, SMALL));
  const named = /^gitdir: (.*?)[\r\n]*$/.exec(text)?.[1];
  if (named === undefined) return undefined;
  const gitDir = files.realPath(resolve(worktree, named));
  const common = commonDirOf(system, gitDir);
  // A submodule's worktree is a main one.
  if (common === gitDir) {
    return { root: worktree, worktree, linked: false, gitDir };
  }
  return { root: rootOf(system, common), worktree, linked: true, gitDir };
}

/** The main worktree of a shared git folder; of a bare one, it itself. */
function rootOf(system: System, common: string): string {
  const { bare, worktree } = coreOf(system, common);
  if (bare) return common;
  if (worktree !== undefined) return resolve(common, worktree);
  return basename(common) === ".git" ? dirname(common) : common;
}
