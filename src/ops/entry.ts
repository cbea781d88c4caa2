import { MpmError } from "../base/errors.ts";
import { field, isDeeper, isFields } from "../base/parsed_values.ts";
import { refuseNegative } from "../base/selector.ts";
import { counted } from "../base/words.ts";

/** An mpm operation, which is one line of `.claude-mpm/state/journal.jsonl`. */
export interface JournalEntry {
  /** Counts from 1. */
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The kind of operation: `checkpoint restore`, `checkpoint rm`, `undo`, … */
  readonly operation: string;
  /** One line for people. */
  readonly title: string;
  /** The absolute path of the operation's worktree. */
  readonly worktree: string;
  /** The states before and after, which an undo needs. */
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
  /** In an undo: the operation that was undone. */
  readonly undoes?: number;
  /** True if a hook performed the operation without a request. */
  readonly automatic?: true;
}

/** A file before or after an operation; null if it did not exist. */
export interface FileVersion {
  readonly sha256: string;
  /** The path of the kept content below the trash; null: it was not kept. */
  readonly kept: string | null;
}

/**
 * Files by path, with `/` between folders. Paths are relative to the project if
 * they are inside it, otherwise absolute.
 */
export type FileVersions = Readonly<Record<string, FileVersion | null>>;

/** An entry in the journal of this machine. */
export interface KnownEntry extends JournalEntry {
  /**
   * True if this user's mpm wrote the entry; mpm never acts on other entries.
   */
  readonly own: boolean;
}

/** The largest number of an operation. */
const LARGEST_ID = 1_000_000_000;

/**
 * The maximum nesting depth of lists and objects; mpm itself writes only a few
 * levels.
 */
const DEEPEST = 100;

/**
 * Returns the entry in a line. `undefined`: the line is invalid, or from
 * another version.
 */
export function parseEntry(line: string): JournalEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isEntry(value) && !isDeeper(value, DEEPEST) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  const texts = ["at", "operation", "title", "worktree"];
  const [id, undoes] = [field(value, "id"), field(value, "undoes")];
  return isNumber(id) && (undoes === undefined || isNumber(undoes)) &&
    texts.every((name) => typeof field(value, name) === "string") &&
    isFields(field(value, "before")) && isFields(field(value, "after"));
}

function isNumber(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 &&
    Number(value) <= LARGEST_ID;
}

/**
 * Returns the file versions in `before` or `after`. Other values are left out.
 */
export function versionsIn(value: unknown): FileVersions {
  const files = field(value, "files");
  if (!isFields(files)) return {};
  return Object.fromEntries(
    Object.entries(files).filter(([, version]) =>
      version === null || isVersion(version)
    ),
  ) as FileVersions;
}

function isVersion(value: unknown): value is FileVersion {
  const kept = field(value, "kept");
  return /^([0-9a-f]{64})?$/.test(String(field(value, "sha256"))) &&
    (kept === null || typeof kept === "string");
}

/**
 * Returns the operations that are currently undone. An undo can itself be
 * undone.
 */
export function undoneIds(entries: readonly JournalEntry[]): Set<number> {
  const undone = new Set<number>();
  // Starts with the newest: an undo that was itself undone does not count.
  for (const { id, undoes } of entries.toReversed()) {
    if (undoes !== undefined && !undone.has(id)) undone.add(undoes);
  }
  return undone;
}

/** Returns whether an undo without a number may select this operation. */
function isNext(
  entry: KnownEntry,
  { undone, worktree }: {
    undone: ReadonlySet<number>;
    worktree: string | undefined;
  },
): boolean {
  return entry.own && entry.undoes === undefined && !entry.automatic &&
    !undone.has(entry.id) &&
    (worktree === undefined || entry.worktree === worktree);
}

/** Returns the operation that an undo without a number undoes. */
export function nextToUndo(
  entries: readonly KnownEntry[],
  { worktree, passed }: {
    worktree: string | undefined;
    passed: ReadonlySet<number>;
  },
): KnownEntry | undefined {
  const undone = undoneIds(entries);
  return entries.findLast((entry) =>
    !passed.has(entry.id) && isNext(entry, { undone, worktree })
  );
}

/**
 * Returns the operation with the given number. Without a number, returns the
 * newest of this worktree that is not an undo, not made by a hook, and not
 * undone yet. Throws NOT_FOUND, and CONFLICT if it is already undone or not
 * this user's.
 */
export function entryToUndo(
  entries: readonly KnownEntry[],
  { number, worktree, passed = new Set() }: {
    number: string | undefined;
    /** `undefined`: any. */
    worktree: string | undefined;
    /** Numbers of operations to skip. */
    passed?: ReadonlySet<number>;
  },
): KnownEntry {
  const undone = undoneIds(entries);
  if (number === undefined) {
    const found = nextToUndo(entries, { worktree, passed });
    if (found) return found;
    throw new MpmError("NOT_FOUND", "Nothing to undo here", {
      hint: elsewhereHint(entries, undone) ??
        (entries.length === 0
          ? "No operation was recorded here yet"
          : '"mpm undo list" lists operations; "mpm undo <number>" undoes an operation'),
    });
  }
  refuseNegative(number);
  const found = entries.findLast(({ id }) => String(id) === number);
  if (!found) {
    const [first, last] = [entries[0]?.id, entries.at(-1)?.id];
    const range = first === undefined
      ? "The log is empty"
      : `The log has operations ${first} to ${last}: "mpm undo list" lists ` +
        "them";
    throw new MpmError("NOT_FOUND", `No operation has the number "${number}"`, {
      hint: range,
    });
  }
  if (!found.own) throw foreign(found);
  if (!undone.has(found.id)) return found;
  throw new MpmError("CONFLICT", `Operation ${number} is already undone`, {
    hint: 'To repeat it, undo the undo: "mpm undo list" shows the number',
  });
}

/**
 * Returns where else there are operations to undo, for example after a project
 * was moved.
 */
function elsewhereHint(
  entries: readonly KnownEntry[],
  undone: ReadonlySet<number>,
): string | undefined {
  const others = entries.filter((entry) =>
    isNext(entry, { undone, worktree: undefined })
  );
  const last = others.at(-1)?.worktree;
  if (last === undefined) return undefined;
  const one = others.every(({ worktree }) => worktree === last);
  const where = `${one ? "another folder" : "other folders, as in"} "${last}"`;
  const [were, them] = others.length === 1 ? ["was", "it"] : ["were", "them"];
  return `${
    counted(others.length, "operation")
  } ${were} done in ${where}: "mpm ` +
    `undo list" lists ${them}. To undo ${them}, run "mpm undo" there; if you ` +
    "moved the project, move it back first";
}

function foreign({ id }: JournalEntry): MpmError {
  return new MpmError(
    "CONFLICT",
    `Operation ${id} was not recorded by you on this machine`,
    {
      hint: "mpm does not trust the paths in this record, and changed nothing",
    },
  );
}

/**
 * Returns a hint for an operation that cannot be undone: undo the one before
 * it.
 */
export function earlierHint(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): string | undefined {
  const { worktree } = entry;
  const undone = undoneIds(entries);
  const found = entries.findLast((one) =>
    one.id < entry.id && isNext(one, { undone, worktree })
  );
  return found &&
    `"mpm undo ${found.id}" undoes the operation before it: ${found.title}`;
}

/**
 * Returns a title: `undo restore x`, `redo restore x` for the undo of an undo,
 * and so on.
 */
export function undoTitle({ title, undoes }: JournalEntry): string {
  if (undoes === undefined) return `undo ${title}`;
  const plain = title.replace(/^(un|re)do /, "");
  return title.startsWith("undo ") ? `redo ${plain}` : `undo ${plain}`;
}
