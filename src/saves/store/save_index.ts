import { join } from "@std/path";
import { ERRORS, FileError, MpmError } from "../../base/errors.ts";
import type { Save } from "../save.ts";
import {
  newestFirst,
  type SaveEntry,
  type SaveFormat,
  type SaveLocation,
} from "./save_entry.ts";
import type { System } from "../../system/system.ts";
import { removeQuietly, writeAtomic } from "../../ops/atomic.ts";
import { saveFolders, stampFolders, type Stamps } from "./find_saves.ts";
import { ensureFolder } from "../../ops/folders.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { describe } from "./read_entry.ts";
import { field, isFields } from "../../base/odd_values.ts";
import { SESSION_ID } from "../../git/ids.ts";
import { isEntrySession } from "../saved_session.ts";

/** What is known of the newest saves without listing any folder. */
export interface KnownSaves {
  readonly system: System;
  readonly root: string;
  /** The newest saves; `undefined`: there is no index that can be trusted. */
  readonly saves: readonly SaveEntry[] | undefined;
  readonly index: Index | undefined;
}

/**
 * A folder must not have changed for this long, in milliseconds, before what a
 * listing found may be trusted to be recognised by the folder's time alone: two
 * changes within one tick of the file system's clock leave the same time. The
 * clock that makes times of whole seconds is a coarse one.
 */
const TICK = 20;
const COARSE_TICK = 3000;

/** How long an index is used without a listing in between, milliseconds. */
const LISTING_VALID = 60 * 60 * 1000;

/**
 * The newest saves from the index, if the folders and each of these files are
 * as they were. A writer calls it under the project's lock before it writes its
 * first file into `sessions/`, and gives the result to {@link noteSave}. Never
 * throws.
 */
export function openIndex(system: System, root: string): KnownSaves {
  const folders = saveFolders(system, root);
  const unknown = { system, root, saves: undefined, index: undefined };
  try {
    const index = readIndex(system, root, folders);
    if (!index) return unknown;
    const stamps = stampFolders(system, folders);
    const trusted = isRecent(system, index.listed) &&
      sameStamps(index.stamps, stamps) &&
      index.saves.every((row) => isUnchanged(system, row));
    return trusted ? { system, root, saves: index.saves, index } : unknown;
  } catch (error) {
    if (error instanceof MpmError) return unknown;
    throw error;
  }
}

function isRecent(system: System, listed: number): boolean {
  const age = system.now().getTime() - listed;
  return age >= 0 && age <= LISTING_VALID;
}

function sameStamps(a: Stamps, b: Stamps): boolean {
  return a.sessions === b.sessions && a.pause === b.pause &&
    a.global === b.global;
}

/** A file written anew in place leaves its folder's time as it was. */
function isUnchanged(system: System, row: SaveEntry): boolean {
  const found = system.files.lstat(row.path);
  return found !== undefined && found.size === row.size &&
    found.mtime === row.mtime;
}

/** A listing of the folders and the moment just before it. */
export interface Listing {
  /** When the folders had changed. */
  readonly stamps: Stamps;
  /** The clock, milliseconds since the epoch. */
  readonly now: number;
  /** The newest saves found. */
  readonly saves: readonly SaveEntry[];
}

/**
 * Keeps what a reader found, if the folders had rested when they were listed.
 * It takes no lock: an index that is older than a change is not trusted, so it
 * does not matter who writes last. Never throws; a store that cannot be written
 * is read without an index.
 */
export function keepListing(
  system: System,
  root: string,
  listing: Listing,
): void {
  const { files } = system;
  const { state } = layout(root);
  const temporary = join(state, ".index.json.new");
  if (!rested(listing.stamps, listing.now)) return;
  try {
    ensureFolder(system, state, root);
    // Another reader's, or what is left of a dead one: the next will succeed.
    if (files.lstat(temporary)) return removeQuietly(system, temporary);
    const { now: listed, stamps, saves } = listing;
    files.create(temporary, indexBytes({ listed, stamps, saves }));
    // The folders' times are of the file system's clock, and so is this one.
    const elapsed = system.now().getTime() - listed;
    const listedThere = (files.lstat(temporary)?.mtime ?? 0) - elapsed;
    if (rested(stamps, listedThere)) files.rename(temporary, indexPath(root));
    else files.remove(temporary);
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
  }
}

function rested(stamps: Stamps, now: number): boolean {
  return Object.values(stamps).every((time) =>
    time === null || now - time >= (time % 1000 === 0 ? COARSE_TICK : TICK)
  );
}

/** How far the time given to the folder lies before its last change. */
const BACK = 2000;

/**
 * Keeps the index true after mpm itself wrote into `sessions/`, at a cost that
 * does not depend on how many saves there are. To be called under the same lock
 * as `openIndex`, after the last file was written there; `saved` is left out if
 * no save was among them. Never throws.
 *
 * The folder is given a time a little before its last change: whatever another
 * program does there from now on, even within the same tick, sets a different
 * one. What it did during mpm's own writing stays unseen until the next
 * listing, which is due after an hour at the latest.
 */
export function noteSave(known: KnownSaves, saved?: Save): void {
  const { system, root, index } = known;
  if (!index) return;
  try {
    const saves = saved ? withSave(known, saved) : index.saves;
    const { sessions } = layout(root);
    const changed = system.files.lstat(sessions)?.mtime;
    if (changed === undefined || saves === undefined) return;
    const old = index.stamps.sessions;
    const stamp = changed - BACK === old ? changed - BACK - 1 : changed - BACK;
    system.files.setMtime(sessions, stamp);
    const stamps = stampFolders(system, saveFolders(system, root));
    // A file system that rounds may have made the old time of it.
    if (stamps.sessions === old || stamps.sessions === changed) return;
    writeIndex(system, root, { ...index, stamps, saves });
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
  }
}

/** The rows with the new save among them; `undefined`: it is not there. */
function withSave(
  { system, root, index }: KnownSaves,
  saved: Save,
): SaveEntry[] | undefined {
  const id = saved.session_id;
  const path = saveFiles(layout(root).sessions, id).json;
  const info = system.files.lstat(path);
  if (!info) return undefined;
  const row: SaveEntry = {
    id,
    path,
    format: "json",
    location: "sessions",
    incremental: false,
    evidence: [],
    ...describe(saved, { id, info }),
  };
  return [row, ...index!.saves.filter((other) => other.id !== id)]
    .sort(newestFirst).slice(0, INDEXED);
}

function writeIndex(system: System, root: string, index: Index): void {
  writeAtomic(system, indexPath(root), { bytes: indexBytes(index) });
}

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
