import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import { isBelow } from "../partitions/mod.ts";
import type { FileInfo, System } from "../system/system.ts";

/** The maximum number of files that the patterns of one run may match. */
const MOST = 10_000;

/** Folders in which steps cannot produce files. */
const LEFT_OUT = [".git", ".claude-mpm"];

/**
 * Returns the regular files below a folder that match the patterns, including
 * files that git ignores. Links are not followed.
 */
export function producedFiles(
  system: System,
  folder: string,
  patterns: readonly string[],
): string[] {
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const path of matching(system, folder, pattern)) {
      if (found.size < MOST) found.add(path);
    }
  }
  return [...found].sort();
}

/**
 * Returns the files that match a pattern. Looks only below its literal
 * beginning.
 */
function matching(system: System, root: string, pattern: string): string[] {
  const parts = pattern.split("/");
  const at = parts.findIndex((part) => /[*?[{]/.test(part));
  if (at < 0) return isFile(system, root, pattern) ? [pattern] : [];
  const base = parts.slice(0, at).join("/");
  const found: string[] = [];
  const visit = (folder: string): void => {
    const entries = attempt(() => system.files.list(join(root, folder))) ?? [];
    for (const { name, kind } of entries) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (kind === "folder") {
        if (!LEFT_OUT.includes(name)) visit(path);
      } else if (kind === "file" && isBelow(parts, path.split("/"))) {
        found.push(path);
      }
    }
  };
  const isThere = parts.slice(0, at).every((_, index) => {
    const path = join(root, ...parts.slice(0, index + 1));
    return attempt(() => system.files.lstat(path))?.kind === "folder";
  });
  if (isThere) visit(base);
  return found;
}

/**
 * Returns whether a regular file exists. No folder in the path may be a link,
 * since it may lead elsewhere.
 */
export function isFile(system: System, root: string, path: string): boolean {
  const parts = path.split("/");
  return parts.every((_, index) => {
    const found = attempt(() =>
      system.files.lstat(join(root, ...parts.slice(0, index + 1)))
    );
    return found?.kind === (index === parts.length - 1 ? "file" : "folder");
  });
}

/** The files matching a step's patterns before it runs. */
export type FilesBefore = ReadonlyMap<string, FileInfo>;

/** Returns the files that match before a step runs. */
export function filesBefore(
  system: System,
  folder: string,
  patterns: readonly string[],
): FilesBefore {
  const before = new Map<string, FileInfo>();
  for (const path of producedFiles(system, folder, patterns)) {
    const info = attempt(() => system.files.lstat(join(folder, path)));
    if (info) before.set(path, info);
  }
  return before;
}

/**
 * Returns the files that a step has made, or why one is missing. For a pattern,
 * all new or changed files count.
 */
export function madeFiles(
  system: System,
  folder: string,
  { patterns, before }: {
    patterns: readonly string[];
    before: FilesBefore;
  },
): { paths: string[]; problem: string | null } {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const found = producedFiles(system, folder, [pattern]);
    const made = found.filter((path) => isNew(system, folder, path, before));
    if (made.length === 0) {
      const problem = found.length === 0
        ? `it did not produce "${pattern}"`
        : `it did not write "${pattern}", which was there before`;
      return { paths: [], problem };
    }
    for (const path of made) paths.add(path);
  }
  return { paths: [...paths], problem: null };
}

function isNew(
  system: System,
  folder: string,
  path: string,
  before: FilesBefore,
): boolean {
  const was = before.get(path);
  const is = attempt(() => system.files.lstat(join(folder, path)));
  return !was || !is || !isSame(was, is);
}

/** Returns whether a file is unchanged, judging by its metadata. */
export function isSame(one: FileInfo, other: FileInfo): boolean {
  return one.mtime === other.mtime && one.size === other.size &&
    one.inode === other.inode;
}
