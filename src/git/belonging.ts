import { basename, dirname, join, resolve } from "@std/path";
import type { System } from "../system/system.ts";
import { coreOf } from "./run/core_settings.ts";
import { decodeBytes } from "./text.ts";

/** Bytes of a file that holds a path. */
const SMALL = 8192;

/** A worktree and the folders of its repository, absolute. */
interface Found {
  readonly worktree: string;
  readonly gitDir: string;
  readonly commonDir: string;
}

/**
 * Why a worktree and the repository that was found for it do not belong
 * together; `undefined`: they do. A folder that came from elsewhere may hold a
 * `.git` that leads to another repository of the user's, or settings that call
 * another folder its worktree: git would go there, and mpm would write there.
 * Throws a FileError for what cannot be read.
 */
export function strayReason(system: System, found: Found): string | undefined {
  const { worktree, gitDir, commonDir } = found;
  if (!leadsTo(system, worktree, gitDir)) {
    return `core.worktree calls another folder its worktree: "${worktree}"`;
  }
  if (gitDir !== commonDir) return strayLink(system, found);
  const home = dirname(gitDir);
  if (basename(gitDir) !== ".git" || home === worktree) return undefined;
  const named = coreOf(system, gitDir).worktree;
  return named !== undefined && isSame(system, resolve(gitDir, named), worktree)
    ? undefined
    : `".git" leads to the repository of "${home}"`;
}

/** Why the main worktree that the settings name is none. */
export function strayMain(
  system: System,
  { root, commonDir }: { root: string; commonDir: string },
): string | undefined {
  return leadsTo(system, root, commonDir)
    ? undefined
    : `core.worktree calls another folder its worktree: "${root}"`;
}

/**
 * Git keeps in the folder of a linked worktree where that is. One that was
 * moved is not where it says, but nothing else is there either.
 */
export function strayLink(
  system: System,
  { worktree, gitDir, commonDir }: Found,
): string | undefined {
  if (dirname(gitDir) !== join(commonDir, "worktrees")) {
    return `".git" leads to the repository of "${commonDir}"`;
  }
  const path = join(gitDir, "gitdir");
  if (!system.files.lstat(path)) return undefined;
  const text = decodeBytes(system.files.readOwn(path, SMALL)).trimEnd();
  const home = dirname(resolve(gitDir, text));
  if (isSame(system, home, worktree)) return undefined;
  return leadsTo(system, home, gitDir)
    ? `".git" leads to the repository of "${home}"`
    : undefined;
}

/** Whether the `.git` of a folder is, or names, `gitDir`. */
function leadsTo(system: System, folder: string, gitDir: string): boolean {
  const { files } = system;
  const path = join(folder, ".git");
  const kind = files.stat(path)?.kind;
  if (kind === "folder") return isSame(system, path, gitDir);
  if (kind !== "file") return false;
  const text = decodeBytes(files.readOwn(files.realPath(path), SMALL));
  const named = /^gitdir: (.*?)[\r\n]*$/.exec(text)?.[1];
  return named !== undefined && isSame(system, resolve(folder, named), gitDir);
}

function isSame({ files }: System, one: string, other: string): boolean {
  return one === other ||
    files.stat(one) !== undefined && files.stat(other) !== undefined &&
      files.realPath(one) === files.realPath(other);
}

/** The nearest folder from `cwd` up that has a `.git`, else `cwd`. */
export function holderOf(system: System, cwd: string): string {
  for (let at = cwd;; at = dirname(at)) {
    if (system.files.lstat(join(at, ".git"))) return at;
    if (dirname(at) === at) return cwd;
  }
}

/** Files of rules that git opens whatever they are, and waits on a pipe. */
const RULES = [".gitignore", ".gitattributes", ".claude-mpm/.gitignore"];

/** Why git, asked for the state of a worktree, would never answer. */
export function waitReason(
  system: System,
  worktree: string,
): string | undefined {
  const path = RULES.map((name) => join(worktree, name))
    .find((path) => system.files.lstat(path)?.kind === "other");
  return path === undefined
    ? undefined
    : `git would wait for "${path}", which is no file`;
}
