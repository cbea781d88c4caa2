import { basename, dirname, join, resolve } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { FileInfo, System } from "../../system/system.ts";
import { commonDirOf } from "./core_settings.ts";
import { decodeBytes } from "../text.ts";

/** The folders of a repository, absolute. */
export interface Repository {
  readonly gitDir: string;
  /** What all its worktrees share. */
  readonly commonDir: string;
  /** `undefined`: a bare one. */
  readonly worktree: string | undefined;
}

/** Bytes of a `.git` file and of `HEAD`. */
const SMALL = 8192;

/**
 * Returns the repository that git finds from `folder`, read from files alone.
 * `undefined`: git must be asked. There may be no repository, or it is bare,
 * belongs to another user, or is one that git might pass by.
 */
export function findRepository(
  system: System,
  folder: string,
): Repository | undefined {
  const { files } = system;
  try {
    const cwd = files.realPath(folder);
    for (let at = cwd;; at = dirname(at)) {
      const dotGit = files.stat(join(at, ".git"));
      if (dotGit) {
        return isReached(system, cwd, at)
          ? repositoryAt(system, at, dotGit)
          : undefined;
      }
      if (basename(at) === ".git" || files.stat(join(at, "HEAD"))) {
        return undefined;
      }
      if (dirname(at) === at) return undefined;
    }
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

/**
 * Whether git, on its way up from `cwd`, comes as far as `top`: it may be told
 * where to stop, and stops where another disk begins (git(1)).
 */
export function isReached(
  { env, files }: System,
  cwd: string,
  top: string,
): boolean {
  return cwd === top ||
    !env("GIT_CEILING_DIRECTORIES") &&
      files.stat(cwd)?.disk === files.stat(top)?.disk;
}

function repositoryAt(
  system: System,
  worktree: string,
  dotGit: FileInfo,
): Repository | undefined {
  const { files } = system;
  const path = join(worktree, ".git");
  let gitDir = path;
  if (dotGit.kind !== "folder") {
    const text = decodeBytes(files.readOwn(files.realPath(path), SMALL));
    const named = /^gitdir: (.*?)[\r\n]*$/.exec(text)?.[1];
    if (named === undefined) return undefined;
    gitDir = resolve(worktree, named);
  }
  gitDir = files.realPath(gitDir);
  const commonDir = commonDirOf(system, gitDir);
  const owners = [worktree, gitDir].map((one) => files.stat(one)?.uid);
  const isMine = [dotGit.uid, ...owners].every((uid) => uid === system.uid);
  const isWhole = files.stat(join(commonDir, "objects")) &&
    files.stat(join(commonDir, "refs")) && hasHead(system, gitDir);
  return isMine && isWhole ? { gitDir, commonDir, worktree } : undefined;
}

/** Of a branch, or detached. */
const HEAD = /^(?:ref:\s*refs\/|[0-9a-f]{40})/;

/** As git sees it, which else goes on looking further up. */
function hasHead({ files }: System, gitDir: string): boolean {
  const path = join(gitDir, "HEAD");
  return files.stat(path) !== undefined &&
    HEAD.test(decodeBytes(files.readOwn(files.realPath(path), SMALL)));
}
