import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { field, jsonIn } from "../base/parsed_values.ts";
import { fits } from "../base/shape.ts";
import { counted, cutText } from "../base/words.ts";
import {
  checkFolder,
  ensureFolder,
  type FileMark,
  isMarked,
  layout,
  markOf,
  ownSeals,
  projectSeals,
  type RecordSeals,
  removeIfThere,
  replaceDerived,
  writeAtomic,
} from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { FileInfo, System } from "../system/system.ts";
import { type Item, KEPT_ITEM, type KeptItem, soundKey } from "./item.ts";

/** The maximum length of an item's text, and of its reason, in UTF-16 units. */
export const LONGEST_TEXT = 8000;

/** The largest item file, in bytes: a unit of text takes at most six. */
const LARGEST = 256 * 1024;

/**
 * The maximum number of items to read, the highest numbers first, and of files
 * to examine, so other people's items do not hide any.
 */
const MOST = 3000;
const MOST_LOOKED = 20_000;

/** The maximum number of damaged files to name. */
const MOST_NAMED = 5;

/** The kind of record for items. */
const KIND = "item";

const NAME = /^item-([1-9]\d{0,8})\.json$/;

/** An unusable file. */
export interface DamagedFile {
  /** Absolute. */
  readonly path: string;
  /** The problem, one line. */
  readonly message: string;
}

/** The stored items of a project. */
export interface Kept {
  /** Open and closed items of all worktrees and sessions, by number. */
  readonly items: readonly KeptItem[];
  /** A sentence for each problem with the files. */
  readonly problems: readonly string[];
  readonly damaged: readonly DamagedFile[];
  /** Files that this user's mpm did not write, absolute. */
  readonly foreign: readonly string[];
  /** Every number that a file already uses, whatever its content. */
  readonly taken: ReadonlySet<number>;
  /** True if the project has a folder for items. */
  readonly begun: boolean;
}

const NOTHING: Kept = {
  items: [],
  problems: [],
  damaged: [],
  foreign: [],
  taken: new Set(),
  begun: false,
};

/**
 * Reads all items of a project. A file that is damaged, linked, too large or
 * someone else's is left out and reported. Throws CONFLICT if the folder is a
 * link, FILE_FAILED if it cannot be read.
 */
export function readItems(system: System, root: string): Kept {
  const { home, state, items: folder } = layout(root);
  if (!system.files.lstat(folder)) return NOTHING;
  for (const one of [home, state, folder]) checkFolder(system, one);
  const numbers = system.files.list(folder)
    .map(({ name }) => Number(NAME.exec(name)?.[1] ?? 0))
    .filter((number) => number > 0)
    .sort((a, b) => b - a);
  const seals = ownSeals(system, root, KIND);
  const known = new KnownItems(system, root);
  const items: KeptItem[] = [];
  const damaged: DamagedFile[] = [];
  const foreign: string[] = [];
  let looked = 0;
  for (const number of numbers.slice(0, MOST_LOOKED)) {
    if (items.length === MOST) break;
    looked++;
    const path = itemPath(root, number);
    try {
      const info = system.files.lstat(path);
      const item = known.get(number, info) ??
        known.put(info, readItem(system, path, { number, seals }));
      if (item) items.push(item);
      else foreign.push(path);
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      damaged.push({ path, message: error.message });
    }
  }
  known.keep();
  const unread = numbers.length - looked;
  return {
    items: items.reverse(),
    problems: problemsOf({ damaged, foreign, unread, folder }),
    ...{ damaged, foreign, taken: new Set(numbers), begun: true },
  };
}

function problemsOf(
  { damaged, foreign, unread, folder }:
    & Pick<Kept, "damaged" | "foreign">
    & { unread: number; folder: string },
): string[] {
  const problems = damaged.slice(0, MOST_NAMED).map(({ message }) => message);
  if (damaged.length > MOST_NAMED) {
    problems.push(
      `${damaged.length - MOST_NAMED} more items could not be read`,
    );
  }
  if (foreign.length > 0) {
    problems.push(
      `${counted(foreign.length, "item")} in "${folder}" left out: not ` +
        "written by you on this machine, or changed later",
    );
  }
  if (unread > 0) problems.push(`${unread} older items were not read`);
  return problems;
}

/** Reads one item. Returns `undefined` if this user's mpm did not write it. */
function readItem(
  system: System,
  path: string,
  { number, seals }: { number: number; seals: RecordSeals },
): KeptItem | undefined {
  const bytes = system.files.readOwn(path, LARGEST);
  const text = new TextDecoder().decode(bytes);
  const value = jsonIn(text);
  if (value === undefined) throw unreadable(path, "it is not JSON");
  if (!seals.isOwn(text)) return undefined;
  if (!fits(KEPT_ITEM, value) || value.number !== number) {
    throw unreadable(path, "it does not have the form of an item");
  }
  const { seal: _, key, ...item } = value;
  // Items of earlier versions can have the words of a todo in their keys.
  return key === undefined ? item : { ...item, key: soundKey(key) };
}

/** An item, and the file mark with which it was read. */
type KnownItem = FileMark & { readonly item: KeptItem };

/** The format of the cache; increase it when the fields of an item change. */
const VERSION = 2;

/** The maximum size of the cache, in bytes, for the maximum number of items. */
const LARGEST_KNOWN = MOST * 2 * LONGEST_TEXT;

/** The number of read files that makes writing the cache worthwhile. */
const WORTH_WRITING = 20;

/**
 * A cache of the item files that were read: `.claude-mpm/state/items.json`,
 * sealed. An item counts only while its file is unchanged. The cache is
 * derived, and never a source of truth.
 */
class KnownItems {
  readonly #system: System;
  readonly #root: string;
  readonly #seals: RecordSeals;
  readonly #known = new Map<number, KnownItem>();
  readonly #items: KnownItem[] = [];
  #missed = 0;

  constructor(system: System, root: string) {
    this.#system = system;
    this.#root = root;
    this.#seals = ownSeals(system, root, "items");
    const bytes = attempt(() =>
      system.files.readOwn(knownPath(root), LARGEST_KNOWN)
    );
    const text = new TextDecoder().decode(bytes);
    const value = this.#seals.isOwn(text) ? jsonIn(text) : undefined;
    if (field(value, "version") !== VERSION) return;
    // The seal shows that mpm wrote the rest.
    const { items } = value as { items: KnownItem[] };
    for (const one of items) this.#known.set(one.item.number, one);
  }

  /** Returns the cached item of a file, if the file is unchanged. */
  get(number: number, info: FileInfo | undefined): KeptItem | undefined {
    const known = this.#known.get(number);
    if (!known || !isMarked(info, known)) return undefined;
    this.#items.push(known);
    return known.item;
  }

  /** Adds the content of a file to the cache, and returns it. */
  put<T extends KeptItem | undefined>(info: FileInfo | undefined, item: T): T {
    const mark = markOf(this.#system, info);
    if (mark && item) {
      this.#missed++;
      this.#items.push({ ...mark, item });
    }
    return item;
  }

  /** Writes the cache if this saves the next reader enough work. */
  keep(): void {
    if (this.#missed < WORTH_WRITING) return;
    const value = { version: VERSION, items: this.#items };
    const text = attempt(() => this.#seals.sealLine(value));
    if (text === undefined) return;
    replaceDerived(this.#system, this.#root, {
      path: knownPath(this.#root),
      text,
    });
  }
}

function knownPath(root: string): string {
  return join(layout(root).state, "items.json");
}

function unreadable(path: string, fault: string): MpmError {
  return new MpmError("UNREADABLE", `Cannot read "${path}": ${fault}`, {
    hint: "Move it elsewhere; other items are not affected",
  });
}

/**
 * Writes an item, completely or not at all. It is redacted, shortened and
 * sealed. Call under the project's lock. `synced`: it survives a power failure.
 */
export function writeItem(
  system: System,
  root: string,
  { item, synced }: { item: KeptItem; synced: boolean },
): KeptItem {
  const clean = fittingItem(system, item);
  const bytes = new TextEncoder().encode(
    projectSeals(system, root, KIND).seal(clean),
  );
  ensureFolder(system, layout(root).items, root);
  writeAtomic(system, itemPath(root, item.number), { bytes, synced });
  return clean;
}

/** Returns the item, redacted and shortened to {@link LONGEST_TEXT}. */
export function fittingItem<T extends Item>(system: System, item: T): T {
  const redactor = redactorOf(system);
  const fitting = (text: string) => cutText(redactor.text(text), LONGEST_TEXT);
  const { why } = item;
  return {
    ...item,
    text: fitting(item.text),
    ...why === undefined ? {} : { why: fitting(why) },
  };
}

/** Removes the file of an item. Call under the project's lock. */
export function removeItem(system: System, root: string, number: number): void {
  removeIfThere(system, itemPath(root, number));
}

function itemPath(root: string, number: number): string {
  return join(layout(root).items, `item-${number}.json`);
}
