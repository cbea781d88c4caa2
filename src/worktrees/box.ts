import { takeLock } from "../ops/mod.ts";
import { basename, dirname, resolve } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, FileError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { decodeBytes } from "../git/mod.ts";
import { Removals } from "./removals.ts";
import { isBelow } from "./facts.ts";

/**
 * Returns the folder for worktrees during their removal, below the shared git
 * folder. A clone cannot bring files there, and git does not look into it.
 */
export function removingFolder(commonDir: string): string {
  return join(commonDir, "mpm", "removing");
}

/** A worktree that is being removed; `tree` is its folder. */
export interface Box {
  readonly folder: string;
  readonly tree: string;
  /** The worktree's original place; `undefined` if it is unknown. */
  readonly path: string | undefined;
  /** True if the worktree may be deleted. */
  readonly checked: boolean;
}

/** The maximum length of a name to read, in bytes. */
const NAME_LIMIT = 16_384;

// The files in which earlier versions recorded the same facts.
const nameIn = (folder: string) => join(folder, "name");
const checkedIn = (folder: string) => join(folder, "checked");

/** Returns the box for the worktree at `path` with the git folder `gitDir`. */
export function boxFor(path: string, gitDir: string): Box {
  const commonDir = dirname(dirname(gitDir));
  const folder = join(removingFolder(commonDir), basename(gitDir));
  return { folder, tree: join(folder, "tree"), path, checked: false };
}

/** Returns the existing boxes, including those of other mpm processes. */
export function readBoxes(
  system: System,
  commonDir: string,
  worktrees: string,
): Box[] {
  const home = removingFolder(commonDir);
  if (system.files.lstat(home)?.kind !== "folder") return [];
  const known = new Map(
    Removals.read(system, dirname(dirname(worktrees)))
      .flatMap(({ boxes }) => boxes.map((box) => [box.folder, box] as const)),
  );
  return system.files.list(home).filter(({ kind }) => kind === "folder")
    .map(({ name }) => {
      const folder = join(home, name);
      const { path, checked } = known.get(folder) ??
        readOld(system, folder, worktrees);
      return { folder, tree: join(folder, "tree"), path, checked };
    });
}

/**
 * Reads facts from outside of clones, so they may be trusted without a seal.
 * While git has a record of the worktree, no part of it is deleted.
 */
function readOld(
  system: System,
  folder: string,
  worktrees: string,
): Pick<Box, "path" | "checked"> {
  const read = (file: string) =>
    attempt(() =>
      decodeBytes(system.files.readOwn(file, NAME_LIMIT)).trimEnd()
    );
  const name = read(nameIn(folder));
  const commonDir = dirname(dirname(dirname(folder)));
  const link = join(commonDir, "worktrees", basename(folder), "gitdir");
  const there = name === undefined
    ? dirname(resolve(dirname(link), read(link) ?? ""))
    : join(worktrees, name);
  const path = isBelow(there, worktrees) ? there : undefined;
  const checked = system.files.lstat(checkedIn(folder)) !== undefined;
  return { path, checked };
}

/**
 * Blocks all other cleanups of these worktrees, after waiting at most `wait`
 * milliseconds. `undefined`: another cleanup is running. Throws FILE_FAILED.
 */
export async function lockRemovals(
  system: System,
  commonDir: string,
  wait: number,
): Promise<Disposable | undefined> {
  const home = removingFolder(commonDir);
  makeFolder(system, dirname(home));
  const lock = await takeLock(system, join(dirname(home), "lock"), wait);
  try {
    if (lock) makeFolder(system, home);
    return lock;
  } catch (error) {
    lock?.[Symbol.dispose]();
    throw error;
  }
}

function makeFolder({ files }: System, folder: string): void {
  const kind = files.lstat(folder)?.kind;
  if (kind === "folder") return;
  try {
    files.mkdir(folder);
  } catch (error) {
    const other = files.lstat(folder)?.kind === "folder";
    if (!other) throw error; // > Otherwise another mpm was faster.
  }
}

/** Returns whether the box contains a worktree. */
export function isFull(system: System, { tree }: Box): boolean {
  return system.files.lstat(tree) !== undefined;
}

/** Moves a worktree back if its place is free. Throws FILE_FAILED. */
export function putBack(system: System, box: Box, worktrees: string): void {
  const { files } = system;
  const { tree, path } = box;
  if (path === undefined) {
    throw new FileError("other", "move", tree, new Error("its name is lost"));
  }
  if (isFull(system, box)) {
    makeParents(system, path, worktrees);
    if (files.lstat(path)) throw new FileError("exists", "move", path);
    files.rename(tree, path);
  }
  clearBox(system, box);
}

/** Creates the missing folders above `path`; follows no link. */
function makeParents(system: System, path: string, worktrees: string): void {
  const { files } = system;
  const missing: string[] = [];
  const root = dirname(dirname(worktrees));
  for (let at = dirname(path); at !== root; at = dirname(at)) {
    const kind = files.lstat(at)?.kind;
    if (kind === undefined) missing.unshift(at);
    else if (kind !== "folder") throw new FileError("not-a-folder", "use", at);
  }
  missing.forEach((folder) => files.mkdir(folder));
}

/** Deletes the box and its contents. Throws FILE_FAILED. */
export function emptyBox(system: System, box: Box): void {
  if (isFull(system, box)) deleteTree(system, box.tree);
  clearBox(system, box);
}

function clearBox(system: System, { folder }: Box): void {
  const { files } = system;
  for (const path of [nameIn(folder), checkedIn(folder)]) {
    if (files.lstat(path)) files.remove(path);
  }
  files.remove(folder);
}

/** Removes the folder that holds all boxes, unless it still contains a box. */
export function clearHome(system: System, commonDir: string): void {
  const home = removingFolder(commonDir);
  attempt(() => {
    if (system.files.list(home).length === 0) system.files.remove(home);
  });
}

/** All permission bits that a folder's owner needs to remove its contents. */
const OWNED = 0o700;

/** Deletes a folder and its contents; does not follow links. */
function deleteTree(system: System, folder: string): void {
  const { files } = system;
  const { mode = OWNED } = files.lstat(folder) ?? {};
  // Some folders are read-only, such as those of package caches.
  if ((mode & OWNED) !== OWNED) files.chmod(folder, mode | OWNED);
  for (const { name, kind } of files.list(folder)) {
    const path = join(folder, name);
    if (kind === "folder") deleteTree(system, path);
    else files.remove(path);
  }
  files.remove(folder);
}
