import { MpmError } from "../errors.ts";
import { didYouMean } from "../nearest.ts";
import { SESSION_ID } from "./ids.ts";
import type { SaveEntry } from "./save_entry.ts";

/** What is known of saves besides what they say themselves. */
export interface Beyond {
  /** Those that no list shows, in its order. */
  readonly hidden?: readonly SaveEntry[];
  /** Whether the session of a save has ended. */
  isOver?(entry: SaveEntry): boolean;
}

/** Ids that an error names before it only counts the rest. */
const NAMED = 10;

/**
 * The save that `selector` means, in this order: `latest`, a full id, an index
 * as the list prints it (from 0; at most five digits and in range, else it is
 * part of an id), a name of a save or of its work session (then the newest of
 * that session), a part of an id that no other has, a name of what no list
 * shows. Of several sessions with one name those that are not over come first.
 * `entries` are in the order of the list. Throws NOT_FOUND with the ids there
 * are, AMBIGUOUS with those that match.
 */
export function matchSave(
  entries: readonly SaveEntry[],
  selector: string,
  { hidden = [], isOver = () => false }: Beyond = {},
): SaveEntry {
  const wanted = selector.trim();
  const shown = candidates(entries, { selector: wanted, isOver });
  const found = shown.length > 0 ? shown : namedIn(hidden, wanted);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new MpmError(
      "AMBIGUOUS",
      `"${selector}" matches ${found.length} saved sessions: ${ids(found)}`,
      { hint: "Give the full id, or a part that only one of them has" },
    );
  }
  throw new MpmError("NOT_FOUND", `No saved session matches "${selector}"`, {
    hint: entries.length === 0 && hidden.length > 0
      ? 'All are of sessions put away: "mpm sessions list --all" shows them'
      : entries.length === 0
      ? 'There are no saved sessions; "mpm pause" saves one'
      : didYouMean(wanted, wordsFor(entries), `There are: ${ids(entries)}`),
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
  if (selector === "latest") return entries.slice(0, 1);
  // A log may have the id of a save, which comes before it.
  const exact = entries.find(({ id }) => id === selector);
  if (exact) return [exact];
  if (SESSION_ID.test(selector)) return [];
  const at = /^\d{1,5}$/.test(selector) ? entries[Number(selector)] : undefined;
  if (at) return [at];
  const going = entries.filter((entry) =>
    isNamed(entry, selector) && !isOver(entry)
  );
  const named = namedIn(going.length > 0 ? going : entries, selector);
  if (named.length > 0) return named;
  return entries.filter(({ id }) => id.includes(selector));
}

/** The saves of that name; of one session the newest alone. */
function namedIn(
  entries: readonly SaveEntry[],
  selector: string,
): readonly SaveEntry[] {
  const named = entries.filter((entry) => isNamed(entry, selector));
  const session = named[0]?.session?.id;
  const one = session !== undefined &&
    named.every((entry) => entry.session?.id === session);
  return one ? named.slice(0, 1) : named;
}

function isNamed({ name, session }: SaveEntry, selector: string): boolean {
  return selector !== "" && (name === selector || session?.name === selector);
}

/** What a selector could have been. Ids are too much alike to guess at one. */
function* wordsFor(entries: readonly SaveEntry[]): Generator<string> {
  yield "latest";
  for (const { name, session } of entries) {
    if (name !== null) yield name;
    if (session?.name) yield session.name;
  }
}

function ids(entries: readonly SaveEntry[]): string {
  const named = entries.slice(0, NAMED).map(({ id, name }) =>
    name === null ? id : `${id} (${name})`
  );
  const more = entries.length - named.length;
  return named.join(", ") + (more > 0 ? ` and ${more} more` : "");
}
