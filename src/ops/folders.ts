import { basename, dirname } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, FileError, MpmError } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import { writeAtomic } from "./atomic.ts";
import { HOME } from "./layout.ts";

/** Only the owner may enter. */
const PRIVATE = 0o700;

/**
 * Creates `folder`, and each missing folder between it and the existing `base`,
 * as real, private directories of the user. Throws CONFLICT if something else
 * is in the way, FILE_FAILED if the system refuses.
 */
export function ensureFolder(
  system: System,
  folder: string,
  base: string,
): void {
  if (folder === base) return;
  // An existing folder may be reached through a link higher up, so the parents
  // come first.
  ensureFolder(system, dirname(folder), base);
  if (checkFolder(system, folder)) return;
  try {
    system.files.mkdir(folder);
  } catch (error) {
    // Another mpm may have created the folder first.
    if (!(error instanceof FileError && error.problem === "exists")) {
      throw error;
    }
    checkFolder(system, folder);
  }
  // The umask may remove bits of the mode at creation, but never adds any.
  system.files.chmod(folder, PRIVATE);
  if (isHidden(folder)) hide(system, folder);
}

/** mpm folders that must be hidden from git. */
const HIDDEN: ReadonlySet<string> = new Set([
  ...[
    "backups",
    "checkpoints",
    "errors",
    "handoffs",
    "kept",
    "runs",
    "state",
    "team",
    "trash",
  ],
]);

function isHidden(folder: string): boolean {
  return HIDDEN.has(basename(folder)) && basename(dirname(folder)) === HOME;
}

/** The largest ignore file to read, in bytes. */
const LIMIT = 1024 * 1024;

/** Returns the name of a file that is being written without the lock. */
export function unlockedName(system: System): string {
  return `.mpm-${system.random()}.tmp`;
}

/**
 * Hides a folder from git, so `git stash -u` and `git clean` do not take it.
 * The ignore rules above it may be claude-mpm's, which do not include the
 * folder. In that case it gets its own rules, which also cover the rules file
 * itself.
 */
export function hide(
  system: System,
  folder: string,
  temporary = unlockedName(system),
): void {
  const rules = join(folder, ".gitignore");
  const rule = `/${basename(folder)}/`;
  if (system.files.lstat(rules)) return;
  if (linesAbove(system, dirname(folder)).includes(rule)) return;
  writeAtomic(system, rules, { text: "*\n", temporary });
}

function linesAbove(system: System, folder: string): string[] {
  const path = join(folder, ".gitignore");
  const bytes = attempt(() => system.files.readOwn(path, LIMIT));
  return new TextDecoder().decode(bytes).split(/\r?\n/);
}

/**
 * Returns whether `folder` exists, with only real folders between `base` and
 * it. Throws CONFLICT for a link or someone else's directory.
 */
export function checkPath(
  system: System,
  folder: string,
  base: string,
): boolean {
  return folder === base ||
    checkPath(system, dirname(folder), base) && checkFolder(system, folder);
}

/**
 * Returns whether `folder` exists. Throws CONFLICT for a link or someone else's
 * directory, since either could redirect writes.
 */
export function checkFolder(system: System, folder: string): boolean {
  const found = system.files.lstat(folder);
  if (!found) return false;
  if (found.kind !== "folder") {
    throw new MpmError(
      "CONFLICT",
      `"${folder}" is not a folder: ${found.kind}`,
      {
        hint:
          "mpm stores its files only in real folders; move the file elsewhere",
      },
    );
  }
  const foreign = system.uid !== undefined && found.uid !== undefined &&
    found.uid !== system.uid && system.uid !== 0;
  if (foreign) {
    throw new MpmError(
      "CONFLICT",
      `"${folder}" belongs to another user: id ${found.uid}`,
      { hint: "Change its owner, or work in a copy of the project" },
    );
  }
  if (found.mode !== undefined && (found.mode & 0o077) !== 0) {
    tighten(system, folder);
  }
  return true;
}

/**
 * Makes a folder private. claude-mpm lets everyone read its folders, but the
 * texts in them are private.
 */
function tighten(system: System, folder: string): void {
  // Reading must still work on a read-only file system.
  attempt(() => system.files.chmod(folder, PRIVATE));
}

/**
 * Removes an mpm folder and its contents. Does not follow links: if the folder
 * itself is a link, removes only the link.
 */
export function removeTree(system: System, folder: string): void {
  const { files } = system;
  const found = files.lstat(folder);
  if (!found) return;
  for (
    const { name, kind } of found.kind === "folder" ? files.list(folder) : []
  ) {
    const path = join(folder, name);
    if (kind === "folder") removeTree(system, path);
    else files.remove(path);
  }
  files.remove(folder);
}

/** Counts the files below a folder and their bytes. Does not follow links. */
export function sizeBelow(
  system: System,
  folder: string,
): { files: number; bytes: number } {
  const sum = { files: 0, bytes: 0 };
  for (const { name, kind } of system.files.list(folder)) {
    const path = join(folder, name);
    const { files, bytes } = kind === "folder"
      ? sizeBelow(system, path)
      : { files: 1, bytes: system.files.lstat(path)?.size ?? 0 };
    sum.files += files;
    sum.bytes += bytes;
  }
  return sum;
}
