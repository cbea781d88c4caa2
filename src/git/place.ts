import { basename, dirname, resolve, SEPARATOR } from "@std/path";
import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import type { Repository, Workspace } from "./repository.ts";
import {
  commonDirOf,
  type Core,
  coreOf,
  readPlain,
  SMALL,
} from "./run/settings.ts";
import { decodeBytes } from "./text.ts";
import { isObjectId } from "./tree/snapshot.ts";

/*
 * Finds the current place from files alone: for code that runs all the time,
 * and for cases in which git cannot be asked. `workspace.ts` asks git.
 */

/** The place where a command runs, as far as files show it. */
export type QuickPlace = Pick<
  Workspace,
  "root" | "worktree" | "linked" | "gitDir"
>;

/** Returns the git folder that `folder` has or names; it need not exist. */
export function gitDirIn(system: System, folder: string): string | undefined {
  const path = join(folder, ".git");
  const kind = system.files.stat(path)?.kind;
  if (kind === "folder") return path;
  if (kind !== "file") return undefined;
  const text = decodeBytes(readPlain(system, path, SMALL));
  const named = /^gitdir: (.*?)[\r\n]*$/.exec(text)?.[1];
  return named === undefined ? undefined : resolve(folder, named);
}

/** Returns the nearest folder from `cwd` upwards with a `.git`, or `cwd`. */
export function holderOf(system: System, cwd: string): string {
  for (let at = cwd;; at = dirname(at)) {
    if (system.files.lstat(join(at, ".git"))) return at;
    if (dirname(at) === at) return cwd;
  }
}

/** On a branch, or detached. */
const HEAD = /^(?:ref:\s*refs\/|[0-9a-f]{40})/;

/** Returns whether git accepts a git folder; else it searches further up. */
function isGitFolder(system: System, folder: string, common = folder): boolean {
  const head = join(folder, "HEAD");
  return [head, join(common, "objects"), join(common, "refs")]
    .every((path) => system.files.stat(path) !== undefined) &&
    HEAD.test(decodeBytes(readPlain(system, head, SMALL)));
}

/**
 * Returns whether git's search from `cwd` upwards reaches `top`. Git stops at
 * GIT_CEILING_DIRECTORIES and at file system boundaries (git(1)).
 */
function isReached({ env, files }: System, cwd: string, top: string): boolean {
  return cwd === top ||
    !env("GIT_CEILING_DIRECTORIES") &&
      files.stat(cwd)?.disk === files.stat(top)?.disk;
}

/**
 * Returns the repository that git finds from `folder`. `undefined`: git must be
 * asked, since it may be missing, bare, skipped or another user's.
 */
export function findRepository(
  system: System,
  folder: string,
): Repository | undefined {
  const { files } = system;
  return attempt(() => {
    const cwd = files.realPath(folder);
    for (let at = cwd;; at = dirname(at)) {
      if (files.stat(join(at, ".git"))) {
        return isReached(system, cwd, at)
          ? repositoryAt(system, at)
          : undefined;
      }
      const isWithin = basename(at) === ".git" || files.stat(join(at, "HEAD"));
      if (isWithin || dirname(at) === at) return undefined;
    }
  });
}

function repositoryAt(
  system: System,
  worktree: string,
): Repository | undefined {
  const { files, uid } = system;
  const named = gitDirIn(system, worktree);
  if (named === undefined) return undefined;
  const gitDir = files.realPath(named);
  const commonDir = commonDirOf(system, gitDir);
  const isMine = [join(worktree, ".git"), worktree, gitDir]
    .every((path) => files.stat(path)?.uid === uid);
  return isMine && isGitFolder(system, gitDir, commonDir)
    ? { gitDir, commonDir, worktree }
    : undefined;
}

interface Around {
  readonly place: QuickPlace;
  /** The repository's settings, unless it belongs to another folder. */
  readonly core: Core | undefined;
}

/**
 * Returns the worktree around `folder` and its project root as `locate()` does,
 * without git. `undefined`: none, or a bare repository is nearer.
 */
export function quickPlace(
  system: System,
  folder: string,
): QuickPlace | undefined {
  return placeAround(system, folder)?.place;
}

function placeAround(system: System, folder: string): Around | undefined {
  return attempt(() => {
    for (let at = system.files.realPath(folder);; at = dirname(at)) {
      const found = worktreeAt(system, at);
      if (found) return checked(system, found);
      // A bare repository, which git would find on the way.
      if (basename(at) !== ".git" && isGitFolder(system, at)) return undefined;
      if (dirname(at) === at) return undefined;
    }
  });
}

/**
 * Returns the result of `locate()` without git. `undefined`: ask git, as in
 * linked worktrees, in a git folder, or if settings choose the worktree.
 */
export function quickWorkspace(
  system: System,
  folder: string,
): Workspace | undefined {
  const { place: found, core } = placeAround(system, folder) ?? {};
  if (!found?.gitDir || !core) return undefined;
  const { gitDir, worktree } = found;
  return attempt((): Workspace | undefined => {
    const cwd = system.files.realPath(folder);
    const usual = isReached(system, cwd, worktree) &&
      gitDir === join(worktree, ".git") && !core.bare &&
      core.worktree === undefined && !core.doubtful &&
      isGitFolder(system, gitDir) && !`${cwd}${SEPARATOR}`.startsWith(gitDir);
    if (!usual) return undefined;
    const whole = { ...found, cwd, gitDir, commonDir: gitDir };
    return { git: "repository", reason: undefined, ...whole };
  });
}

/** Ignores a repository that belongs elsewhere or that git cannot read. */
function checked(system: System, found: QuickPlace): Around {
  const { root, worktree, linked } = found;
  const gitDir = found.gitDir!;
  const commonDir = commonDirOf(system, gitDir);
  const core = linked ? undefined : coreOf(system, gitDir);
  const top = core?.worktree === undefined
    ? worktree
    : resolve(gitDir, core.worktree);
  const ends = { worktree: top, root, gitDir, commonDir };
  if (strayReason(system, ends) !== undefined) {
    const none = { root: worktree, worktree, linked: false, gitDir: undefined };
    return { place: none, core };
  }
  const waits = waitReason(system, worktree) !== undefined;
  return { place: waits ? { ...found, gitDir: undefined } : found, core };
}

function worktreeAt(system: System, worktree: string): QuickPlace | undefined {
  const { files } = system;
  const named = gitDirIn(system, worktree);
  if (named === undefined) return undefined;
  const isFolder = named === join(worktree, ".git");
  if (isFolder && !files.stat(join(named, "HEAD"))) return undefined;
  const gitDir = files.realPath(named);
  const common = isFolder ? gitDir : commonDirOf(system, gitDir);
  // A submodule's worktree is a main one.
  const linked = common !== gitDir;
  const root = linked ? rootOf(system, common) : worktree;
  return { root, worktree, linked, gitDir };
}

/** Returns the main worktree of a shared git folder, or a bare repository. */
function rootOf(system: System, common: string): string {
  const { bare, worktree } = coreOf(system, common);
  if (bare) return common;
  if (worktree !== undefined) return resolve(common, worktree);
  return basename(common) === ".git" ? dirname(common) : common;
}

/** A worktree, its main worktree and its git folders, absolute. */
interface Ends {
  readonly worktree: string;
  readonly root: string;
  readonly gitDir: string;
  readonly commonDir: string;
}

/**
 * Says why a worktree and the repository found for it do not belong together;
 * `undefined` if they do. A folder from elsewhere may have a `.git` that leads
 * to another repository. Its settings may also name another worktree, to which
 * git and mpm would write. Throws a FileError.
 */
export function strayReason(system: System, ends: Ends): string | undefined {
  const { worktree, root, gitDir, commonDir } = ends;
  const misnamed = (folder: string, leadsTo: string) =>
    doesLead(system, folder, leadsTo)
      ? undefined
      : `core.worktree names another folder: "${folder}"`;
  const usual = root === worktree || root === commonDir ||
    root === dirname(commonDir);
  return misnamed(worktree, gitDir) ?? strayGitDir(system, ends) ??
    (usual ? undefined : misnamed(root, commonDir));
}

function strayGitDir(system: System, ends: Ends): string | undefined {
  const { worktree, gitDir, commonDir } = ends;
  if (gitDir !== commonDir) return strayLink(system, ends);
  const home = dirname(gitDir);
  if (basename(gitDir) !== ".git" || home === worktree) return undefined;
  const named = coreOf(system, gitDir).worktree;
  return named !== undefined && isSame(system, resolve(gitDir, named), worktree)
    ? undefined
    : `".git" points to the repository of "${home}"`;
}

/**
 * Checks a linked worktree against the path in its git folder. A moved worktree
 * is elsewhere, but then nothing else is at that path.
 */
function strayLink(
  system: System,
  { worktree, gitDir, commonDir }: Omit<Ends, "root">,
): string | undefined {
  if (dirname(gitDir) !== join(commonDir, "worktrees")) {
    return `".git" points to the repository of "${commonDir}"`;
  }
  const path = join(gitDir, "gitdir");
  if (!system.files.lstat(path)) return undefined;
  const text = decodeBytes(system.files.readOwn(path, SMALL)).trimEnd();
  const home = dirname(resolve(gitDir, text));
  return !isSame(system, home, worktree) && doesLead(system, home, gitDir)
    ? `".git" points to the repository of "${home}"`
    : undefined;
}

/** Returns whether the `.git` of a folder is, or names, `gitDir`. */
function doesLead(system: System, folder: string, gitDir: string): boolean {
  const named = gitDirIn(system, folder);
  return named !== undefined && isSame(system, named, gitDir);
}

function isSame({ files }: System, one: string, other: string): boolean {
  return one === other ||
    files.stat(one) !== undefined && files.stat(other) !== undefined &&
      files.realPath(one) === files.realPath(other);
}

/** Rule files that git opens whatever their type; on a pipe, git would wait. */
const RULES = [".gitignore", ".gitattributes", ".claude-mpm/.gitignore"];

/** Says why git, asked for the state of a worktree, would never answer. */
export function waitReason(
  system: System,
  worktree: string,
): string | undefined {
  const path = RULES.map((name) => join(worktree, name))
    .find((path) => system.files.peek(path)?.kind === "other");
  return path && `git would hang on "${path}", which is not a file`;
}

/** Returns the project's top folder, fast; never throws. */
export function quickRoot(system: System, folder: string): string | undefined {
  return attempt(() => rootWithoutGit(system, system.files.realPath(folder)));
}

/**
 * Returns the nearest folder from `cwd` upwards that has a real `.claude-mpm`
 * folder or a repository, or else `cwd`. The home folder counts only for
 * itself: claude-mpm keeps a `.claude-mpm` there that belongs to no project.
 */
export function rootWithoutGit(system: System, cwd: string): string {
  const { files } = system;
  const known = system.home();
  const home = known && files.stat(known) ? files.realPath(known) : known;
  for (let folder = cwd;; folder = dirname(folder)) {
    const repository = mainOf(system, folder);
    if (repository !== undefined) return repository;
    const found = files.lstat(resolve(folder, ".claude-mpm"));
    const counts = folder === cwd || folder !== home;
    if (found?.kind === "folder" && counts) return folder;
    if (dirname(folder) === folder) return cwd;
  }
}

/** Returns the main worktree of a repository whose top seems to be `folder`. */
function mainOf(system: System, folder: string): string | undefined {
  const { files } = system;
  const path = join(folder, ".git");
  const kind = files.lstat(path)?.kind;
  if (kind === "folder") return files.lstat(join(path, "HEAD")) && folder;
  if (kind !== "file") return undefined;
  const gitDir = gitDirIn(system, folder) ?? "";
  const [, main] = /^(.*)[/\\]\.git[/\\]worktrees[/\\][^/\\]+$/
    .exec(gitDir) ?? [];
  if (main === undefined) return folder;
  const commonDir = join(main, ".git");
  const stray = strayLink(system, { worktree: folder, gitDir, commonDir });
  return stray === undefined ? main : folder;
}

/** Returns the branch in a HEAD; `undefined` if it is detached. */
function branchIn(head: Uint8Array): string | undefined {
  const branch = /^ref: refs\/heads\/(.+?)\n?$/.exec(decodeBytes(head))?.[1];
  // A repository that stores its refs in another way.
  return branch === ".invalid" ? undefined : branch;
}

/**
 * Returns the current branch, for a line that is shown all the time.
 * `undefined`: detached, no repository, or refs stored in another way.
 */
export function branchByFiles(
  system: System,
  folder: string,
): string | undefined {
  return attempt(() => {
    const gitDir = gitDirIn(system, holderOf(system, folder));
    if (gitDir === undefined) return undefined;
    return branchIn(system.files.readOwn(resolve(gitDir, "HEAD"), SMALL));
  });
}

/** Returns a worktree's branch and commit; `undefined`: git must be asked. */
export function headByFiles(
  { files }: System,
  { gitDir, commonDir }: Pick<Repository, "gitDir" | "commonDir">,
): { branch: string; commit: string } | undefined {
  return attempt(() => {
    const branch = branchIn(files.readOwn(join(gitDir, "HEAD"), SMALL));
    if (branch === undefined) return undefined;
    const commit = looseRef({ files }, commonDir, `refs/heads/${branch}`);
    return commit === undefined ? undefined : { branch, commit };
  });
}

/** Returns the commit of a ref that has its own file. */
export function looseRef(
  { files }: Pick<System, "files">,
  commonDir: string,
  ref: string,
): string | undefined {
  const bytes = attempt(() => files.readOwn(join(commonDir, ref), 128));
  const text = bytes && decodeBytes(bytes).trimEnd();
  return text && isObjectId(text) ? text : undefined;
}
