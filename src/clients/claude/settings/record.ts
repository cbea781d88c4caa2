import { basename, dirname } from "@std/path";
import { join } from "../../../base/join.ts";
import { sha256 } from "../../../base/digest.ts";
import { attempt, isMissing } from "../../../base/errors.ts";
import type { System } from "../../../system/system.ts";
import {
  ensureUserFolder,
  removeIfThere,
  removeQuietly,
  userState,
  writeAtomic,
} from "../../../ops/mod.ts";
import {
  checkReplaceable,
  type ForeignFile,
  readForeign,
  removeIfEmpty,
  removeLeftover,
  replaceForeign,
  sameBytes,
} from "./file.ts";

/**
 * A record of the mpm entries in one settings file and the folder around it.
 * The record is in the user's own state, which cannot come with a clone.
 */
export interface SettingsRecord {
  readonly version: 1;
  /** The settings file, absolute. */
  readonly path: string;
  /** SHA-256 of the bytes before mpm's change; null: the file did not exist. */
  readonly original: string | null;
  /** SHA-256 of each text that mpm wrote; such a text can be restored. */
  readonly written: readonly string[];
  /** Folders that were created for the file, absolute, the outermost first. */
  readonly folders: readonly string[];
  /** SHA-256 of each other file that was written, by absolute path. */
  readonly files: Readonly<Record<string, string>>;
}

/** The maximum size of a record to read, in bytes. */
const LIMIT = 1024 * 1024;

/** Returns the folder with the copies and records of one settings file. */
function folderOf(path: string): string {
  return join("settings", sha256(path).slice(0, 16));
}

/** Returns the record of a settings file, if there is a usable one. */
export function readRecord(
  system: System,
  path: string,
): SettingsRecord | undefined {
  const record = recordIn(system, join(userState(system), folderOf(path)));
  return record?.path === path ? record : undefined;
}

function recordIn(system: System, folder: string): SettingsRecord | undefined {
  let text: string;
  try {
    const file = join(folder, "record.json");
    text = new TextDecoder().decode(system.files.readOwn(file, LIMIT));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  try {
    const record = JSON.parse(text) as SettingsRecord | null;
    const known = record?.version === 1 && typeof record.path === "string";
    return known ? record : undefined;
  } catch (error) {
    // Even without a record, mpm's entries are found by their mark.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The earlier state of a file that mpm changed. */
export interface Replaced {
  readonly record: SettingsRecord | undefined;
  /** The bytes before; `null`: no file, `undefined`: not known. */
  readonly original: Uint8Array | null | undefined;
  /** True if mpm wrote exactly this file, so that it can be restored. */
  readonly untouched: boolean;
}

/** Reads the earlier state of a file; `now` is its current content. */
export function readReplaced(
  system: System,
  path: string,
  now: Uint8Array | undefined,
): Replaced {
  const record = readRecord(system, path);
  const original = record &&
    (record.original === null ? null : readCopy(system, path, record.original));
  const untouched = original !== undefined && now !== undefined &&
    record!.written.includes(sha256(now));
  return { record, original, untouched };
}

/** A file that mpm may change, and its earlier state. */
export interface Present extends Replaced {
  readonly file: ForeignFile;
}

/** Reads the current and the earlier content. Throws CONFLICT for links. */
export function readPresent(
  system: System,
  path: string,
  mode: number,
): Present {
  const file = readForeign(system, path, mode);
  return { file, ...readReplaced(system, path, file.bytes) };
}

/** The new bytes of a file, and the data needed to remove them. */
interface Replacement {
  readonly after: Uint8Array;
  /** The bytes that a removal restores; `undefined`: it deletes the file. */
  readonly base: Uint8Array | undefined;
  /** Permission bits of the folders created for the file. */
  readonly folderMode: number;
  /** Other files to write along with it. */
  readonly beside?: readonly {
    readonly path: string;
    readonly bytes: Uint8Array;
  }[];
}

/**
 * Writes mpm's bytes. First stores the old bytes and records the new ones, so
 * that an interrupted installation can still be removed. Then writes the
 * folders, the file, and the other files. Returns the path of the copy. Call
 * under the user's lock.
 */
export function putReplaced(
  system: System,
  { file, record, untouched }: Present,
  { after, base, folderMode, beside = [] }: Replacement,
): string | null {
  const { path, bytes: before } = file;
  checkReplaceable(system, path);
  removeLeftover(system, path);
  const changed = !sameBytes(before, after);
  const copy = changed && before ? keepCopy(system, path, before) : null;
  if (base) keepCopy(system, path, base);
  const paths = [path, ...beside.map((one) => one.path)];
  const folders = missingFolders(system, paths);
  const earlier = untouched ? record!.written : [];
  const digests = beside.map(({ path, bytes }) => [path, sha256(bytes)]);
  writeRecord(system, {
    ...{ version: 1, path, original: base ? sha256(base) : null },
    written: [...new Set([...earlier, sha256(after)])].slice(-16),
    folders: [...new Set([...record?.folders ?? [], ...folders])],
    files: { ...record?.files, ...Object.fromEntries(digests) },
  });
  for (const folder of folders) {
    system.files.mkdir(folder);
    system.files.chmod(folder, folderMode);
  }
  if (changed) replaceForeign(system, file, after);
  for (const one of beside) {
    removeLeftover(system, one.path);
    const there = readForeign(system, one.path, 0o644);
    replaceForeign(system, there, one.bytes);
  }
  return copy;
}

/**
 * Removes mpm's bytes. Then removes the other files, the empty folders created
 * for them, and finally the record. Returns the path of the copy of the earlier
 * bytes. Call under the user's lock.
 */
export function takeReplaced(
  system: System,
  { file, record }: Present,
  after: Uint8Array | undefined,
  beside: readonly string[] = [],
): string | null {
  const { path, bytes: before } = file;
  removeLeftover(system, path);
  const changed = !sameBytes(before, after);
  const copy = changed && before ? keepCopy(system, path, before) : null;
  if (changed) replaceForeign(system, file, after);
  for (const path of Object.keys(record?.files ?? {})) {
    removeLeftover(system, path);
  }
  for (const path of beside) {
    const there = readForeign(system, path, 0o644);
    if (there.bytes) replaceForeign(system, there, undefined);
  }
  for (const folder of [...record?.folders ?? []].reverse()) {
    removeIfEmpty(system, folder);
  }
  removeRecord(system, path);
  return copy;
}

/** Returns the folders that do not exist yet, the outermost first. */
export function missingFolders(
  system: System,
  paths: readonly string[],
): string[] {
  const missing = new Set<string>();
  for (const path of paths) {
    for (
      let folder = dirname(path);
      !system.files.stat(folder) && !missing.has(folder);
      folder = dirname(folder)
    ) missing.add(folder);
  }
  return [...missing].sort((a, b) => a.length - b.length);
}

/** Records and stores a file that mpm writes. Call under the user's lock. */
export function recordReplaced(
  system: System,
  path: string,
  { before, after, folders = [] }: {
    /** `undefined`: there is no file, or only an older file by mpm. */
    before: Uint8Array | undefined;
    after: Uint8Array;
    /** Folders created for it, the outermost first. */
    folders?: readonly string[];
  },
): void {
  const { record, original, untouched } = readReplaced(system, path, before);
  const base = untouched ? original ?? undefined : before;
  if (base) keepCopy(system, path, base);
  writeRecord(system, {
    version: 1,
    path,
    original: base ? sha256(base) : null,
    written: [sha256(after)],
    folders: [...new Set([...record?.folders ?? [], ...folders])],
    files: {},
  });
}

/** Returns the user's records for all projects. */
export function allRecords(system: System): SettingsRecord[] {
  const folder = attempt(() => join(userState(system), "settings"));
  if (folder === undefined || !system.files.stat(folder)) return [];
  return system.files.list(folder).flatMap(({ name }) => {
    const record = attempt(() => recordIn(system, join(folder, name)));
    return record && folderOf(record.path) === join("settings", name)
      ? [record]
      : [];
  });
}

/** Call under the user's lock. */
export function writeRecord(system: System, record: SettingsRecord): void {
  const folder = ensureUserFolder(system, folderOf(record.path));
  const text = `${JSON.stringify(record, null, 2)}\n`;
  writeAtomic(system, join(folder, "record.json"), { text });
}

/** The copies stay. */
export function removeRecord(system: System, path: string): void {
  removeIfThere(
    system,
    join(userState(system), folderOf(path), "record.json"),
  );
}

/** The most earlier versions of a file to keep, except the original. */
const COPIES = 20;

/** Stores a settings file's copy; returns its path. Call under the lock. */
export function keepCopy(
  system: System,
  path: string,
  bytes: Uint8Array,
): string {
  const folder = ensureUserFolder(system, folderOf(path));
  const copy = join(folder, copyName(sha256(bytes)));
  if (readCopyFile(system, copy, sha256(bytes)) === undefined) {
    writeAtomic(system, copy, { bytes });
    dropCopies(system, path, copy);
  }
  return copy;
}

/** Removes the oldest copies, but never the new copy or the original. */
function dropCopies(system: System, path: string, added: string): void {
  const { files } = system;
  const original = readRecord(system, path)?.original;
  const folder = dirname(added);
  const kept = [basename(added), original && copyName(original)];
  const old = files.list(folder).map(({ name }) => name)
    .filter((name) => COPY.test(name) && !kept.includes(name))
    .map((name) => join(folder, name))
    .map((one) => ({ one, mtime: files.lstat(one)?.mtime ?? 0 }))
    .sort((a, b) => b.mtime - a.mtime);
  for (const { one } of old.slice(COPIES - 1)) removeQuietly(system, one);
}

/** Returns the copy with a digest; `undefined`: missing or damaged. */
export function readCopy(
  system: System,
  path: string,
  digest: string,
): Uint8Array | undefined {
  const folder = join(userState(system), folderOf(path));
  return readCopyFile(system, join(folder, copyName(digest)), digest);
}

const COPY = /^before-[0-9a-f]{16}\.json$/;

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
