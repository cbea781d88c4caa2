import { join } from "../base/join.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { counted } from "../base/words.ts";
import { projectFiles, type Workspace } from "../git/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import { asDone, assembled, inSave, namedRuns } from "./assemble.ts";
import type { Carried } from "./carried.ts";
import { carry, isCarried, isOpenItem } from "./carry.ts";
import type {
  Handoff,
  Item,
  KeptItem,
  OpenHandoff,
  Run,
  Touched,
} from "./item.ts";
import { type ItemsHere, itemsHere } from "./open_items.ts";
import { fittingItem, removeItem, writeItem } from "./store.ts";
import { lastRuns } from "./evidence.ts";
import { cleanRuns, keepRuns, keptRuns } from "./runs.ts";
import { sharedFiles } from "./tree.ts";
import { withAnswer } from "./prose/answered.ts";
import type { Sentence } from "./prose/withdrawn.ts";
import { readVars, type Vars } from "./vars.ts";

/** The items, files and runs of a conversation. */
export interface Collected {
  readonly items: readonly Item[];
  /** A person's sentences that may replace earlier items. */
  readonly withdrawn?: readonly Sentence[];
  readonly files: readonly Touched[];
  readonly runs: readonly Run[];
  /** The searched patterns. */
  readonly searches?: readonly string[];
  /** Other files that commands and searches named, the most relevant first. */
  readonly seen?: readonly string[];
  /** The parts that mpm could not read, one sentence each. */
  readonly unread: readonly string[];
}

/** The maximum number of seen files in a hand-off. */
const MOST_SEEN = 40;

/** Keeps the seen files that exist and that git does not ignore. */
export async function withSeen(
  system: System,
  { worktree, git }: Workspace,
  found: Collected,
): Promise<Collected> {
  const isFile = (path: string) =>
    attempt(() => system.files.lstat(join(worktree, path))?.kind) === "file";
  const here = (found.seen ?? []).filter(isFile);
  const isAsked = git === "repository" && here.length > 0;
  const known = new Set(
    isAsked ? await attempt(() => projectFiles(system, worktree, here)) : here,
  );
  const seen = here.filter((path) => known.has(path)).slice(0, MOST_SEEN);
  return { ...found, seen };
}

/** Keeps the questions of a client that was killed before an answer. */
export function withQuestions(found: Collected): Collected {
  const items = found.items.map((item) =>
    item.kind === "question" && item.via === "last message"
      ? { ...item, via: "message" }
      : item
  );
  return { ...found, items };
}

/** Nothing was found. */
export const NOTHING_COLLECTED: Collected = {
  items: [],
  files: [],
  runs: [],
  unread: [],
};

/** The sources of a hand-off except carried items. */
export interface HandoffOrder {
  /** The new items from a person or an agent. */
  readonly said: readonly Item[];
  /** Numbers of items to close. */
  readonly close: readonly number[];
  /** The items about finished work from an earlier save. */
  readonly done?: readonly Item[] | undefined;
  /** The items of the last save, which may end with a question. */
  readonly asked?: readonly Item[] | undefined;
  readonly collected: Collected;
  /** The open hand-off documents, if any. */
  readonly handoffs?: readonly OpenHandoff[] | undefined;
  /** The agent session from which it is read. */
  readonly agent: string | undefined;
  /** The save for the hand-off; null: no save, so nothing is stored. */
  readonly save: string | null;
  readonly time: Date;
  /** Runs after this time do not count, ISO 8601, UTC. */
  readonly until?: string | undefined;
  /** True if the items must survive a power failure even without the save. */
  readonly synced: boolean;
}

/**
 * Makes the hand-off of a save, and stores the items to carry. Call it under
 * the project's lock, unless `save` is null. Never throws an MpmError: items
 * that cannot be stored are still in the save.
 */
export function handoffFor(
  system: System,
  workspace: Workspace,
  given: HandoffOrder,
): { handoff: Handoff; problems: readonly string[] } {
  const { root } = workspace;
  const order = { ...given, collected: redacted(system, given.collected) };
  const problems: string[] = [];
  const tried = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof MpmError)) throw error;
      problems.push(error.message);
      return undefined;
    }
  };
  const before = tried(() => itemsHere(system, workspace));
  const asked = [
    ...(order.asked ?? []).filter((item) => !isCarried(item)),
    ...before?.open ?? [],
  ];
  const found = withAnswer(order.collected.items, asked)?.items ??
    order.collected.items;
  const fresh = [...order.said, ...found]
    .map((item) => fittingItem(system, item));
  if (!before) return { handoff: handoffOf(order, fresh, {}), problems };
  const { begun } = before.kept;
  problems.push(...before.kept.problems);
  const runs = tried(() => runsFor(system, root, order)) ?? [];
  const all = { ...order, collected: { ...order.collected, runs } };
  if (!begun && fresh.length + order.close.length === 0) {
    const items = earlierDone(order.done ?? [], []);
    return { handoff: handoffOf(all, items, {}), problems };
  }
  const carried = carriedBy(before, order, fresh);
  if (order.save !== null) {
    tried(() => writeCarried(system, root, carried, order));
  }
  const { refused, closing: { unknown } } = carried;
  problems.push(...unknown.map((number) => `No open item ${number}`));
  if (refused.length > 0) {
    problems.push(
      `${counted(refused.length, "item")} only in this save, because too ` +
        'many items are open. "mpm done" lists them',
    );
  }
  const vars = begun
    ? tried(() => readVars(system, root, before.here)) ?? {}
    : {};
  const items = itemsOf(before, order, { carried, fresh });
  return { handoff: handoffOf(all, items, vars), problems };
}

/** Returns the same without secrets in runs and searches, to measure the size. */
function redacted(system: System, collected: Collected): Collected {
  const { runs, searches = [] } = collected;
  const redactor = redactorOf(system);
  return {
    ...collected,
    runs: cleanRuns(system, runs),
    searches: searches.map((one) => redactor.text(one)),
  };
}

/** Returns the last run of each command, here or in earlier saves. */
function runsFor(
  system: System,
  root: string,
  { collected: { runs }, save, until }: HandoffOrder,
): Run[] {
  const kept = save !== null && runs.length > 0
    ? keepRuns(system, root, runs)
    : keptRuns(system, root);
  const counted = [...runs, ...kept]
    .filter(({ at }) => until === undefined || at <= until);
  return sharedFiles([...lastRuns(counted).values()]);
}

function handoffOf(
  { collected: { files, runs, unread, searches = [], seen = [] }, handoffs }:
    HandoffOrder,
  items: readonly Item[],
  vars: Vars,
): Handoff {
  const open = items.filter(isOpenItem);
  return assembled({
    ...{ items, files, unread, vars, searches, seen, handoffs },
    runs: [...runs, ...namedRuns(open, runs)],
  });
}

function carriedBy(
  { kept, here, open }: ItemsHere,
  { save, agent, close, time, collected: { withdrawn } }: HandoffOrder,
  fresh: readonly Item[],
): Carried {
  const { place, session } = here;
  return carry({ items: kept.items, open, taken: kept.taken }, {
    items: fresh,
    withdrawn,
    ...{ place, session, save, agent, close },
    now: time,
  });
}

/** Writes the changes, new items before the items that they replace. */
export function writeCarried(
  system: System,
  root: string,
  { changed, removed }: Carried,
  { synced }: { synced: boolean },
): void {
  for (const item of changed.toReversed()) {
    writeItem(system, root, { item, synced });
  }
  for (const number of removed) removeItem(system, root, number);
}

/** Milliseconds after which a finished step is left out of saves. */
const DONE_FOR_MS = 24 * 3600 * 1000;

/** Returns the items of the save, in any order. */
function itemsOf(
  { own }: ItemsHere,
  { save, time, done: before = [] }: HandoffOrder,
  { carried, fresh }: { carried: Carried; fresh: readonly Item[] },
): Item[] {
  const since = new Date(time.getTime() - DONE_FOR_MS).toISOString();
  const known = new Set(own.map(({ number }) => number));
  const done = carried.items.filter((item) =>
    item.state === "done" && item.kind === "next" &&
    known.has(item.number) && (item.closed_at ?? "") >= since
  );
  const said = fresh.filter((item) =>
    !isCarried(item) || item.state === "done" && !carried.as.has(item)
  );
  // Without a save nothing is stored, so a new item has no number.
  const isKept = (item: KeptItem) => save !== null || known.has(item.number);
  return [
    ...carried.open.map((item) =>
      isKept(item) ? inSave(item) : unnumbered(inSave(item))
    ),
    ...earlierDone(before, [...done, ...said]),
    ...done.map(asDone),
    ...said.map((item) => ({
      ...item,
      kind: isCarried(item) ? "done" as const : item.kind,
    })),
    ...carried.refused,
  ].map((item) => ({ ...item, save: item.save ?? save }));
}

/** The maximum number of repeated accomplishments of an earlier save. */
const MOST_DONE = 10;

function earlierDone(before: readonly Item[], known: readonly Item[]): Item[] {
  const ids = new Set(known.map(({ id }) => id));
  const texts = new Set(known.map(({ text }) => text));
  return before.filter((item) =>
    item.kind === "done" && !ids.has(item.id) && !texts.has(item.text)
  ).slice(-MOST_DONE);
}

function unnumbered({ number: _, ...item }: Item): Item {
  return item;
}
