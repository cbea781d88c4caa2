import { dirname, resolve } from "@std/path";
import { MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { decodeBytes } from "./text.ts";

/** Bytes of a `.git` file or a `HEAD`. */
const LIMIT = 8192;

/**
 * The branch of the worktree that `folder` is in, read off its files without
 * running git: for a line that is shown all the time. `undefined` where HEAD is
 * detached, there is no repository, or it keeps its refs in another way.
 */
export function branchByFiles(
  system: System,
  folder: string,
): string | undefined {
  try {
    const gitDir = gitDirOf(system, folder);
    if (gitDir === undefined) return undefined;
    const head = readText(system, resolve(gitDir, "HEAD"));
    const branch = /^ref: refs\/heads\/(.+?)\n?$/.exec(head)?.[1];
    // What a repository with another store of refs has there.
    return branch === ".invalid" ? undefined : branch;
  } catch (error) {
    if (error instanceof MpmError) return undefined;
    throw error;
  }
}

function gitDirOf(system: System, folder: string): string | undefined {
  for (;; folder = dirname(folder)) {
    const path = resolve(folder, ".git");
    const kind = system.files.lstat(path)?.kind;
    if (kind === "folder") return path;
    if (kind === "file") {
      const place = /^gitdir: (.+?)\s*$/.exec(readText(system, path))?.[1];
      return place === undefined ? undefined : resolve(folder, place);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function readText(system: System, path: string): string {
  return decodeBytes(system.files.readOwn(path, LIMIT));
}
