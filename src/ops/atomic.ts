import { dirname } from "@std/path";
import { join } from "../base/join.ts";
import { attempt, isMissing, MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import type { System } from "../system/system.ts";

type AtomicFile = Content & Manner;

type Content = { readonly bytes: Uint8Array } | { readonly text: string };

interface Manner {
  /** Milliseconds since the epoch; now by default. */
  readonly mtime?: number;
  /** 0600 by default. */
  readonly mode?: number;
  /** The name of the file while it is written; required without a lock. */
  readonly temporary?: string;
  /**
   * True if the file must survive a power failure; the default. `content`: the
   * caller syncs the folder.
   */
  readonly synced?: boolean | "content";
}

/**
 * Replaces the file at `path`, completely or not at all. The content is written
 * under a temporary name in the same folder, synced and renamed. Then the
 * folder is synced. Under the store's lock, the temporary name is always the
 * same, so the next write replaces an abandoned file.
 */
export function writeAtomic(
  system: System,
  path: string,
  { mtime, mode, temporary = ".mpm.tmp", synced = true, ...content }:
    AtomicFile,
): void {
  const { files } = system;
  const bytes = "text" in content
    ? new TextEncoder().encode(content.text)
    : content.bytes;
  refuseFolder(system, path);
  const written = join(dirname(path), temporary);
  removeIfThere(system, written);
  try {
    files.create(written, bytes, { synced: synced !== false });
    if (mtime !== undefined) files.setMtime(written, mtime);
    if (mode !== undefined) files.chmod(written, mode);
    files.rename(written, path);
  } catch (error) {
    removeQuietly(system, written);
    throw error;
  }
  if (synced === true) files.syncFolder(dirname(path));
}

/** Removes a file or link, if it exists. */
export function removeIfThere(system: System, path: string): void {
  try {
    system.files.remove(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/**
 * Removes a file or link after a failure. Never throws, so the failure remains
 * the reported error.
 */
export function removeQuietly(system: System, path: string): void {
  attempt(() => system.files.remove(path));
}

function refuseFolder(system: System, path: string): void {
  const kind = system.files.peek(path)?.kind;
  if (kind === "folder") {
    throw new MpmError("CONFLICT", `"${path}" is a folder`, {
      hint: "Move it elsewhere: mpm must write a file there",
    });
  }
}

/**
 * Returns the JSON in an mpm file. `undefined`: it is missing, a link, larger
 * than `limit` bytes, or damaged.
 */
export function readOwnJson(
  system: System,
  path: string,
  limit: number,
): unknown {
  const bytes = attempt(() => system.files.readOwn(path, limit));
  return bytes && jsonIn(new TextDecoder().decode(bytes));
}

/** The size from which a log is renamed, in bytes; one older log is kept. */
const LIMIT = 256 * 1024;

/** The maximum number of bytes to read from the end of a log. */
const TAIL = 64 * 1024;

/**
 * Returns the values of the lines at the end of a log, with `undefined` for an
 * invalid line. Throws FILE_FAILED if the log cannot be read.
 */
export function readLog(system: System, path: string): unknown[] {
  const found = system.files.lstat(path);
  if (found?.kind !== "file") return [];
  const from = Math.max(0, found.size - TAIL);
  const bytes = system.files.readPart(path, from, TAIL);
  return new TextDecoder().decode(bytes).split("\n").map(jsonIn);
}

/** Adds a line of JSON to an mpm log. Throws a FileError. */
export function appendLog(system: System, path: string, line: unknown): void {
  const size = system.files.lstat(path)?.size ?? 0;
  if (size > LIMIT) system.files.rename(path, `${path}.1`);
  const text = `${JSON.stringify(line)}\n`;
  system.files.append(path, new TextEncoder().encode(text));
}
