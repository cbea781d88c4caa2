import type { MpmError } from "../../base/errors.ts";
import { asSessionId } from "../../git/ids.ts";
import { isLog, newestFirst, type SaveEntry } from "./save_entry.ts";
import { matchSave } from "../select.ts";
import type { System } from "../../system/system.ts";
import {
  findSaves,
  type Found,
  saveFolders,
  stampFolders,
} from "./find_saves.ts";
import { INDEXED } from "./index_file.ts";
import { newestOf } from "./order_saves.ts";
import { EntryReader } from "./read_entry.ts";
import { loadYaml } from "./save_content.ts";
import { RowCache } from "./row_cache.ts";
import { keepListing, openIndex } from "./save_index.ts";
import { SessionStates } from "./settled.ts";

export interface ReadOptions {
  /**
   * Whether this project's saves in the home folder are looked for, too;
   * default true.
   */
  readonly global?: boolean;
  /** Told of a folder that cannot be listed; without it that is thrown. */
  readonly warn?: (error: MpmError) => void;
}

/** Stores with fewer saves are listed so fast that they need no index. */
const WORTH_AN_INDEX = 200;

/**
 * Every save of the project at `root` (absolute, without links), newest first:
 * by `paused_at`, then id, then mtime. A save that cannot be read is in the
 * list with its `problem` and hides no other. Throws a FileError for a folder
 * that cannot be listed, unless `warn` takes it.
 */
export async function listSaves(
  system: System,
  root: string,
  { global = true, warn }: ReadOptions = {},
): Promise<SaveEntry[]> {
  const folders = saveFolders(system, root, global);
  const entries: SaveEntry[] = [];
  const all = findSaves(system, folders, warn);
  await loadReaders(all);
  const cache = all.size >= WORTH_AN_INDEX
    ? RowCache.open(system, root)
    : undefined;
  const reader = new EntryReader(system, root, folders, {
    ...cache ? { cache } : {},
    digests: true,
  });
  for (const found of all.values()) {
    const entry = reader.read(found);
    if (entry) entries.push(entry);
  }
  cache?.keep();
  return entries.sort(newestFirst);
}

/**
 * The saves that lists show and that numbers count: those of archived and
 * cancelled sessions are left out.
 */
export async function listShown(
  system: System,
  root: string,
  options: ReadOptions = {},
): Promise<SaveEntry[]> {
  const states = new SessionStates(system, root);
  const entries = await listSaves(system, root, options);
  return entries.filter((entry) => !states.isHidden(entry));
}

/**
 * The saves that some selectors mean, all of the list that is shown; a full id
 * finds what is hidden, too, and so does a name that nothing shown has. Throws
 * NOT_FOUND or AMBIGUOUS.
 */
export async function matchSaves(
  system: System,
  root: string,
  selectors: readonly string[],
  { first = 0 }: { first?: number } = {},
): Promise<SaveEntry[]> {
  const states = new SessionStates(system, root);
  const entries = await listSaves(system, root);
  const shown = entries.filter((entry) => !states.isHidden(entry));
  const beyond = {
    hidden: entries.filter((entry) => states.isHidden(entry)),
    isOver: (entry: SaveEntry) => states.isOver(entry),
    first,
  };
  return selectors.map((selector) =>
    entries.find(({ id }) => id === (asSessionId(selector) ?? selector)) ??
      matchSave(shown, selector, beyond)
  );
}

/**
 * The same saves one by one, for a reader that needs only the newest: from the
 * index where it can be trusted, else with as few files read as the order
 * allows. An id is the time of its save within a day, or else an automatic
 * pause of claude-mpm; only a save edited by hand to be older or newer than
 * that would come out of order.
 */
export async function* newestSaves(
  system: System,
  root: string,
  { global = true, warn }: ReadOptions = {},
): AsyncGenerator<SaveEntry> {
  const given = new Set<string>();
  for (const entry of openIndex(system, root).saves ?? []) {
    given.add(entry.id);
    if (global || entry.location !== "global") yield entry;
  }
  const folders = saveFolders(system, root, global);
  const now = system.now().getTime();
  const stamps = stampFolders(system, folders);
  const found = findSaves(system, folders, warn);
  await loadReaders(found);
  const reader = new EntryReader(system, root, folders);
  const entries = newestOf(found, (one) => reader.read(one));
  const first: SaveEntry[] = [];
  if (found.size >= WORTH_AN_INDEX && global && given.size === 0) {
    first.push(...take(entries, INDEXED));
    const saves = first.filter((entry) => !isLog(entry));
    keepListing(system, root, { stamps, now, saves });
  }
  yield* first;
  for (const entry of entries) if (!given.has(entry.id)) yield entry;
}

/** The library for YAML is loaded only where a save is there as YAML alone. */
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

function take<T>(from: Iterator<T>, count: number): T[] {
  const taken: T[] = [];
  for (let next; taken.length < count && !(next = from.next()).done;) {
    taken.push(next.value);
  }
  return taken;
}

/**
 * The save that a selector means, see {@link matchSaves}. A full id of one of
 * mpm's own saves, `latest` and the first number need no listing. `first` is the
 * number of the first save in the list. Throws NOT_FOUND, AMBIGUOUS or USAGE.
 */
export async function findSave(
  system: System,
  root: string,
  selector: string,
  { first = 0 }: { first?: number } = {},
): Promise<SaveEntry> {
  if (selector === "latest" || selector === String(first)) {
    const states = new SessionStates(system, root);
    for await (const entry of newestSaves(system, root)) {
      if (!states.isHidden(entry)) return entry;
    }
  }
  const id = asSessionId(selector);
  const own = id === undefined ? undefined : ownSave(system, root, id);
  return own ?? (await matchSaves(system, root, [selector], { first }))[0]!;
}

/** mpm's own save of that id. A foreign one needs its checksum file found. */
function ownSave(
  system: System,
  root: string,
  id: string,
): SaveEntry | undefined {
  const { sessions } = saveFolders(system, root, false);
  const found: Found = {
    id,
    candidates: [{ location: "sessions", format: "json" }],
    incremental: false,
    evidence: [],
  };
  const reader = new EntryReader(system, root, { sessions: sessions! });
  const entry = reader.read(found);
  return entry?.own ? entry : undefined;
}
