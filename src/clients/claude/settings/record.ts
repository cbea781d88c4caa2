import { join } from "@std/path";
import { sha256 } from "../../../base/digest.ts";
import { isMissing } from "../../../base/errors.ts";
import type { System } from "../../../system/system.ts";
import {
  ensureUserFolder,
  removeIfThere,
  userState,
  writeAtomic,
} from "../../../ops/mod.ts";

/**
 * A record of the parts that mpm installed into one settings file and the
 * folder around it. It is in the user's own state, where no part of it can come
 * with a clone.
 */
export interface SettingsRecord {
  readonly version: 1;
  /** The settings file, absolute. */
  readonly path: string;
  /** SHA-256 of the bytes before; null: there was no file. */
  readonly original: string | null;
  /**
   * SHA-256 of the texts written over it; with any of these, it can go back.
   */
  readonly written: readonly string[];
  /** Folders that were made for it, absolute, the outermost first. */
  readonly folders: readonly string[];
  /** SHA-256 of each other file that was written, by its absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

/** Bytes of a record that is still read. */
const LIMIT = 1024 * 1024;
/** The folder of the copies and records of one settings file. */
function folderOf(path: string): string {
  return join("settings", sha256(path).slice(0, 16));
}

/** The record of a settings file; `undefined` without one that can be used. */
export function readRecord(
  system: System,
  path: string,
): SettingsRecord | undefined {
  const file = join(userState(system), folderOf(path), "record.json");
  let text: string;
  try {
    text = new TextDecoder().decode(system.files.readOwn(file, LIMIT));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const record = JSON.parse(text) as SettingsRecord;
    return record.version === 1 && record.path === path ? record : undefined;
  } catch (error) {
    // Without it, what is mpm's is still found by its mark.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Call under the user's lock. */
export function writeRecord(system: System, record: SettingsRecord): void {
  const folder = ensureUserFolder(system, folderOf(record.path));
  const text = `${JSON.stringify(record, null, 2)}\n`;
  writeAtomic(system, join(folder, "record.json"), {
    bytes: new TextEncoder().encode(text),
  });
}

/** The copies stay. */
export function removeRecord(system: System, path: string): void {
  removeIfThere(
    system,
    join(userState(system), folderOf(path), "record.json"),
  );
}

/**
 * Keeps a copy of what a settings file held and returns its path. Every text
 * that mpm replaces is there, under its digest. Call under the user's lock.
 */
export function keepCopy(
  system: System,
  path: string,
  bytes: Uint8Array,
): string {
  const folder = ensureUserFolder(system, folderOf(path));
  const copy = join(folder, copyName(sha256(bytes)));
  if (readCopyFile(system, copy, sha256(bytes)) === undefined) {
    writeAtomic(system, copy, { bytes });
  }
  return copy;
}

/** The copy with that digest; `undefined` if it is not there, or damaged. */
export function readCopy(
  system: System,
  path: string,
  digest: string,
): Uint8Array | undefined {
  const folder = join(userState(system), folderOf(path));
  return readCopyFile(system, join(folder, copyName(digest)), digest);
}

function copyName(digest: string): string {
  return `before-${digest.slice(0, 16)}.json`;
}

function readCopyFile(
  system: System,
  copy: string,
  digest: string,
): Uint8Array | undefined {
  try {
    const bytes = system.files.readOwn(copy, 64 * LIMIT);
    return sha256(bytes) === digest ? bytes : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
