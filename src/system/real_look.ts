import { dirname } from "@std/path";
import { existsSync, statfsSync } from "node:fs";
import { FileError } from "../base/errors.ts";
import { problemOf } from "./real_errors.ts";
import type { FileInfo } from "./system.ts";

/**
 * Converts metadata. Windows has neither permission bits nor numeric users. The
 * mode there comes from one attribute, so no file would be executable.
 */
export function infoOf(
  found: Deno.FileInfo,
  os: string = Deno.build.os,
): FileInfo {
  const posix = os !== "windows";
  return {
    kind: kindOf(found),
    size: found.size,
    mode: posix && found.mode !== null ? found.mode & 0o7777 : undefined,
    uid: posix ? found.uid ?? undefined : undefined,
    mtime: found.mtime?.getTime() ?? 0,
    changed: found.ctime?.getTime(),
    ...{ disk: found.dev, inode: found.ino ?? undefined },
    names: found.nlink ?? 1,
  };
}

/** Returns the kind of a file from its folder entry or its metadata. */
export function kindOf(
  entry: { isFile: boolean; isDirectory: boolean; isSymlink: boolean },
): FileInfo["kind"] {
  if (entry.isSymlink) return "link";
  if (entry.isDirectory) return "folder";
  return entry.isFile ? "file" : "other";
}

/** Returns the result of `stat`; `undefined` if `path` does not exist. */
export function lookup(
  path: string,
  stat: (path: string) => Deno.FileInfo | undefined,
): FileInfo | undefined {
  try {
    const found = stat(path);
    return found && infoOf(found);
  } catch (error) {
    // Creating a `FileError` takes time, and the file is usually missing.
    const problem = problemOf(error);
    if (problem === "missing" || problem === "not-a-folder") return undefined;
    throw new FileError(problem, "look at", path, error);
  }
}

/**
 * Returns whether `path` certainly cannot be read. Deno creates an error for
 * each missing file, which takes ten times as long as this check. False if this
 * user may not search a parent folder, since the error then reports that.
 */
export function leadsNowhere(path: string): boolean {
  if (existsSync(path)) return false;
  const above = dirname(path);
  if (SEARCHED.has(above)) return true;
  if (!existsSync(above)) return above !== path && leadsNowhere(above);
  if (!isSearchable(Deno.statSync(above))) return false;
  SEARCHED.add(above);
  return true;
}

/** Folders that this process may search. */
const SEARCHED = new Set<string>();

/** Returns whether a folder may be searched, by its mode (inode(7)). */
function isSearchable({ isDirectory, mode, uid }: Deno.FileInfo): boolean {
  if (!isDirectory || mode === null || uid === null) return false;
  const me = Deno.uid();
  if (me === 0) return true;
  const needed = uid === me ? 0o100 : 0o011;
  return (mode & needed) === needed;
}

/** Local file systems of Linux: ext, XFS, Btrfs, F2FS, ZFS, memory, overlay. */
const LOCAL = new Set([
  ...[0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1],
  ...[0x01021994, 0x794c7630],
]);

/** Returns whether a folder is certainly on a local disk (statfs(2)). */
export function isLocal(folder: string): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    return LOCAL.has(statfsSync(folder).type);
  } catch {
    return false;
  }
}
