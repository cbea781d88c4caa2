import { dirname, resolve } from "@std/path";
import type { System } from "../system/system.ts";
import { strayLink } from "./belonging.ts";
import { decodeBytes } from "./text.ts";

/**
 * The nearest folder from `cwd` up that has a real `.claude-mpm` folder, else
 * `cwd`. A repository on the way up, which git could not be asked about, is the
 * project as it is with git. The home folder counts only for itself: claude-mpm
 * keeps a `.claude-mpm` there that belongs to no project.
 */
export function rootWithoutGit(system: System, cwd: string): string {
  const home = realHome(system);
  for (let folder = cwd;; folder = dirname(folder)) {
    const repository = mainOf(system, folder);
    if (repository !== undefined) return repository;
    const found = system.files.lstat(resolve(folder, ".claude-mpm"));
    const counts = folder === cwd || folder !== home;
    if (found?.kind === "folder" && counts) return folder;
    if (dirname(folder) === folder) return cwd;
  }
}

/** Bytes of the `.git` file of a linked worktree or a submodule. */
const GIT_FILE_LIMIT = 8192;

/** The main worktree of the repository whose top folder `folder` looks like. */
function mainOf(system: System, folder: string): string | undefined {
  const path = resolve(folder, ".git");
  const kind = system.files.lstat(path)?.kind;
  if (kind === "folder") {
    const head = system.files.lstat(resolve(path, "HEAD"));
    return head ? folder : undefined;
  }
  if (kind !== "file") return undefined;
  const text = decodeBytes(system.files.readOwn(path, GIT_FILE_LIMIT));
  const linked = /^gitdir: (.*)[/\\]\.git[/\\]worktrees[/\\][^/\\]+\s*$/
    .exec(text);
  if (!linked) return folder;
  const main = resolve(folder, linked[1]!);
  const commonDir = resolve(main, ".git");
  const gitDir = resolve(folder, text.slice("gitdir: ".length).trimEnd());
  const stray = strayLink(system, { worktree: folder, gitDir, commonDir });
  return stray === undefined ? main : folder;
}

function realHome(system: System): string | undefined {
  const home = system.home();
  return home !== undefined && system.files.stat(home)
    ? system.files.realPath(home)
    : home;
}
