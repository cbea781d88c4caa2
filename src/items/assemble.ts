import { sha256 } from "../base/digest.ts";
import { asciiJson } from "../base/escape.ts";
import { cutText } from "../base/words.ts";
import { commandForm, ONLY_NAMED } from "./evidence.ts";
import type {
  Handoff,
  Item,
  ItemKind,
  KeptItem,
  OpenHandoff,
  Run,
  Touched,
} from "./item.ts";
import type { Vars } from "./vars.ts";

/**
 * The maximum size of a hand-off in the file of a save, in bytes. A save allows
 * 256 KiB, but the later redaction may make texts slightly longer.
 */
const MOST = 240 * 1024;

/** The maximum number and length of sentences about unread parts. */
const UNREAD = 20;
const UNREAD_LENGTH = 300;

/** The maximum size of all variables, in bytes of ASCII JSON. */
const MOST_VARS = 64 * 1024;

/** The maximum size of the seen files, in bytes. */
const MOST_SEEN = 32 * 1024;

/** The sources of a hand-off. */
interface Parts {
  readonly items: readonly Item[];
  readonly files: readonly Touched[];
  readonly runs: readonly Run[];
  readonly vars: Vars;
  readonly unread: readonly string[];
  readonly searches?: readonly string[];
  readonly seen?: readonly string[];
  readonly handoffs?: readonly OpenHandoff[] | undefined;
}

/**
 * Assembles the hand-off, the oldest items first. If it would be too large, the
 * kinds of entries share the space, and whole entries are left out.
 */
export function assembled(parts: Parts): Handoff {
  const vars = fittingVars(parts.vars);
  const seen = fittingSeen(parts.seen ?? []);
  const searches = (parts.searches ?? []).slice(-UNREAD)
    .map((text) => cutText(text, UNREAD_LENGTH));
  const unread = parts.unread.slice(0, UNREAD)
    .map((text) => cutText(text, UNREAD_LENGTH));
  // To measure each entry takes much longer, and nearly always all fit.
  const left = sizeOf(parts) <= MOST ? new Set<object>() : surplus(
    entriesOf(parts),
    MOST - sizeOf({ vars, unread, searches, seen }),
  );
  const fits = (value: object) => !left.has(value);
  const leftOut = left.size +
    Object.keys(parts.vars).length - Object.keys(vars).length +
    (parts.seen ?? []).length - seen.length;
  return {
    schema: 1,
    items: parts.items.filter(fits).toSorted(byTime),
    files: parts.files.filter(fits),
    runs: parts.runs.filter(fits),
    ...Object.keys(vars).length > 0 ? { vars } : {},
    ...searches.length > 0 ? { searches } : {},
    ...seen.length > 0 ? { seen } : {},
    ...parts.handoffs && { handoffs: parts.handoffs.filter(fits) },
    unread,
    ...leftOut > 0 ? { left_out: leftOut } : {},
  };
}

function entriesOf({ items, files, runs, handoffs = [] }: Parts): Entry[] {
  return [
    ...items.map((item) => entryOf(item, item.kind, itemRank(item))),
    ...files.map((file) => {
      const kind = file.how === "read" ? "read" : "file";
      return entryOf(file, kind, RANKS[kind]);
    }),
    ...runs.map((run) => {
      const kind = run.kind === "other" ? "other" : "run";
      return entryOf(run, kind, RANKS[kind]);
    }),
    ...handoffs.map((one) => entryOf(one, "hand-off", RANKS.handoff)),
  ];
}

/** Returns by how many bytes variables exceed their limit, or 0. */
export function surplusOf(vars: Vars): number {
  return Math.max(0, asciiJson(vars).length - MOST_VARS);
}

/** Returns the first variables that fit together. */
export function fittingVars(vars: Vars): Vars {
  if (surplusOf(vars) === 0) return vars;
  let free = MOST_VARS;
  const kept = Object.entries(vars).filter(([name, value]) => {
    const size = asciiJson({ [name]: value }).length;
    if (size > free) return false;
    free -= size;
    return true;
  });
  return Object.fromEntries(kept);
}

/** Returns the most relevant files that fit. */
function fittingSeen(seen: readonly string[]): string[] {
  let free = MOST_SEEN;
  return seen.filter((path) => (free -= sizeOf(path)) >= 0);
}

/** The ranks of entries, which decide how much space each kind gets. */
const RANKS = { read: 0, other: 1, file: 3, run: 4, handoff: 6 };

const ITEM_RANKS: ReadonlyMap<ItemKind, number> = new Map([
  ...([["report", 2], ["prompt", 2], ["summary", 2]] as const),
  ...([["done", 3], ["error", 4], ["background", 4]] as const),
  ...([["message", 4], ["rejected", 5], ["constraint", 6]] as const),
  ...([["plan", 6], ["verify", 6], ["decision", 6]] as const),
  ...([["question", 6], ["blocker", 6], ["next", 6], ["goal", 8]] as const),
]);

/** Returns an item's rank, higher if it was stated deliberately. */
function itemRank({ kind, source, number }: Item): number {
  const said = number !== undefined && source !== "transcript";
  return (ITEM_RANKS.get(kind) ?? 0) + (said ? 2 : 0);
}

interface Entry {
  readonly value: object;
  readonly kind: string;
  readonly rank: number;
  readonly at: string;
  readonly size: number;
}

function entryOf(
  value: object & { readonly at?: unknown },
  kind: string,
  rank: number,
): Entry {
  const at = typeof value.at === "string" ? value.at : "";
  return { value, kind, rank, at, size: sizeOf(value) };
}

/** The indentation in a save, and that of an entry in the lists of a hand-off. */
const INDENT = 2;
const DEPTH = 4 * INDENT;

/** Returns the number of bytes that an entry has in the file of a save. */
function sizeOf(value: unknown): number {
  const text = asciiJson(value, INDENT);
  const lines = text.split("\n").length;
  return text.length + lines * DEPTH + ",\n".length;
}

/**
 * Returns the entries for which there is no space. The kinds take turns, each
 * with its most important and newest entries first, so no kind displaces
 * another. Important kinds get more space.
 */
function surplus(entries: readonly Entry[], room: number): Set<object> {
  const left = new Set<object>();
  if (entries.reduce((sum, { size }) => sum + size, 0) <= room) return left;
  const turns = [...Map.groupBy(entries, ({ kind }) => kind).values()]
    .flatMap((same) => {
      let before = 0;
      return same.toSorted(byImportance).map((entry) => {
        const turn = before / (entry.rank + 1);
        before += entry.size;
        return { ...entry, turn };
      });
    });
  let free = room;
  turns.sort((a, b) => a.turn - b.turn || byImportance(a, b));
  for (const { value, size } of turns) {
    if (size > free) left.add(value);
    else free -= size;
  }
  return left;
}

function byImportance(a: Entry, b: Entry): number {
  return b.rank - a.rank || (a.at < b.at ? 1 : a.at > b.at ? -1 : 0);
}

function byTime(a: Item, b: Item): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return (a.number ?? 0) - (b.number ?? 0);
}

/** Returns verification commands that were named, but never ran. */
export function namedRuns(items: readonly Item[], runs: readonly Run[]): Run[] {
  const ran = new Set(runs.map(({ command }) => commandForm(command)));
  return items.filter(({ kind, text }) =>
    kind === "verify" && !ran.has(commandForm(text))
  ).map(({ text, at }) => ({
    command: text,
    kind: "other",
    exit: null,
    at,
    tail: "",
    digest: NO_OUTPUT,
    doubt: ONLY_NAMED,
  }));
}

/** The SHA-256 of empty output. */
const NO_OUTPUT = sha256("");

/** Returns an item as stored in a save, which shows where it was added. */
export function inSave(item: KeptItem): Item {
  const { schema: _, place: __, session: ___, ...rest } = item;
  return rest;
}

/** Returns a finished next step as an accomplishment. */
export function asDone(item: KeptItem): Item {
  const { number: _, ...rest } = inSave(item);
  return { ...rest, kind: "done", at: item.closed_at ?? item.at };
}
