import { attempt, MpmError } from "../../base/errors.ts";
import { asSessionId } from "../../base/ids.ts";
import {
  idTime,
  isLog,
  isTeams,
  newestFirst,
  type SaveEntry,
} from "./save_entry.ts";
import { teamFolders } from "../../ops/mod.ts";
import { matchSave } from "../select.ts";
import type { System } from "../../system/system.ts";
import {
  findSaves,
  type Found,
  saveFolders,
  stampFolders,
} from "./find_saves.ts";
import { INDEXED, keepListing, openIndex } from "./save_index.ts";
import { entryReader } from "./read_entry.ts";
import { RowCache } from "./row_cache.ts";
import { loadYaml } from "./load_save.ts";
import {
  checkWorkFolders,
  isOpen,
  isSettled,
  readRecord,
  workSeals,
  type WorkState,
} from "../../work/mod.ts";

export interface ReadOptions {
  /** False: not this project's saves in the home folder. */
  readonly global?: boolean;
  /** True to list saves that team members shared; default false. */
  readonly team?: boolean;
  /** Called for a folder that cannot be listed; otherwise throws. */
  readonly warn?: (error: MpmError) => void;
}

/** The number of saves from which a cache is worth its time. */
const WORTH_AN_INDEX = 200;

/** The number of saves at which the newest are kept in an index. */
const WORTH_INDEXING = 8;

/**
 * Lists every save of the project at `root` (absolute, without links), newest
 * first: by `paused_at`, ID, mtime. An unreadable save has a `problem`. Throws
 * a FileError for a folder that cannot be listed, unless `warn` is given.
 */
export async function listSaves(
  system: System,
  root: string,
  { warn, ...wanted }: ReadOptions = {},
): Promise<SaveEntry[]> {
  const folders = saveFolders(system, root, wanted);
  const entries: SaveEntry[] = [];
  const all = findSaves(system, folders, warn);
  await loadReaders(all);
  const cache = all.size >= WORTH_AN_INDEX
    ? new RowCache(system, root)
    : undefined;
  const read = entryReader(system, root, { folders, cache, digests: true });
  for (const found of all.values()) {
    const entry = read(found);
    if (entry) entries.push(entry);
  }
  cache?.keep();
  return (wanted.team ? withoutCopies(entries) : entries).sort(newestFirst);
}

/** Leaves out shared copies of saves that exist in this project. */
function withoutCopies(entries: readonly SaveEntry[]): SaveEntry[] {
  const key = ({ id, digest }: SaveEntry) => `${id} ${digest}`;
  const here = new Set(entries.filter((one) => !isTeams(one)).map(key));
  return entries.filter((one) => !isTeams(one) || !here.has(key(one)));
}

/**
 * Returns the saves for some selectors. Hidden saves are found by a full ID,
 * and by a name that no visible save has. Throws NOT_FOUND or AMBIGUOUS.
 */
export async function matchSaves(
  system: System,
  root: string,
  selectors: readonly string[],
  { first = 0 }: { first?: number } = {},
): Promise<SaveEntry[]> {
  const states = new SessionStates(system, root);
  const entries = await listSaves(system, root, { team: true });
  const shown = entries.filter((entry) => !states.isHidden(entry));
  const beyond = {
    hidden: entries.filter((entry) => states.isHidden(entry)),
    isOver: (entry: SaveEntry) => states.isOver(entry),
    first,
  };
  return selectors.map((selector) =>
    entries.find((entry) =>
      !isTeams(entry) && entry.id === (asSessionId(selector) ?? selector)
    ) ?? matchSave(shown, selector, beyond)
  );
}

/**
 * Yields the same saves one by one, for a reader that needs only the newest.
 * They come from the index if it can be trusted. Otherwise only the files that
 * decide the order are read. An ID is within a day of its save's time, or
 * belongs to an automatic pause of claude-mpm. Only a save whose time was
 * edited by hand would be out of order. Throws FILE_FAILED.
 */
export async function* newestSaves(
  system: System,
  root: string,
  { global = true, warn }: ReadOptions = {},
): AsyncGenerator<SaveEntry> {
  const given = new Set<string>();
  for (const entry of openIndex(system, root)?.saves ?? []) {
    given.add(entry.id);
    if (global || entry.location !== "global") yield entry;
  }
  const folders = saveFolders(system, root, { global });
  const now = system.now().getTime();
  const stamps = stampFolders(system, folders);
  const found = findSaves(system, folders, warn);
  await loadReaders(found);
  const read = entryReader(system, root, { folders });
  const entries = newestOf(found, read);
  if (found.size >= WORTH_INDEXING && global && given.size === 0) {
    // take() is not used, since it would end the generator.
    const first: SaveEntry[] = [];
    for (let next; first.length < INDEXED && !(next = entries.next()).done;) {
      first.push(next.value);
    }
    const saves = first.filter((entry) => !isLog(entry));
    keepListing(system, root, { stamps, now, saves });
    yield* first;
  }
  for (const entry of entries) if (!given.has(entry.id)) yield entry;
}

/** Lists the saves to update the index for the next reader. */
export async function renewIndex(system: System, root: string): Promise<void> {
  for await (const _ of newestSaves(system, root)) return;
}

/** Loads the YAML library only if a save exists only as YAML. */
export async function loadReaders(
  found: ReadonlyMap<string, Found>,
): Promise<void> {
  for (const { candidates } of found.values()) {
    if (candidates.some(({ format }) => format === "json")) continue;
    if (candidates.some(({ format }) => format === "yaml")) {
      return await loadYaml();
    }
  }
}

/**
 * Finds the save for a selector; see {@link matchSaves}. The full ID of a save
 * by mpm, `latest` and the first number require no listing. `first` is the
 * number of the first save in the list. Throws NOT_FOUND, AMBIGUOUS or USAGE.
 */
export async function findSave(
  system: System,
  root: string,
  selector: string,
  { first = 0 }: { first?: number } = {},
): Promise<SaveEntry> {
  const isNewest = selector === "latest" ||
    selector === String(first) && teamFolders(system, root).length === 0;
  if (isNewest) {
    const states = new SessionStates(system, root);
    for await (const entry of newestSaves(system, root)) {
      if (!states.isHidden(entry)) return entry;
    }
  }
  const id = asSessionId(selector);
  const own = id === undefined ? undefined : ownSave(system, root, id);
  return own ?? (await matchSaves(system, root, [selector], { first }))[0]!;
}

/** Returns the save by mpm with this ID; others need their evidence. */
function ownSave(system: System, root: string, id: string) {
  const { sessions } = saveFolders(system, root, { global: false });
  const found: Found = {
    id,
    candidates: [{ location: "sessions", format: "json" }],
    incremental: false,
    evidence: [],
  };
  const folders = { sessions: sessions! };
  const entry = entryReader(system, root, { folders })(found);
  return entry?.own ? entry : undefined;
}

/**
 * The most milliseconds between a save's `paused_at` and its ID. An early
 * claude-mpm used the local clock for the ID, 14 hours off at most.
 */
const ID_SLACK = 24 * 60 * 60 * 1000;

/** Yields all saves, newest first; see {@link savesOf}. Logs come last. */
export function* newestOf(
  found: ReadonlyMap<string, Found>,
  read: (found: Found) => SaveEntry | undefined,
): Generator<SaveEntry> {
  const all = [...found.values()];
  yield* savesOf(all.filter((one) => !isOnlyLog(one)), read);
  const logs = all.filter(isOnlyLog).map(read)
    .filter((entry) => entry !== undefined);
  yield* logs.sort(newestFirst);
}

function isOnlyLog({ id, candidates }: Found): boolean {
  return candidates.every((candidate) => isLog({ id, ...candidate }));
}

/**
 * Yields the saves, newest first. Reads a file only if the order is uncertain
 * without it, for an ID within a day of the candidate. Automatic pauses, which
 * end long after the time in their ID, are always read.
 */
function* savesOf(
  found: readonly Found[],
  read: (found: Found) => SaveEntry | undefined,
): Generator<SaveEntry> {
  const unread = found.filter((one) => !mayBeAnyTime(one))
    .sort((a, b) => a.id < b.id ? 1 : -1);
  /** Read but not returned yet, the newest last: removing it is cheap. */
  const ready: SaveEntry[] = [];
  const take = (some: readonly Found[]) => {
    const before = ready.length;
    for (const one of some) {
      const entry = read(one);
      if (entry) ready.push(entry);
    }
    if (ready.length > before) ready.sort((a, b) => newestFirst(b, a));
  };
  take(found.filter(mayBeAnyTime));
  let next = 0;
  while (ready.length > 0 || next < unread.length) {
    const newest = ready.at(-1);
    let end = next;
    if (newest) {
      // An older ID cannot be of a newer save.
      const certain = Date.parse(newest.pausedAt) - ID_SLACK;
      while (end < unread.length && idTime(unread[end]!.id)! >= certain) end++;
    } else end++;
    if (end === next) yield ready.pop()!;
    else take(unread.slice(next, end));
    next = end;
  }
}

function mayBeAnyTime({ id, incremental }: Found): boolean {
  return incremental || idTime(id) === undefined;
}

type SessionOf = Pick<SaveEntry, "session" | "location">;

/** Returns the states of saves' sessions, each read once. */
export class SessionStates {
  readonly #read: (id: string) => WorkState | undefined;
  readonly #known = new Map<string, WorkState | undefined>();

  constructor(system: System, root: string) {
    const seals = workSeals(system);
    let checked = false;
    this.#read = (id) =>
      attempt(() => {
        // Checked only once, since there may be thousands of records.
        if (!checked) checkWorkFolders(system, root);
        checked = true;
        return readRecord(system, root, { id, seals }).state;
      });
  }

  /** Returns the state; `undefined`: no session that is known here. */
  of(entry: SessionOf): WorkState | undefined {
    const { session } = entry;
    // In another clone, the same ID may belong to another session.
    if (session === null || isTeams(entry)) return undefined;
    const { id } = session;
    if (!this.#known.has(id)) this.#known.set(id, this.#read(id));
    return this.#known.get(id);
  }

  /** Returns whether the save's session has ended and cannot continue. */
  isOver(entry: SessionOf): boolean {
    const state = this.of(entry);
    return state !== undefined && !isOpen(state);
  }

  /** Returns whether lists hide it: its session is archived or cancelled. */
  isHidden(entry: SessionOf): boolean {
    const state = this.of(entry);
    return state !== undefined && isSettled(state);
  }
}
