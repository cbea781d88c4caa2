import { join } from "../../base/join.ts";
import { attempt } from "../../base/errors.ts";
import { jsonIn } from "../../base/parsed_values.ts";
import {
  fits,
  type Fitting,
  list,
  NUMBER,
  object,
  TEXT,
} from "../../base/shape.ts";
import {
  ensureUserFolder,
  RecordSeals,
  userState,
  withUserLock,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";

/** A step that a person marked to find it again. */
const BOOKMARK = object({
  step: NUMBER,
  /** The time and description of the step, redacted. */
  at: TEXT,
  text: TEXT,
});
export type Bookmark = Fitting<typeof BOOKMARK>;

const FILE = object({
  sessions: list(object({ session: TEXT, bookmarks: list(BOOKMARK) })),
});

/**
 * The maximum number of sessions with bookmarks, and of bookmarks in a session.
 * The oldest are dropped first.
 */
const MOST_SESSIONS = 100;
const MOST = 100;

/** The largest file, in bytes. */
const LIMIT = 4 * 1024 * 1024;

const NAME = "bookmarks.json";

/**
 * Returns the bookmarks of all sessions; empty if the file is damaged or
 * belongs to someone else.
 */
function readAll(system: System): Map<string, Bookmark[]> {
  const text = attempt(() => {
    const bytes = system.files.readOwn(join(userState(system), NAME), LIMIT);
    return new TextDecoder().decode(bytes);
  });
  if (text === undefined || !sealsOf(system).isOwn(text)) return new Map();
  const value = jsonIn(text);
  const sessions = fits(FILE, value) ? value.sessions : [];
  return new Map(
    sessions.map(({ session, bookmarks }) => [session, bookmarks]),
  );
}

function sealsOf(system: System): RecordSeals {
  return new RecordSeals(system, "bookmarks");
}

/** Returns the bookmarks of a session, in the order of its steps. */
export function readBookmarks(system: System, session: string): Bookmark[] {
  return readAll(system).get(session) ?? [];
}

/** Adds or removes a bookmark. Returns the session's bookmarks. */
export async function toggleBookmark(
  system: System,
  session: string,
  bookmark: Bookmark,
): Promise<Bookmark[]> {
  const folder = ensureUserFolder(system, ".");
  return await withUserLock(system, () => {
    const all = readAll(system);
    const before = all.get(session) ?? [];
    const others = before.filter(({ step }) => step !== bookmark.step);
    const after = others.length < before.length
      ? others
      : [...others.slice(-MOST + 1), bookmark]
        .sort((a, b) => a.step - b.step);
    all.delete(session);
    if (after.length > 0) all.set(session, after);
    const sessions = [...all].slice(-MOST_SESSIONS)
      .map(([session, bookmarks]) => ({ session, bookmarks }));
    const text = sealsOf(system).seal({ version: 1, sessions });
    writeAtomic(system, join(folder, NAME), { text });
    return after;
  });
}
