import { MpmError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { asSessionId } from "../base/ids.ts";
import { fullId, isTeams, type SaveEntry } from "./store/save_entry.ts";
import { atIndex, holdsPart, listHint, onlyOne } from "../base/selector.ts";

/** The argument that names a save. */
export const SESSION = {
  name: "selector",
  summary:
    "The save: its ID or part of the ID, number in the list, name, or latest",
  names: "session",
} as const;
export const ONE_SESSION = { ...SESSION, optional: true } as const;

/** The arguments that name several saves. */
export const SESSIONS = {
  name: "selectors",
  summary: "The saves: IDs or parts of IDs, numbers in the list, or names",
  names: "session",
  rest: true,
} as const;

/** Facts about saves that are not in their contents. */
export interface Beyond {
  /** Saves that lists do not show, in list order. */
  readonly hidden?: readonly SaveEntry[];
  /** Returns whether the session of a save has ended. */
  isOver?(entry: SaveEntry): boolean;
  /** The number of the first save in the list; 0 by default. */
  readonly first?: number;
}

/**
 * Finds the save for `selector`. The order is: `latest`, a full ID, an index in
 * the list, the name of a save, the name of a session. A session's name selects
 * its newest save. An index is a number of at most four digits. Last come a
 * unique part of an ID, and a name of hidden saves. IDs are not case-sensitive.
 * If several sessions have the same name, sessions that have not ended come
 * first. `entries` are in the order of the list. Throws NOT_FOUND with the
 * existing IDs, AMBIGUOUS with the matches, USAGE for a negative number.
 */
export function matchSave(
  entries: readonly SaveEntry[],
  selector: string,
  { hidden = [], isOver = () => false, first = 0 }: Beyond = {},
): SaveEntry {
  const wanted = selector.trim();
  const choices = {
    items: entries,
    noun: "save",
    first,
    label: (entry: SaveEntry) =>
      entry.name === null ? fullId(entry) : `${fullId(entry)} (${entry.name})`,
    empty: hidden.length > 0
      ? 'All saves belong to archived or cancelled sessions: "mpm list ' +
        '--all" lists them'
      : 'This project has no saves; "mpm pause" creates one',
  };
  const indexed = atIndex(wanted, choices);
  if (indexed) return indexed;
  const [own, others] = [false, true].map((teams) =>
    entries.filter((entry) => isTeams(entry) === teams)
  );
  const mine = candidates(own!, { selector: wanted, isOver });
  const shown = mine.length > 0
    ? mine
    : candidates(others!, { selector: wanted, isOver });
  const found = onlyOne(
    shown.length > 0 ? shown : namedIn(hidden, wanted),
    selector,
    { ...choices, hint: "Use the full ID, or a part that matches only one" },
  );
  if (found) return found;
  // `latest` is the default, so the user may not have typed it.
  if (wanted === "latest" && entries.length + hidden.length === 0) {
    throw new MpmError("NOT_FOUND", "This project has no saves", {
      hint: '"mpm pause" creates one',
    });
  }
  throw new MpmError("NOT_FOUND", `No save matches "${selector}"`, {
    hint: entries.length === 0
      ? choices.empty
      : didYouMean(wanted, wordsFor(entries), listHint(choices)),
  });
}

function candidates(
  entries: readonly SaveEntry[],
  { selector, isOver }: {
    selector: string;
    isOver(entry: SaveEntry): boolean;
  },
): readonly SaveEntry[] {
  if (selector === "") return [];
  if (selector === "latest") {
    return entries.filter((entry) => !isTeams(entry)).slice(0, 1);
  }
  const full = entries.filter((entry) =>
    isTeams(entry) && sameText(fullId(entry), selector)
  );
  if (full.length > 0) return full;
  // A log may have the same ID as a save. The save comes first.
  const exact = entries.find(({ id }) => id === selector) ??
    entries.find(({ id }) => sameText(id, selector));
  if (exact && !isTeams(exact)) return [exact];
  if (exact) return entries.filter(({ id }) => sameText(id, selector));
  if (asSessionId(selector) !== undefined) return [];
  const going = entries.filter((entry) =>
    isNamed(entry, selector) && !isOver(entry)
  );
  const named = namedIn(going.length > 0 ? going : entries, selector);
  if (named.length > 0) return named;
  return entries.filter(({ id }) => holdsPart(id, selector));
}

function sameText(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** Returns the saves with this name, but only the newest save of a session. */
function namedIn(entries: readonly SaveEntry[], selector: string) {
  const named = entries.filter((entry) => isNamed(entry, selector));
  const session = named[0]?.session?.id;
  const one = session !== undefined &&
    named.every((entry) => entry.session?.id === session);
  return one ? named.slice(0, 1) : named;
}

function isNamed({ name, session }: SaveEntry, selector: string): boolean {
  return selector !== "" && (name === selector || session?.name === selector);
}

/** Lists the words that a selector could mean; IDs are too alike. */
function* wordsFor(entries: readonly SaveEntry[]): Generator<string> {
  yield "latest";
  for (const { name, session } of entries) {
    if (name !== null) yield name;
    if (session?.name) yield session.name;
  }
}
