import { compareText, plainText } from "../../base/words.ts";
import { rememberedFor } from "../../base/remembered.ts";
import { readable } from "../../base/parsed_values.ts";
import {
  type Handoff,
  isCarried,
  isOpenItem,
  type Item,
  type ItemKind,
  type ItemState,
  lastRuns,
  NO_ID,
  type OpenHandoff,
  type Touched,
} from "../../items/mod.ts";
import type { ResumeResult } from "../commands/results.ts";
import type { Save } from "../save.ts";
import { type Present, withMarks } from "./outdated.ts";

/** The hand-off of any program's save, in display order, all of it open. */
export interface Outline {
  readonly goal: readonly Item[];
  readonly constraints: readonly Item[];
  /** In progress. */
  readonly begun: readonly Item[];
  /** The last stretch of work first, the agent's open todos last. */
  readonly next: readonly Item[];
  readonly blockers: readonly Item[];
  readonly questions: readonly Item[];
  /** The newest first. */
  readonly decisions: readonly Item[];
  readonly rejected: readonly Item[];
  readonly done: readonly Item[];
  readonly plans: readonly Item[];
  readonly prompts: readonly Item[];
  readonly messages: readonly Item[];
  /** Statements of the agent before its last message. */
  readonly told: readonly Item[];
  readonly summaries: readonly Item[];
  readonly reports: readonly Item[];
  readonly errors: readonly Item[];
  readonly background: readonly Item[];
  /** Commands that were named for verifying the work. */
  readonly verify: readonly Item[];
  readonly files: Handoff["files"];
  readonly runs: Handoff["runs"];
  /** Names and values (`mpm var`). */
  readonly vars: readonly (readonly [string, string])[];
  readonly partition: string | undefined;
  /** Open hand-off documents, one line each. */
  readonly handoffs: readonly string[];
  /** Reminders from older saves. */
  readonly reminders: readonly string[];
  /** The searched patterns, newest last. */
  readonly searches: readonly string[];
  /** Files that commands and searches named. */
  readonly seen: readonly string[];
  /** The parts of the conversation that are missing, one sentence each. */
  readonly unread: readonly string[];
}

interface Source {
  /** `undefined`: nothing was saved. */
  readonly session: Save | undefined;
  /** The hand-offs of parallel and later agent sessions, oldest first. */
  readonly later?: ResumeResult["later"];
  /** As returned by `itemsNow()`. */
  readonly items: readonly Item[];
  readonly vars?: Readonly<Record<string, string>>;
  readonly handoffs?: readonly OpenHandoff[];
}

/** Returns the hand-off of a save, for agents and for people. */
export const outlineOf: (source: Source) => Outline = rememberedFor(outlined);

function outlined(
  { session, later = [], items, vars, handoffs = [] }: Source,
): Outline {
  const own = session && { ...session, handoff: session.mpm?.handoff };
  const handoff = together([...own ? [own] : [], ...later]);
  const saved = handoff?.items ?? [];
  const all = [...items, ...saved.filter((item) => !isCarried(item))];
  // Older fields may repeat items, even closed ones.
  const said = new Set([...all, ...saved].flatMap(saidTexts));
  const older = session === undefined
    ? []
    : olderItems(session).filter((item) => !said.has(sameText(item)));
  const closed = saved.filter(({ kind, state }) =>
    kind === "next" && state === "done"
  );
  const open = new Set(items.filter(isOpenItem).map(({ id }) => id));
  const over = saved.filter((item) =>
    item.kind === "done" || isCarried(item) && !open.has(item.id)
  ).map(({ text }) => text);
  const byKind = Map.groupBy([...all, ...older], ({ kind }) => kind);
  const of = (kind: ItemKind) => byKind.get(kind) ?? [];
  const next = of("next").filter(isOpenItem);
  return {
    ...{ goal: of("goal"), constraints: of("constraint") },
    begun: next.filter(({ state }) => state === "doing"),
    next: ordered(next.filter(({ state }) => state !== "doing")),
    blockers: of("blocker"),
    questions: unanswered(of("question"), of("decision")),
    decisions: newestFirst(of("decision")),
    rejected: newestFirst(of("rejected")),
    done: [...of("done"), ...closed],
    plans: of("plan").slice(-1),
    // The first prompt is usually the goal.
    prompts: of("prompt").filter(({ text }) =>
      !said.has(sameText({ kind: "goal", text }))
    ),
    messages: of("message").filter((item) => !isTold(item)).slice(-1)
      .map((item) => marked(item, { over, left: [] })),
    told: of("message").filter(isTold),
    summaries: of("summary").slice(-1).map((item) =>
      marked(item, { over, left: next.map(({ text }) => text) })
    ),
    reports: of("report"),
    errors: of("error"),
    ...{ background: of("background"), verify: of("verify") },
    files: handoff?.files ?? [],
    runs: handoff?.runs ?? [],
    vars: Object.entries(vars ?? handoff?.vars ?? {}),
    partition: handoff?.partition,
    handoffs: handoffs.map(handoffLine),
    reminders: (session?.important_reminders ?? []).filter((text) =>
      !said.has(sameText({ kind: "constraint", text }))
    ),
    searches: handoff?.searches ?? [],
    seen: handoff?.seen ?? [],
    unread: unreadOf(handoff),
  };
}

function marked(item: Item, present: Present): Item {
  return { ...item, text: withMarks(item.text, present) };
}

/** Returns the open questions without those that a decision repeats. */
function unanswered(
  questions: readonly Item[],
  decisions: readonly Item[],
): Item[] {
  return questions.filter((item) =>
    isOpenItem(item) &&
    !decisions.some((one) =>
      one.at >= item.at && one.text.startsWith(`${item.text} `)
    )
  );
}

function isTold({ via }: Item): boolean {
  return via === "message";
}

function together(
  given: readonly { paused_at: string; handoff?: Handoff | undefined }[],
): Handoff | undefined {
  const all = given.toSorted((a, b) => compareText(a.paused_at, b.paused_at))
    .flatMap(({ handoff }) => handoff ?? []);
  const last = all.at(-1);
  if (!last || all.length === 1) return last;
  const newest = all.toReversed();
  const files = new Map<string, Touched>();
  for (const file of newest.flatMap(({ files }) => files)) {
    if (!files.has(file.path)) files.set(file.path, file);
  }
  return {
    ...last,
    items: all.flatMap((one, at) => itemsOf(one, all.slice(at + 1))),
    files: [...files.values()],
    runs: [...lastRuns(newest.flatMap(({ runs }) => runs)).values()],
    searches: all.flatMap(({ searches = [] }) => searches),
    seen: [...new Set(newest.flatMap(({ seen = [] }) => seen))]
      .filter((path) => !files.has(path)),
    unread: [...new Set(all.flatMap(({ unread }) => unread))],
    left_out: all.reduce((sum, { left_out = 0 }) => sum + left_out, 0),
  };
}

/** Returns the items of a hand-off that are not in any later hand-off. */
function itemsOf({ items }: Handoff, later: readonly Handoff[]): Item[] {
  if (later.length === 0) return items;
  const known = new Set(
    later.flatMap(({ items }) => items.map(({ id }) => id)),
  );
  known.delete(NO_ID);
  // An error in an earlier conversation did not stop the later one.
  return items.filter(({ id, kind }) => kind !== "error" && !known.has(id));
}

function unreadOf(handoff: Handoff | undefined): string[] {
  const omitted = handoff?.left_out ?? 0;
  return [
    ...handoff?.unread ?? [],
    ...omitted > 0
      ? [`${omitted} entries were left out to keep the save small`]
      : [],
  ];
}

function handoffLine({ id, from, to, title, state }: OpenHandoff): string {
  return `${id}: ${from} → ${to}, ${state}: ${title}`;
}

/** Returns whether an item came from the agent's own list. */
export function isTodo({ via }: Item): boolean {
  return via === "todo" || via === "task";
}

/** Milliseconds between two statements in one stretch of work, at most. */
const STRETCH = 3_600_000;

/** Puts the last stretch of work first, each in time order, then todos. */
function ordered(items: readonly Item[]): Item[] {
  const said = items.filter((item) => !isTodo(item))
    .sort((a, b) => compareText(a.at, b.at));
  const stretches: Item[][] = [];
  for (const item of said) {
    const last = stretches.at(-1)?.at(-1);
    const gap = last ? Date.parse(item.at) - Date.parse(last.at) : Infinity;
    if (gap <= STRETCH) stretches.at(-1)!.push(item);
    else stretches.push([item]);
  }
  return [...stretches.reverse().flat(), ...items.filter(isTodo)];
}

/** Items with the same time keep their order. */
function newestFirst(items: readonly Item[]): Item[] {
  return [...items].sort((a, b) => compareText(b.at, a.at));
}

function sameText({ kind, text }: Pick<Item, "kind" | "text">): string {
  return `${kind}\n${plainText(text)}`;
}

/** Returns the forms in which older fields may repeat an item. */
function saidTexts(item: Item): string[] {
  const { kind, text, why } = item;
  return why ? [item, { kind, text: `${text} (${why})` }].map(sameText) : [
    sameText(item),
  ];
}

/** Returns the items in a save's older fields, which claude-mpm also writes. */
function olderItems(save: Save): Item[] {
  const { conversation, mpm, todos, task_list: tasks } = save;
  const entry =
    (kind: ItemKind, via = "pause", state: ItemState = "open") =>
    (text: string): Item => ({
      id: "",
      ...{ kind, text, state, via },
      source: "agent",
      at: save.paused_at,
      save: save.session_id,
    });
  const todo = (status: string) =>
    entry("next", "todo", status === "in_progress" ? "doing" : "open");
  return [
    ...conversation.next_steps.map(entry("next")),
    ...todos.active.map(({ content, status }) => todo(status)(content)),
    ...tasks.in_progress_tasks.map(({ title }) => todo("in_progress")(title)),
    ...tasks.pending_tasks.map(({ title }) => todo("pending")(title)),
    ...(mpm?.decisions ?? otherTexts(save.decisions)).map(entry("decision")),
    ...(mpm?.blockers ?? otherTexts(save.blockers)).map(entry("blocker")),
    ...save.open_questions.map(entry("question")),
    ...conversation.accomplishments.map(entry("done")),
    ...todos.completed.map(({ content }) => entry("done", "todo")(content)),
  ];
}

/** Returns the texts of a field in another program's save, or in a log. */
export function otherTexts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(readable) : [];
}
