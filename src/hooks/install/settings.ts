import { dirname, join } from "@std/path";
import type { ScopePlace } from "../../clients/claude/settings/layers.ts";
import { unifiedDiff } from "../../base/unified_diff.ts";
import {
  checkReplaceable,
  type ForeignFile,
  readForeign,
  removeIfEmpty,
  removeLeftover,
  replaceForeign,
  sameBytes,
} from "../../clients/claude/settings/file.ts";
import {
  keepCopy,
  readCopy,
  readRecord,
  removeRecord,
  type SettingsRecord,
  writeRecord,
} from "../../clients/claude/settings/record.ts";
import { sha256 } from "../../base/digest.ts";
import type { System } from "../../system/system.ts";

/** What is to become of a settings file. */
export interface Replacement {
  /** `undefined`: no file. */
  readonly text: string | undefined;
  /** What a removal would make of the present text: what to go back to. */
  readonly original: Uint8Array | undefined;
  /** Files beside it that are to be written, by absolute path. */
  readonly files: readonly { path: string; bytes: Uint8Array }[];
}

/** What a settings file and its record say. */
export interface Present {
  readonly place: ScopePlace;
  readonly file: ForeignFile;
  readonly record: SettingsRecord | undefined;
  /** What was there before; `null`: nothing; `undefined`: not known. */
  readonly original: Uint8Array | null | undefined;
  /** Whether it is to the byte what mpm wrote, so that it can go back. */
  readonly untouched: boolean;
}

/** Reads a scope's settings. Throws CONFLICT for links, FILE_FAILED. */
export function readPresent(system: System, place: ScopePlace): Present {
  const file = readForeign(system, place.path, place.fileMode);
  const record = readRecord(system, place.path);
  const original = record &&
    (record.original === null
      ? null
      : readCopy(system, place.path, record.original));
  const untouched = original !== undefined && file.bytes !== undefined &&
    record!.written.includes(sha256(file.bytes));
  return { place, file, record, original, untouched };
}

/**
 * Puts mpm's text in place. First what it replaces is kept, then what is about
 * to be written is noted, so that a removal after a death in the middle knows
 * all of it; then the folders, the settings, and the other files. Returns the
 * copy. Call under the user's lock.
 */
export function applyInstall(
  system: System,
  { place, file, record, untouched }: Present,
  { text, original, files }: Replacement,
): string | null {
  const bytes = new TextEncoder().encode(text);
  checkReplaceable(system, place.path);
  removeLeftover(system, place.path);
  const changed = !sameBytes(file.bytes, bytes);
  const backup = changed && file.bytes
    ? keepCopy(system, place.path, file.bytes)
    : null;
  if (original) keepCopy(system, place.path, original);
  const folders = missingFolders(system, [
    place.path,
    ...files.map(({ path }) => path),
  ]);
  const earlier = untouched ? record!.written : [];
  writeRecord(system, {
    version: 1,
    path: place.path,
    original: original ? sha256(original) : null,
    written: [...new Set([...earlier, sha256(bytes)])].slice(-16),
    folders: [...new Set([...record?.folders ?? [], ...folders])],
    files: {
      ...record?.files,
      ...Object.fromEntries(
        files.map(({ path, bytes }) => [path, sha256(bytes)]),
      ),
    },
  });
  for (const folder of folders) {
    system.files.mkdir(folder);
    system.files.chmod(folder, place.folderMode);
  }
  if (changed) replaceForeign(system, file, bytes);
  for (const other of files) {
    removeLeftover(system, other.path);
    const there = readForeign(system, other.path, place.fileMode | 0o044);
    replaceForeign(system, there, other.bytes);
  }
  return backup;
}

/** Folders that are not there yet, the outermost first. */
function missingFolders(system: System, paths: readonly string[]): string[] {
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
 * Takes mpm's text out, then the files that are still as they were written,
 * then the folders made for them that are empty, and at last the record.
 */
export function applyRemoval(
  system: System,
  { place, file, record }: Present,
  bytes: Uint8Array | undefined,
  files: readonly string[],
): string | null {
  removeLeftover(system, place.path);
  const changed = file.bytes && file.bytes !== bytes;
  const backup = changed ? keepCopy(system, place.path, file.bytes!) : null;
  if (changed) replaceForeign(system, file, bytes);
  for (const path of Object.keys(record?.files ?? {})) {
    removeLeftover(system, path);
  }
  for (const path of files) {
    const there = readForeign(system, path, 0o644);
    if (there.bytes) replaceForeign(system, there, undefined);
  }
  for (const folder of [...record?.folders ?? []].reverse()) {
    removeIfEmpty(system, folder);
  }
  removeRecord(system, place.path);
  return backup;
}

/** Text of bytes that are known to be UTF-8. */
export function textOf(bytes: Uint8Array | null | undefined): string {
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes ?? new Uint8Array());
}

/** Where a skill lies below the folder of a scope. */
export function skillPath({ folder }: ScopePlace, name: string): string {
  return join(folder, "skills", name, "SKILL.md");
}

/** The diff that `--dry-run` prints. */
export function diffOf(path: string, before: string, after: string): string {
  return unifiedDiff(path, before, after);
}
