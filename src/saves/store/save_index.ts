import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { Save } from "../save.ts";
import { newestFirst, type SaveEntry } from "./save_entry.ts";
import type { System } from "../../system/system.ts";
import { removeQuietly, writeAtomic } from "../../ops/atomic.ts";
import { saveFolders, stampFolders, type Stamps } from "./find_saves.ts";
import { ensureFolder } from "../../ops/folders.ts";
import {
  type Index,
  indexBytes,
  INDEXED,
  indexPath,
  readIndex,
} from "./index_file.ts";
import { layout, saveFiles } from "../../ops/layout.ts";
import { describe } from "./read_entry.ts";

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
