import { basename, dirname, join, resolve, sep } from "@std/path";
import { MpmError } from "../errors.ts";
import type { Workspace } from "../session/repository.ts";
import type { System } from "../system/system.ts";
import { decodeBytes } from "./text.ts";

/** Where a command works, as far as files alone tell. */
export type QuickPlace = Pick<
  Workspace,
  "root" | "worktree" | "linked" | "gitDir"
>;

/** Bytes of a `.git` file, of git's `commondir`, and of its `config`. */
const SMALL = 8192;
const LARGEST_CONFIG = 1024 * 1024;

/**
 * The worktree around `folder` and its project root, found without git as
 * {@link locate} finds them with it. `undefined`: there is no worktree.
 */
export function quickPlace(
  system: System,
  folder: string,
): QuickPlace | undefined {
  try {
    for (let at = system.files.realPath(folder);; at = dirname(at)) {
      const found = worktreeAt(system, at);
      if (found) return found;
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
  const found = quickPlace(system, folder);
  if (!found?.gitDir || found.linked) return undefined;
  const { gitDir, worktree } = found;
  try {
    const cwd = system.files.realPath(folder);
    const core = coreOf(system, gitDir);
    const usual = gitDir === join(worktree, ".git") && !core.bare &&
      core.worktree === undefined && !core.includes &&
      isGitFolder(system, gitDir) && !`${cwd}${sep}`.startsWith(gitDir);
    if (!usual) return undefined;
    const place = { ...found, cwd, gitDir, commonDir: gitDir };
    return { git: "repository", reason: undefined, ...place };
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

/** As git sees it, which else goes on looking further up. */
function isGitFolder({ files }: System, folder: string): boolean {
  const parts = ["objects", "refs"];
  return parts.every((name) => files.stat(join(folder, name)) !== undefined) &&
    HEAD.test(decodeBytes(files.readUpTo(join(folder, "HEAD"), SMALL)));
}

/** Of a branch, or detached. */
const HEAD = /^(?:ref:\s*refs\/|[0-9a-f]{40})/;

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
  const common = commonDir(system, gitDir);
  // A submodule's worktree is a main one.
  if (common === gitDir) {
    return { root: worktree, worktree, linked: false, gitDir };
  }
  return { root: rootOf(system, common), worktree, linked: true, gitDir };
}

function commonDir(system: System, gitDir: string): string {
  const path = join(gitDir, "commondir");
  if (!system.files.lstat(path)) return gitDir;
  const text = decodeBytes(system.files.readOwn(path, SMALL)).trim();
  return system.files.realPath(resolve(gitDir, text));
}

/** The main worktree of a shared git folder; of a bare one, it itself. */
function rootOf(system: System, common: string): string {
  const { bare, worktree } = coreOf(system, common);
  if (bare) return common;
  if (worktree !== undefined) return resolve(common, worktree);
  return basename(common) === ".git" ? dirname(common) : common;
}

interface Core {
  readonly bare: boolean;
  readonly worktree: string | undefined;
  /** Whether other files may say more. */
  readonly includes: boolean;
}

/** `core.bare` and `core.worktree`, as a repository's own files say. */
function coreOf(system: System, common: string): Core {
  let [bare, includes] = [false, false];
  let worktree: string | undefined;
  for (const name of ["config", "config.worktree"]) {
    const path = join(common, name);
    if (!system.files.lstat(path)) continue;
    let section = "";
    const text = decodeBytes(system.files.readUpTo(path, LARGEST_CONFIG));
    for (const line of text.split("\n")) {
      section = /^\s*\[([^\]"]*)/.exec(line)?.[1]?.trim().toLowerCase() ??
        section;
      includes ||= section.startsWith("include");
      if (section !== "core") continue;
      const [, key, value] = /^\s*(\w+)\s*(?:=\s*(.*?))?\s*$/.exec(line) ?? [];
      if (key?.toLowerCase() === "bare") {
        bare = !/^(?:false|no|off|0)$/i.test(value ?? "true");
      }
      if (key?.toLowerCase() === "worktree" && value) {
        worktree = value.replace(/^"(.*)"$/, "$1");
      }
    }
  }
  return { bare, worktree, includes };
}
