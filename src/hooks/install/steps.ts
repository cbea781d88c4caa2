import {
  planInstall,
  planRemoval,
  type SettingsChange,
  type Wanted,
} from "../../clients/claude/settings/plan.ts";
import type { ScopePlace } from "../../clients/claude/settings/layers.ts";
import { decodeSettings } from "../../clients/claude/settings/text.ts";
import type {
  HooksInstallResult,
  HooksUninstallResult,
} from "../commands/results.ts";
import type { System } from "../../system/system.ts";
import {
  applyInstall,
  applyRemoval,
  diffOf,
  type Present,
  readPresent,
  textOf,
} from "./settings.ts";
import { planSkillRemoval, planSkills } from "./skills.ts";

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
    diff: diffOf(path, before ?? "", text),
    skills: skills.changes,
    excluded: [],
    warnings: [...warnings],
  };
}

/** What a removal would lead back to; `undefined`: no file. */
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

/** The reverse: the bytes of before where nothing else changed meanwhile. */
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
    diff: diffOf(path, before ?? "", textOf(bytes)),
    skills,
    restored: present.untouched,
    removed: before !== undefined && bytes === undefined,
    warnings: [],
  };
}

/** What the file holds without mpm's entries; no `bytes`: there is no file. */
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
