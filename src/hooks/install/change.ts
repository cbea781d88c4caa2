import { decodeBytes, encodeText } from "../../base/bytes.ts";
import { unifiedDiff } from "../../base/unified_diff.ts";
import { CLIENT_NAMES } from "../../base/clients.ts";
import {
  decodeSettings,
  planInstall,
  planRemoval,
  type Present,
  putReplaced,
  readPresent,
  type ScopePlace,
  SCOPES,
  type SettingsChange,
  takeReplaced,
  type Wanted,
} from "../../clients/mod.ts";
import type { System } from "../../system/system.ts";
import type {
  HooksInstallResult,
  HooksUninstallResult,
} from "../commands/results.ts";
import { planSkillRemoval, planSkills } from "./skills.ts";

const NO_BYTES = new Uint8Array();

/** The parts to install, and where to install them. */
export interface InstallOrder {
  readonly place: ScopePlace;
  readonly wanted: Wanted;
  readonly skills: boolean;
}

/** Reads, decides, and applies the change unless it is a dry run. */
export function install(
  system: System,
  { place, wanted, skills: withSkills }: InstallOrder,
  dryRun: boolean,
): HooksInstallResult {
  const { path, scope } = place;
  const present = readPresent(system, path, place.fileMode);
  const before = present.file.bytes &&
    decodeSettings(path, present.file.bytes);
  const { text, changes, warnings } = planInstall(path, before ?? "", wanted);
  const skills = planSkills(system, place, {
    record: present.record,
    wanted: withSkills,
  });
  const isChange = text !== before || skills.files.length > 0;
  const backup = dryRun || !isChange ? null : putReplaced(system, present, {
    after: encodeText(text),
    base: baseOf(present, before),
    folderMode: place.folderMode,
    beside: skills.files,
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

/** Returns the text that a removal would restore, if any. */
function baseOf(
  { untouched, original, file: { path } }: Present,
  before: string | undefined,
): Uint8Array | undefined {
  if (before === undefined) return undefined;
  if (untouched) return original ?? undefined;
  const { text } = planRemoval(path, before, textOf(original));
  return original === null && text === "" ? undefined : encodeText(text);
}

/** Removes mpm's entries, or restores the bytes if nothing else changed. */
export function uninstall(
  system: System,
  place: ScopePlace,
  dryRun: boolean,
): HooksUninstallResult {
  const { path, scope } = place;
  const present = readPresent(system, path, place.fileMode);
  const before = present.file.bytes && decodeSettings(path, present.file.bytes);
  const { bytes, changes } = withoutMpm(present, before);
  const skills = planSkillRemoval(system, place, present.record);
  const removed = skills.filter(({ action }) => action === "removed")
    .map(({ path }) => path);
  const backup = dryRun ? null : takeReplaced(system, present, bytes, removed);
  return {
    dry_run: dryRun,
    scope,
    path,
    changes: [...changes],
    backup,
    diff: unifiedDiff(path, before ?? "", decodeBytes(bytes ?? NO_BYTES)),
    skills,
    restored: present.untouched,
    removed: before !== undefined && bytes === undefined,
    warnings: [],
  };
}

/** Returns the file without mpm's entries; no `bytes`: no file. */
function withoutMpm(
  { file, original, untouched }: Present,
  before: string | undefined,
): { bytes: Uint8Array | undefined; changes: readonly SettingsChange[] } {
  if (before === undefined) return { bytes: undefined, changes: [] };
  const { text, changes } = planRemoval(file.path, before, textOf(original));
  if (untouched) return { bytes: original ?? undefined, changes };
  if (changes.length === 0) return { bytes: file.bytes, changes };
  const nothing = original === null && text === "";
  return { bytes: nothing ? undefined : encodeText(text), changes };
}

function textOf(original: Present["original"]): string | undefined {
  return original === undefined ? undefined : decodeBytes(original ?? NO_BYTES);
}

/** The option of commands that change Claude Code's settings. */
export const SCOPE_FLAG = {
  type: "string",
  value: "scope",
  choices: SCOPES,
  default: "local",
  summary: "The settings to change",
} as const;

/** The option for a dry run. */
export const DIFF_FLAG = {
  type: "boolean",
  summary: "Show the change as a diff without writing anything",
} as const;

/** The option that names the client. */
export const CLIENT_FLAG = {
  type: "string",
  value: "client",
  choices: CLIENT_NAMES,
  default: CLIENT_NAMES[0],
  summary: "The client whose settings to change",
} as const;
