import { compareText } from "../base/words.ts";
import { sha256 } from "../base/digest.ts";
import { field, jsonIn } from "../base/parsed_values.ts";
import { cloneOf, type Entry, type EntryKind, writerOf } from "./entry.ts";

/*
 * Merges entries from any source. The result depends only on the set of
 * entries: their order and duplicates do not matter.
 */

/** Something that a writer currently shares. */
export interface Shared {
  readonly entry: Entry;
  /** The SHA-256 of the content. */
  readonly digest: string;
}

/** The content of a removal. */
export interface Removal {
  readonly kind: EntryKind;
  readonly id: string;
  /** The SHA-256 of the removed content. */
  readonly sha256: string;
}

/** Kinds whose entries replace earlier ones with the same id. */
const REPLACED: ReadonlySet<EntryKind> = new Set([
  ...["save", "handoff", "claim", "key", "contents", "conversation"] as const,
]);

/**
 * Returns what the writers of some entries share, without removed or replaced
 * things. Each thing appears once per writer. The result is in the order of
 * logs, kinds and IDs.
 */
export function mergeEntries(entries: Iterable<Entry>): Shared[] {
  const all = onePerNumber(entries);
  const removed = removals(all);
  const found = new Map<string, Shared>();
  for (const one of all) {
    const { entry, digest } = one;
    const { kind, id, log, number } = entry;
    if (kind === "start" || kind === "removal") continue;
    const until = removed.get(keyOf([cloneOf(log), kind, id, digest])) ?? 0;
    if (number < until) continue;
    // Two clones of one person may use the same ID for two different things.
    const key = REPLACED.has(kind)
      ? keyOf([cloneOf(log), kind, id])
      : keyOf([cloneOf(log), kind, id, digest]);
    const known = found.get(key);
    if (!known || isBetter(one, known)) found.set(key, one);
  }
  return oncePerWriter([...found.values()].sort(inOrder));
}

/**
 * Returns one entry per number. If a writer signs two entries with the same
 * number, all clones choose the same one.
 */
function onePerNumber(entries: Iterable<Entry>): Shared[] {
  const found = new Map<string, Shared>();
  for (const entry of entries) {
    const one = { entry, digest: sha256(entry.content) };
    const key = `${entry.log} ${entry.number}`;
    const known = found.get(key);
    if (!known || textOf(one) < textOf(known)) found.set(key, one);
  }
  return [...found.values()];
}

function textOf({ entry, digest }: Shared): string {
  const { kind, id, at, author } = entry;
  return keyOf([digest, kind, id, at, author]);
}

/**
 * Returns, for each removed thing of a clone, the number below which its
 * entries do not count.
 */
function removals(all: readonly Shared[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { entry: { kind, log, number, content } } of all) {
    if (kind !== "removal") continue;
    const value = jsonIn(content);
    const names = ["kind", "id", "sha256"].map((name) => field(value, name));
    const key = keyOf([cloneOf(log), ...names]);
    found.set(key, Math.max(found.get(key) ?? 0, number));
  }
  return found;
}

function isBetter({ entry: a }: Shared, { entry: b }: Shared): boolean {
  return a.number !== b.number ? a.number > b.number : a.log < b.log;
}

/** Leaves out the things that a log repeats from a log that it replaces. */
function oncePerWriter(all: readonly Shared[]): Shared[] {
  const seen = new Set<string>();
  return all.filter(({ entry: { log, kind, id }, digest }) => {
    const key = keyOf([writerOf(log), kind, id, digest]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function inOrder({ entry: a }: Shared, { entry: b }: Shared): number {
  return compareText(a.log, b.log) || compareText(a.kind, b.kind) ||
    compareText(a.id, b.id) || a.number - b.number;
}

function keyOf(parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
