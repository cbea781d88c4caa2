import { join } from "@std/path";
import { ERRORS, FileError } from "../../base/errors.ts";
import { field, isFields } from "../../base/odd_values.ts";
import { SESSION_ID } from "../../git/ids.ts";
import {
  newestFirst,
  type SaveEntry,
  type SaveFormat,
  type SaveLocation,
} from "./save_entry.ts";
import { isEntrySession } from "../../work/work_save.ts";
import type { System } from "../../system/system.ts";
import type { Stamps } from "./find_saves.ts";
import { layout } from "../../ops/layout.ts";

/**
 * `.claude-mpm/state/index.json`: the newest saves as they were found when the
 * folders had these times. Derived and never a source of truth; it exists so
 * that large stores need not be listed. `listed`: when they last were, in
 * milliseconds since the epoch.
 */
export interface Index {
  readonly listed: number;
  readonly stamps: Stamps;
  readonly saves: readonly SaveEntry[];
}

/** Saves in the index. */
export const INDEXED = 50;

const VERSION = 4;

/** Far more than an index of `INDEXED` saves takes. */
const LARGEST_INDEX = 4 * 1024 * 1024;

export function indexPath(root: string): string {
  return join(layout(root).state, "index.json");
}

/** The index as bytes; the paths are left out and made again on reading. */
export function indexBytes(index: Index): Uint8Array {
  const saves = index.saves.map(({ path: _, ...row }) => row);
  return new TextEncoder().encode(
    JSON.stringify({ version: VERSION, ...index, saves }),
  );
}

/**
 * The index, if there is one that mpm could have written: whatever else lies
 * there is as good as none. Nothing in it becomes a path without a check.
 */
export function readIndex(
  system: System,
  root: string,
  folders: Partial<Record<SaveLocation, string>>,
): Index | undefined {
  try {
    const bytes = system.files.readOwn(indexPath(root), LARGEST_INDEX);
    const value = JSON.parse(new TextDecoder().decode(bytes));
    return isIndex(value) ? withPaths(value, folders) : undefined;
  } catch (error) {
    const unusable = error instanceof FileError || error instanceof SyntaxError;
    if (unusable) return undefined;
    throw error;
  }
}

function withPaths(
  index: Index,
  folders: Partial<Record<SaveLocation, string>>,
): Index | undefined {
  const saves = index.saves.map((row) => {
    const folder = folders[row.location];
    return folder && { ...row, path: join(folder, `${row.id}.${row.format}`) };
  });
  return saves.every((row) => !!row) ? { ...index, saves } : undefined;
}

function isIndex(value: unknown): value is Index {
  const saves = field(value, "saves");
  return field(value, "version") === VERSION &&
    isTime(field(value, "listed")) && isStamps(field(value, "stamps")) &&
    Array.isArray(saves) && saves.length <= INDEXED && saves.every(isRow) &&
    saves.every((row, at) => at === 0 || newestFirst(saves[at - 1], row) < 0);
}

function isStamps(value: unknown): boolean {
  return ["sessions", "pause", "global"].every((location) => {
    const stamp = field(value, location);
    return stamp === null || isTime(stamp);
  });
}

const FORMATS: readonly SaveFormat[] = ["json", "yaml", "md"];
const LOCATIONS: readonly SaveLocation[] = ["sessions", "pause", "global"];
const EVIDENCE = /^\.session-\d{8}-\d{6}_[^/\\]{8}\.tmp\.sha256$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function isRow(row: unknown): boolean {
  return isFields(row) &&
    matches(row.id, SESSION_ID) && matches(row.pausedAt, ISO) &&
    !Number.isNaN(Date.parse(row.pausedAt as string)) &&
    FORMATS.includes(row.format as SaveFormat) &&
    LOCATIONS.includes(row.location as SaveLocation) &&
    [row.summary, row.projectPath].every(isText) &&
    [row.name, row.branch, row.worktree, row.agent].every(isTextOrNull) &&
    [row.own, row.incremental, row.imported, row.automatic].every((flag) =>
      typeof flag === "boolean"
    ) &&
    [row.size, row.mtime].every(isTime) && isEntrySession(row.session) &&
    Array.isArray(row.evidence) &&
    row.evidence.every((name) => matches(name, EVIDENCE)) &&
    (row.problem === undefined || isProblem(row.problem));
}

function isProblem(value: unknown): boolean {
  const hint = field(value, "hint");
  return isText(field(value, "message")) &&
    (hint === undefined || isText(hint)) &&
    Object.hasOwn(ERRORS, String(field(value, "code")));
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === "string" && pattern.test(value);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value);
}

function isTime(value: unknown): boolean {
  return Number.isFinite(value);
}
