import { dirname } from "@std/path";
import { join } from "../../../base/join.ts";
import { isMissing, MpmError } from "../../../base/errors.ts";
import type { FileInfo, System } from "../../../system/system.ts";
import { removeIfThere, writeAtomic } from "../../../ops/mod.ts";

/** The largest settings file to read, in bytes. */
const LIMIT = 64 * 1024 * 1024;

/** The temporary name during a write; it remains after a crash. */
const TEMPORARY = ".mpm-settings.tmp";

/** A Claude Code file as it was found. */
export interface ForeignFile {
  readonly path: string;
  /** `undefined`: the file is missing. */
  readonly bytes: Uint8Array | undefined;
  /** Its current or new permission bits. */
  readonly mode: number;
}

/**
 * Reads a file that belongs to Claude Code and its user. Throws CONFLICT for a
 * folder, and for a link, whose target may be managed elsewhere.
 */
export function readForeign(
  system: System,
  path: string,
  mode: number,
): ForeignFile {
  refuseLink(system, dirname(path));
  refuseLink(system, path);
  const found = system.files.lstat(path);
  if (!found) return { path, bytes: undefined, mode };
  const bytes = system.files.readOwn(path, LIMIT);
  return { path, bytes, mode: found.mode ?? mode };
}

/** Throws CONFLICT for a link, even a broken one. */
export function refuseLink(system: System, path: string): void {
  if (system.files.lstat(path)?.kind !== "link") return;
  const target = system.files.readLink(path);
  throw new MpmError(
    "CONFLICT",
    `"${path}" is a symbolic link to "${target}"`,
    {
      hint:
        "mpm does not follow links in settings. Replace it with its target, or choose another --scope",
    },
  );
}

/** Throws CONFLICT if the file should not or cannot be replaced. */
export function checkReplaceable(system: System, path: string): void {
  const found = system.files.lstat(path);
  const problem = found && problemOf(system, found);
  if (problem === undefined) return;
  const [state, hint] = problem;
  throw new MpmError("CONFLICT", `"${path}" ${state}`, { hint });
}

function problemOf(
  { uid }: System,
  { mode, names, uid: owner }: FileInfo,
): [string, string] | undefined {
  if (mode !== undefined && (mode & 0o200) === 0) {
    return [
      "is read-only",
      "To let mpm change it: chmod u+w, then run the command again",
    ];
  }
  if (names > 1) {
    return [
      `has ${names} names (hard links)`,
      "Copy it to a separate file first",
    ];
  }
  if (uid !== undefined && owner !== undefined && owner !== uid) {
    return [
      `belongs to another user: id ${owner}`,
      "Run the command as that user",
    ];
  }
  return undefined;
}

/**
 * Replaces a file that was read with `bytes`, completely or not at all, and
 * keeps its mode. `undefined`: removes the file. Throws CONFLICT if someone has
 * changed the file since it was read.
 */
export function replaceForeign(
  system: System,
  { path, bytes: before, mode }: ForeignFile,
  bytes: Uint8Array | undefined,
): void {
  checkReplaceable(system, path);
  const now = readForeign(system, path, mode).bytes;
  if (!sameBytes(before, now)) {
    throw new MpmError(
      "CONFLICT",
      `"${path}" was changed by another program just now`,
      {
        hint: "Nothing was written; run the command again",
      },
    );
  }
  if (bytes) writeAtomic(system, path, { bytes, mode, temporary: TEMPORARY });
  else {
    system.files.remove(path);
    system.files.syncFolder(dirname(path));
  }
}

/** Removes the file that an interrupted replacement left. */
export function removeLeftover(system: System, path: string): void {
  removeIfThere(system, join(dirname(path), TEMPORARY));
}

/** Removes a folder if it is empty. */
export function removeIfEmpty(system: System, folder: string): void {
  try {
    if (system.files.lstat(folder)?.kind !== "folder") return;
    if (system.files.list(folder).length > 0) return;
    system.files.remove(folder);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export function sameBytes(
  a: Uint8Array | undefined,
  b: Uint8Array | undefined,
): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
