import { compareText } from "../../base/words.ts";
import { sha256 } from "../../base/digest.ts";
import { isFullTime } from "../../base/times.ts";
import {
  COUNT,
  fits,
  type Fitting,
  FLAG,
  list,
  nullable,
  object,
  type Shape,
  TEXT,
  text,
} from "../../base/shape.ts";

export const NOTE_ID = /^[0-9a-f]{12}$/;

const ID = text({ pattern: NOTE_ID });

/**
 * The maximum number of notes that one note may supersede, and the maximum
 * length of a text in UTF-16 units.
 */
export const MOST_SUPERSEDED = 50;
export const LONGEST_NOTE = 2000;

/**
 * The highest allowed order. A file with a higher order could displace other
 * notes.
 */
const HIGHEST = 1_000_000_000;

/** A note in `.claude/shared-context/<id>.json`. */
export const NOTE = object({
  schema: { is: "version" } as Shape<1>,
  /** 12 hex digits, the start of the SHA-256 of all other fields. */
  id: ID,
  /** The agent or the person who wrote it. */
  by: TEXT,
  /** True if a person wrote it. */
  person: FLAG,
  /** The time at which it was written, ISO 8601, UTC. */
  at: TEXT,
  /**
   * Higher than the order of every note that the writer had. Notes are sorted
   * by this number, since clocks may differ.
   */
  order: COUNT,
  /** The git branch on which it was written; null: no branch. */
  branch: nullable(text({ pattern: /^\S{1,250}$/ })),
  /** The ids of the notes that it replaces. */
  supersedes: list(ID),
  text: TEXT,
});

export type Note = Fitting<typeof NOTE>;

/** A note without its ID, which is computed from the rest. */
export type NoteContent = Pick<
  Note,
  "by" | "person" | "at" | "order" | "branch" | "supersedes" | "text"
>;

/** Makes a note, with the ID computed from its content. */
export function noteOf(fields: NoteContent): Note {
  return { schema: 1, id: idOf(fields), ...fields };
}

function idOf(note: NoteContent): string {
  const { by, person, at, order, branch, supersedes, text } = note;
  const content = [by, person, at, order, branch, supersedes, text];
  return sha256(JSON.stringify(content)).slice(0, 12);
}

export function nextOrder(notes: readonly Note[]): number {
  const highest = notes.reduce((most, { order }) => Math.max(most, order), 0);
  return Math.min(highest + 1, HIGHEST);
}

/** Returns whether a value is a note, perhaps written by hand. */
export function isNote(value: unknown): value is Note {
  return fits(NOTE, value) && value.order <= HIGHEST &&
    value.by.length <= LONGEST_NOTE && value.text.length <= LONGEST_NOTE &&
    isFullTime(value.at) && value.supersedes.length <= MOST_SUPERSEDED;
}

/** A note and its relation to other notes. */
export interface StandingNote {
  readonly note: Note;
  /** IDs of the notes that replace it; empty: it is current. */
  readonly supersededBy: readonly string[];
  /** IDs of other current notes that replace the same note. */
  readonly contradicts: readonly string[];
  /**
   * True if it is in a cycle of notes that replace each other, which is only
   * possible in hand-written files. Such a note stays current.
   */
  readonly cyclic: boolean;
  /** True if someone changed it after it was written, or wrote it by hand. */
  readonly changed: boolean;
}

/**
 * Merges notes from any source. This is a pure function of the set of notes:
 * their order and duplicates do not matter. The note that was written last
 * comes last.
 */
export function mergeNotes(notes: Iterable<Note>): StandingNote[] {
  const set = new Map<string, Note>();
  for (const note of notes) {
    const known = set.get(note.id);
    if (!known || isBefore(note, known)) set.set(note.id, note);
  }
  const sorted = [...set.values()].sort(byOrder);
  const superseders = supersedersIn(sorted);
  const cyclic = cyclicIn(sorted, superseders);
  const supersededBy = ({ id }: Note) =>
    (superseders.get(id) ?? []).filter((by) =>
      !cyclic.has(id) || !cyclic.has(by)
    );
  const holds = new Set(
    sorted.filter((note) => supersededBy(note).length === 0)
      .map(({ id }) => id),
  );
  return sorted.map((note) => ({
    note,
    supersededBy: supersededBy(note),
    contradicts: holds.has(note.id)
      ? [...new Set(note.supersedes.flatMap((id) => superseders.get(id) ?? []))]
        .filter((id) => id !== note.id && holds.has(id)).sort()
      : [],
    cyclic: cyclic.has(note.id),
    changed: isChanged(note),
  }));
}

function isChanged(note: Note): boolean {
  return note.id !== idOf(note);
}

/** Orders contents with the same ID: the unchanged content counts. */
function isBefore(a: Note, b: Note): boolean {
  const [one, other] = [isChanged(a), isChanged(b)];
  return one === other ? JSON.stringify(a) < JSON.stringify(b) : other;
}

function byOrder(a: Note, b: Note): number {
  return a.order - b.order || compareText(a.at, b.at) ||
    compareText(a.id, b.id);
}

/**
 * Returns the IDs of the notes that replace each note, even if the replaced
 * note is unknown.
 */
function supersedersIn(notes: readonly Note[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { id, supersedes } of notes) {
    for (const old of new Set(supersedes)) {
      const ids = found.get(old) ?? [];
      found.set(old, ids);
      ids.push(id);
    }
  }
  return found;
}

/**
 * Finds the notes in cycles, and the notes on a path between two cycles. A note
 * that is not replaced, or does not replace another, is not in a cycle. The
 * function removes such notes until only cycles remain.
 */
function cyclicIn(
  notes: readonly Note[],
  superseders: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const left = new Set(notes.map(({ id }) => id));
  const below = new Map(notes.map(({ id, supersedes }) => [id, supersedes]));
  const above = (id: string) => superseders.get(id) ?? [];
  const peel = (
    one: (id: string) => readonly string[],
    other: (id: string) => readonly string[],
  ) => {
    const isEnd = (id: string) => !one(id).some((next) => left.has(next));
    const ends = [...left].filter(isEnd);
    for (let id = ends.pop(); id !== undefined; id = ends.pop()) {
      left.delete(id);
      ends.push(...other(id).filter((next) => left.has(next) && isEnd(next)));
    }
  };
  peel(above, (id) => below.get(id) ?? []);
  peel((id) => below.get(id) ?? [], above);
  return left;
}
