import { idTime, isLog, newestFirst, type SaveEntry } from "./save_entry.ts";
import type { Found } from "./find_saves.ts";

/**
 * How far a save's `paused_at` may lie after the time in its id, milliseconds:
 * an early claude-mpm took the id from the local clock, up to 14 hours off.
 */
const ID_SLACK = 24 * 60 * 60 * 1000;

/** All of them, newest first; see {@link savesOf}. Logs come last. */
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
 * The saves in newest-first order, each file read only when the order could
 * not be certain without it: those with an id within a day of the candidate,
 * and the finalised automatic pauses, which end long after their id.
 */
function* savesOf(
  found: readonly Found[],
  read: (found: Found) => SaveEntry | undefined,
): Generator<SaveEntry> {
  const unread = found.filter((one) => !mayBeAnyTime(one))
    .sort((a, b) => a.id < b.id ? 1 : -1);
  /** Read but not given yet, the newest last, where it is cheap to take. */
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
    const end = newest ? endOfWindow(unread, next, newest) : next + 1;
    if (end === next) yield ready.pop()!;
    else take(unread.slice(next, end));
    next = end;
  }
}

/** Where the ids begin that are too old to be newer than `newest`. */
function endOfWindow(
  unread: readonly Found[],
  next: number,
  newest: SaveEntry,
): number {
  const certain = Date.parse(newest.pausedAt) - ID_SLACK;
  while (next < unread.length && idTime(unread[next]!.id)! >= certain) next++;
  return next;
}

function mayBeAnyTime({ id, incremental }: Found): boolean {
  return incremental || idTime(id) === undefined;
}
