import { join } from "../../base/join.ts";
import { attempt, ERRORS } from "../../base/errors.ts";
import {
  fits,
  FLAG,
  list,
  nullable,
  NUMBER,
  object,
  optional,
  type Shape,
  TEXT,
  text,
} from "../../base/shape.ts";
import { getOwn } from "../../base/own.ts";
import { SESSION_ID } from "../../base/ids.ts";
import {
  layout,
  readOwnJson,
  replaceDerived,
  saveFiles,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import type { Save } from "../save.ts";
import {
  type SaveFolders,
  saveFolders,
  stampFolders,
  type Stamps,
} from "./find_saves.ts";
import { describe } from "./read_entry.ts";
import { DESCRIBED, newestFirst, type SaveEntry } from "./save_entry.ts";

/**
 * `.claude-mpm/state/index.json`: the newest saves at the recorded times of the
 * folders. Derived. With it, large stores need not be listed.
 */
export interface Index {
  /** The time of the last listing, in milliseconds since the epoch. */
  readonly listed: number;
  readonly stamps: Stamps;
  readonly saves: readonly SaveEntry[];
}

/** The number of saves in the index. */
export const INDEXED = 50;

const VERSION = 8;

/** Far more than an index of `INDEXED` saves needs. */
const LARGEST_INDEX = 4 * 1024 * 1024;

/** When a folder last changed; null: it does not exist. */
const STAMP = nullable(NUMBER);

/** The paths are left out, and restored on reading. */
const ROW: Shape<Omit<SaveEntry, "path">> = object({
  ...DESCRIBED,
  id: text({ pattern: SESSION_ID }),
  pausedAt: text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/ }),
  format: text<SaveEntry["format"]>({ pattern: /^(?:json|yaml|md)$/ }),
  location: text<SaveEntry["location"]>({
    pattern: /^(?:sessions|pause|global)$/,
  }),
  incremental: FLAG,
  evidence: list(
    text({ pattern: /^\.session-\d{8}-\d{6}_[^/\\]{8}\.tmp\.sha256$/ }),
  ),
  problem: optional(object({
    code: text<keyof typeof ERRORS>({
      pattern: new RegExp(`^(?:${Object.keys(ERRORS).join("|")})$`),
    }),
    message: TEXT,
    hint: optional(TEXT),
  })),
});

const INDEX = object({
  version: NUMBER,
  listed: NUMBER,
  stamps: object({ sessions: STAMP, pause: STAMP, global: STAMP }),
  saves: list(ROW),
});

export function indexPath(root: string): string {
  return join(layout(root).state, "index.json");
}

function indexValue({ saves, ...index }: Index) {
  const rows = saves.map(({ path: _, ...row }) => row);
  return { version: VERSION, ...index, saves: rows };
}

/** Nothing in the index is used as a path without a check. */
function readIndex(
  system: System,
  root: string,
  folders: SaveFolders,
): Index | undefined {
  const index = readOwnJson(system, indexPath(root), LARGEST_INDEX);
  if (!fits(INDEX, index) || index.version !== VERSION) return undefined;
  const saves: SaveEntry[] = [];
  for (const row of index.saves) {
    const folder = getOwn(folders, row.location);
    if (!folder || Number.isNaN(Date.parse(row.pausedAt))) return undefined;
    const path = join(folder, `${row.id}.${row.format}`);
    saves.push({ ...row, path });
  }
  const ordered = saves.every((row, at) =>
    at === 0 || newestFirst(saves[at - 1]!, row) < 0
  );
  if (saves.length > INDEXED || !ordered) return undefined;
  return { listed: index.listed, stamps: index.stamps, saves };
}

/**
 * Milliseconds without a change until a folder's time identifies a listing: two
 * changes within one tick have the same time. Some clocks count seconds.
 */
const TICK = 20;
const COARSE_TICK = 3000;

/** Milliseconds that an index is used without a new listing. */
const LISTING_VALID = 60 * 60 * 1000;

/**
 * Returns the index if the folders and its files are unchanged. A writer calls
 * this under the lock before it writes into `sessions/`, and gives the result
 * to {@link noteSave} or {@link noteRemoved}. Never throws.
 */
export function openIndex(system: System, root: string): Index | undefined {
  const folders = saveFolders(system, root);
  return attempt(() => {
    const index = readIndex(system, root, folders);
    if (!index) return undefined;
    const age = system.now().getTime() - index.listed;
    const trusted = age >= 0 && age <= LISTING_VALID &&
      sameStamps(index.stamps, stampFolders(system, folders)) &&
      index.saves.every((row) => {
        // Writing a file in place does not change its folder's time.
        const found = system.files.lstat(row.path);
        return found?.size === row.size && found.mtime === row.mtime;
      });
    return trusted ? index : undefined;
  });
}

/**
 * Returns a text that stays the same, at most an hour, until saves are added or
 * removed. `undefined`: the folders have just changed.
 */
export function listingMark(system: System, root: string): string | undefined {
  const folders = saveFolders(system, root, { global: false });
  const stamps = attempt(() => stampFolders(system, folders));
  const now = system.now().getTime();
  if (!stamps || !rested(stamps, now)) return undefined;
  return JSON.stringify([stamps, Math.floor(now / LISTING_VALID)]);
}

function sameStamps(a: Stamps, b: Stamps): boolean {
  return a.sessions === b.sessions && a.pause === b.pause &&
    a.global === b.global;
}

/** A listing of the folders and the moment just before it. */
export interface Listing {
  readonly stamps: Stamps;
  /** The current time, in milliseconds since the epoch. */
  readonly now: number;
  readonly saves: readonly SaveEntry[];
}

/** Stores the result of a listing, if the folders had not changed recently. */
export function keepListing(
  system: System,
  root: string,
  { now, stamps, saves }: Listing,
): void {
  if (!rested(stamps, now)) return;
  replaceDerived(system, root, {
    path: indexPath(root),
    text: JSON.stringify(indexValue({ listed: now, stamps, saves })),
    // Like this time, the folders' times come from the file system's clock.
    counts(mtime) {
      const elapsed = system.now().getTime() - now;
      return rested(stamps, mtime - elapsed);
    },
  });
}

function rested(stamps: Stamps, now: number): boolean {
  return Object.values(stamps).every((time) =>
    time === null || now - time >= (time % 1000 === 0 ? COARSE_TICK : TICK)
  );
}

/** Keeps the index valid after a new save. Call it like {@link keepIndex}. */
export function noteSave(
  system: System,
  root: string,
  { index, save }: { index: Index | undefined; save: Save },
): void {
  keepIndex(system, root, index, (known) => {
    const id = save.session_id;
    const path = saveFiles(layout(root).sessions, id).json;
    const info = system.files.lstat(path);
    if (!info) return undefined;
    const row: SaveEntry = {
      ...{ id, path, format: "json", location: "sessions" },
      ...{ incremental: false, evidence: [] },
      ...describe(save, { id, info }),
    };
    return [row, ...known.filter((other) => other.id !== id)]
      .sort(newestFirst).slice(0, INDEXED);
  });
}

/** Does the same after mpm itself removed saves, with every copy of them. */
export function noteRemoved(
  system: System,
  root: string,
  { index, ids }: { index: Index | undefined; ids: readonly string[] },
): void {
  const gone = new Set(ids);
  keepIndex(
    system,
    root,
    index,
    (known) => known.filter(({ id }) => !gone.has(id)),
  );
}

/** Milliseconds by which the folder's new time is before its last change. */
const BACK = 2000;

/**
 * Keeps the index valid after a change by mpm in `sessions/`. The cost does not
 * depend on the number of saves. Call it under the same lock as
 * {@link openIndex}, after the last file was written. Never throws.
 *
 * Sets the folder's time to shortly before its last change. A later change by
 * another program then sets a different time, even within the same tick. A
 * change while mpm is writing is not noticed until the next listing, at most an
 * hour later.
 */
function keepIndex(
  system: System,
  root: string,
  index: Index | undefined,
  change: (known: readonly SaveEntry[]) => readonly SaveEntry[] | undefined,
): void {
  if (!index) return;
  attempt(() => {
    const { sessions } = layout(root);
    const saves = change(index.saves);
    const changed = system.files.lstat(sessions)?.mtime;
    if (changed === undefined || saves === undefined) return;
    const old = index.stamps.sessions;
    const stamp = changed - BACK === old ? changed - BACK - 1 : changed - BACK;
    system.files.setMtime(sessions, stamp);
    const stamps = stampFolders(system, saveFolders(system, root));
    // A file system may have rounded the new time to the old one.
    if (stamps.sessions === old || stamps.sessions === changed) return;
    if (!sameStamps({ ...stamps, sessions: old }, index.stamps)) return;
    const value = indexValue({ ...index, stamps, saves });
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    // After a power failure, an incomplete index counts as missing.
    writeAtomic(system, indexPath(root), { bytes, synced: false });
  });
}
