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
    // Without it, what is mpm's is still found by its mark.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The earlier state of a file that mpm changed. */
export interface Replaced {
  readonly record: SettingsRecord | undefined;
  /**
   * The bytes before; `null` if the file did not exist, `undefined` if they are
   * not known.
   */
  readonly original: Uint8Array | null | undefined;
  /** True if it is to the byte what mpm wrote, so that it can go back. */
  readonly untouched: boolean;
}

/** Reads what a file was before; `now` is what is in it. */
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

/** Reads both. Throws CONFLICT for links, FILE_FAILED. */
export function readPresent(
  system: System,
  path: string,
  mode: number,
): Present {
  const file = readForeign(system, path, mode);
  return { file, ...readReplaced(system, path, file.bytes) };
}

/** The new bytes of a file, and what a removal needs. */
interface Replacement {
  readonly after: Uint8Array;
  /** The bytes that a removal would restore; `undefined`: no file. */
  readonly base: Uint8Array | undefined;
  /** Permission bits of folders that are made for it. */
  readonly folderMode: number;
  /** Files beside it that are written, too. */
  readonly beside?: readonly {
    readonly path: string;
    readonly bytes: Uint8Array;
  }[];
}

/**
 * Puts mpm's bytes in place. First keeps the old bytes and notes the new ones,
 * so that a removal after an interruption knows both. Then writes the folders,
 * the file, and those beside it. Returns the copy. Call under the user's lock.
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
 * Takes mpm's bytes out. Then removes the files beside it, the folders made for
 * them that are empty, and at last the record. Returns the copy of the
 * earlier bytes. Call under the user's lock.
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

/** Folders that are not there yet, the outermost first. */
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

/**
 * Records a file that mpm is about to write, and keeps its bytes. Call under the
 * user's lock.
 */
export function recordReplaced(
  system: System,
  path: string,
  { before, after, folders = [] }: {
    /** `undefined`: there is no file, or an older one of mpm. */
    before: Uint8Array | undefined;
    after: Uint8Array;
    /** Folders that are made for it, the outermost first. */
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

/** Returns the records of this user, of all projects. */
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

/** Copies of earlier texts of one file that are kept, beside the original. */
const COPIES = 20;

/**
 * Keeps a copy of what a settings file held and returns its path. The last
 * texts that mpm replaced are there, under their digests, and the original.
 * Call under the user's lock.
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
    dropCopies(system, path, copy);
  }
  return copy;
}

/** Drops the oldest copies, but neither the new one nor the original. */
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

/** The copy with that digest; `undefined` if it is not there, or damaged. */
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
