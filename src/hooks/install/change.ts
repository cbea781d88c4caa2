import { dirname } from "@std/path";
import { sha256 } from "../../base/digest.ts";
import { unifiedDiff } from "../../base/unified_diff.ts";
import {
  checkReplaceable,
  CLIENT_NAMES,
  decodeSettings,
  type ForeignFile,
  keepCopy,
  planInstall,
  planRemoval,
  readForeign,
  readReplaced,
  removeIfEmpty,
  removeLeftover,
  removeRecord,
  type Replaced,
  replaceForeign,
  sameBytes,
  type ScopePlace,
  SCOPES,
  type SettingsChange,
  type Wanted,
  writeRecord,
} from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import type {
  HooksInstallResult,
  HooksUninstallResult,
} from "../commands/results.ts";
import { planSkillRemoval, planSkills } from "./skills.ts";

/** Parts to install, and their places. */
export interface InstallOrder {
  readonly place: ScopePlace;
  readonly wanted: Wanted;
  readonly skills: boolean;
}

/** Reads, decides, and applies unless it is a dry run. */
export function install(
  system: System,
  { place, wanted, skills: withSkills }: InstallOrder,
  dryRun: boolean,
): HooksInstallResult {
  const { path, scope } = place;
  const present = readPresent(system, place);
  const before = present.file.bytes &&
    decodeSettings(path, present.file.bytes);
  const { text, changes, warnings } = planInstall(path, before ?? "", wanted);
  const skills = planSkills(system, place, {
    record: present.record,
    wanted: withSkills,
  });
  const isChange = text !== before || skills.files.length > 0;
  const backup = dryRun || !isChange ? null : applyInstall(system, present, {
    text,
    original: baseOf(present, before),
    files: skills.files,
  });
  return {
    dry_run: dryRun,
    scope,
    path,
    binary: wanted.binary,
    created: before === undefined,
    changes: [...changes],
    backup,
    diff: unifiedDiff(path, before ?? "", text),
    skills: skills.changes,
    excluded: [],
    warnings: [...warnings],
  };
}

/**
 * Returns the text that a removal would restore; `undefined` without a file.
 */
function baseOf(
  { untouched, original, place: { path } }: Present,
  before: string | undefined,
): Uint8Array | undefined {
  if (before === undefined) return undefined;
  if (untouched) return original ?? undefined;
  const known = original === undefined ? undefined : textOf(original);
  const { text } = planRemoval(path, before, known);
  return original === null && text === "" ? undefined : encode(text);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/**
 * The reverse: the bytes of before where nothing else changed in the meantime.
 */
export function uninstall(
  system: System,
  place: ScopePlace,
  dryRun: boolean,
): HooksUninstallResult {
  const { path, scope } = place;
  const present = readPresent(system, place);
  const before = present.file.bytes && decodeSettings(path, present.file.bytes);
  const { bytes, changes } = withoutMpm(present, before);
  const skills = planSkillRemoval(system, place, present.record);
  const removed = skills.filter(({ action }) => action === "removed")
    .map(({ path }) => path);
  const backup = dryRun ? null : applyRemoval(system, present, bytes, removed);
  return {
    dry_run: dryRun,
    scope,
    path,
    changes: [...changes],
    backup,
    diff: unifiedDiff(path, before ?? "", textOf(bytes)),
    skills,
    restored: present.untouched,
    removed: before !== undefined && bytes === undefined,
    warnings: [],
  };
}

/**
 * Returns the text of the file without mpm's entries; no `bytes` without a
 * file.
 */
function withoutMpm(
  { file, original, untouched, place: { path } }: Present,
  before: string | undefined,
): { bytes: Uint8Array | undefined; changes: readonly SettingsChange[] } {
  if (before === undefined) return { bytes: undefined, changes: [] };
  const known = original === undefined ? undefined : textOf(original);
  const { text, changes } = planRemoval(path, before, known);
  if (untouched) return { bytes: original ?? undefined, changes };
  if (changes.length === 0) return { bytes: file.bytes, changes };
  const nothing = original === null && text === "";
  return { bytes: nothing ? undefined : encode(text), changes };
}

/** The replacement of a settings file. */
interface Replacement {
  /** `undefined`: no file. */
  readonly text: string | undefined;
  /** The text that a removal would restore. */
  readonly original: Uint8Array | undefined;
  /** Files beside it that must be written, by absolute path. */
  readonly files: readonly { path: string; bytes: Uint8Array }[];
}

/** The present settings file and its record. */
interface Present extends Replaced {
  readonly place: ScopePlace;
  readonly file: ForeignFile;
}

/** Reads a scope's settings. Throws CONFLICT for links, FILE_FAILED. */
function readPresent(system: System, place: ScopePlace): Present {
  const file = readForeign(system, place.path, place.fileMode);
  return { place, file, ...readReplaced(system, place.path, file.bytes) };
}

/**
 * Puts mpm's text in place. First keeps the old text and notes the new one, so
 * that a removal after an interruption knows both. Then writes the folders, the
 * settings, and the other files. Returns the copy. Call under the user's lock.
 */
function applyInstall(
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
 * Removes mpm's text, then the files that are still unchanged, then the folders
 * made for them that are empty, and at last the record.
 */
function applyRemoval(
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
function textOf(bytes: Uint8Array | null | undefined): string {
  return new TextDecoder("utf-8", { ignoreBOM: true })
    .decode(bytes ?? new Uint8Array());
}

/** The option of commands that change Claude Code's settings. */
export const SCOPE_FLAG = {
  type: "string",
  value: "scope",
  choices: SCOPES,
  default: "local",
  summary: "The settings to change",
} as const;

/** The dry run of the same. */
export const DIFF_FLAG = {
  type: "boolean",
  summary: "Show the change as a diff and write nothing",
} as const;

/** The option that names the client. */
export const CLIENT_FLAG = {
  type: "string",
  value: "client",
  choices: CLIENT_NAMES,
  default: "claude",
  summary: "The client whose settings to change",
} as const;
