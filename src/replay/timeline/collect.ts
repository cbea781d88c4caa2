import { attempt } from "../../base/errors.ts";
import { firstLine } from "../../base/words.ts";
import {
  listCheckpoints,
  ownMark,
  placeOf,
  type StoredCheckpoint,
} from "../../checkpoints/mod.ts";
import { type ClientFile, readCourse, sessionsIn } from "../../clients/mod.ts";
import { Git, readNewest, type Workspace } from "../../git/mod.ts";
import { readJournal } from "../../ops/mod.ts";
import {
  contentDigestOf,
  newestSaves,
  openStore,
  type Origin,
  Origins,
  type SaveEntry,
} from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { listWorks, shortTitle, type Work } from "../../work/mod.ts";
import type { TimelineEvent } from "../commands/results.ts";
import { TIMELINE_TYPES, type TimelineType } from "../types.ts";

/** The part of a project's history that is requested. */
export interface Wanted {
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  /** The maximum number of events. The newest are kept. */
  readonly limit: number;
  /** Empty: all. */
  readonly only: readonly TimelineType[];
  /**
   * Name or ID of a session. Its own events and those of its detours are shown.
   */
  readonly session: string | undefined;
}

/** The events of a project, and the parts that could not be read. */
export interface Collected {
  /** The oldest first. */
  readonly events: readonly TimelineEvent[];
  /** True if there may be older events. */
  readonly more: boolean;
  readonly warnings: readonly string[];
}

/** All optional fields of an event, empty. */
const PLAIN = {
  end: null,
  id: null,
  session: null,
  parent: null,
  state: null,
  branch: null,
  origin: null,
  author: null,
  context: [],
  command: null,
} satisfies Partial<TimelineEvent>;

/**
 * Collects the newest events of a project from all sources. Each source is read
 * only as far back as the limit requires, so the time does not grow with the
 * project. Nothing in the events is redacted or escaped.
 */
export async function collect(
  system: System,
  workspace: Workspace,
  wanted: Wanted,
): Promise<Collected> {
  const warnings: string[] = [];
  const { works, problems, foreign } = listWorks(system, workspace.root);
  warnings.push(...problems.map(({ message }) => message));
  if (foreign > 0) {
    warnings.push(`Sessions by someone else are left out: ${foreign}`);
  }
  const chosen = wanted.session === undefined
    ? undefined
    : sessionIds(works, wanted.session);
  const isWanted = (event: TimelineEvent) => {
    const { at, end, type, session } = event;
    return (wanted.only.length === 0 || wanted.only.includes(type)) &&
      (wanted.until === undefined || Date.parse(at) <= wanted.until) &&
      (wanted.since === undefined || Date.parse(end ?? at) >= wanted.since) &&
      (chosen === undefined || chosen.has(session ?? ""));
  };
  const sources = [
    works.map(ofWork),
    await saves(system, workspace, { wanted, isWanted }),
    ...chosen ? [] : [
      await checkpoints(system, workspace),
      await agentSessions(system, workspace, { wanted, works }),
      await commits(system, workspace, wanted),
      operations(system, workspace),
    ],
  ];
  const found = sources.map((source) => source.filter(isWanted));
  const events = found.flat().sort(byTime);
  return {
    events: events.slice(-wanted.limit),
    more: found.some((some) => some.length >= wanted.limit) ||
      events.length > wanted.limit,
    warnings,
  };
}

function byTime(a: TimelineEvent, b: TimelineEvent): number {
  return a.at < b.at ? -1 : a.at > b.at ? 1 : order(a) - order(b);
}

function order({ type }: TimelineEvent): number {
  return TIMELINE_TYPES.indexOf(type);
}

/** Returns the IDs of a session, found by name or ID, and of its detours. */
function sessionIds(works: readonly Work[], name: string): Set<string> {
  const ids = new Set(
    works.filter((work) => work.id === name || work.name === name)
      .map(({ id }) => id),
  );
  // A detour begins after its parent, and the newest sessions come first.
  for (const { id, parent } of works.toReversed()) {
    if (parent !== null && ids.has(parent)) ids.add(id);
  }
  return ids;
}

function ofWork(work: Work): TimelineEvent {
  const { id, state, parent, started_at, transitions, git } = work;
  const ended = transitions.find(({ to }) =>
    to === "complete" || to === "cancelled"
  );
  return {
    ...PLAIN,
    ...{ at: started_at, end: ended?.at ?? null, session: id },
    ...{ id, state, parent },
    type: work.detour === null ? "session" : "detour",
    title: shortTitle(work),
    branch: git.branch,
  };
}

async function saves(
  system: System,
  { root }: Workspace,
  { wanted, isWanted }: {
    wanted: Wanted;
    isWanted(event: TimelineEvent): boolean;
  },
): Promise<TimelineEvent[]> {
  await openStore(system, root);
  const origins = new Origins(system);
  const found: TimelineEvent[] = [];
  for await (const entry of newestSaves(system, root)) {
    const event = ofSave(entry, null);
    if (wanted.since !== undefined && Date.parse(event.at) < wanted.since) {
      break;
    }
    if (!isWanted(event)) continue;
    found.push({ ...event, origin: originOf(system, origins, entry) });
    // Looking for another would require listing all, and there may be
    // thousands.
    if (found.length >= wanted.limit) break;
  }
  return found;
}

function ofSave(entry: SaveEntry, origin: Origin | null): TimelineEvent {
  const { id, pausedAt, branch, author, session, problem } = entry;
  const title = [entry.name, problem?.message ?? entry.summary]
    .filter((part) => part).join(": ");
  return {
    ...PLAIN,
    ...{ at: pausedAt, type: "save", id, title, branch, author, origin },
    session: session?.id ?? null,
    command: ["mpm", "saves", "show", id],
  };
}

/** The maximum size of a save, in bytes. */
const LARGEST_SAVE = 16 * 1024 * 1024;

function originOf(
  system: System,
  origins: Origins,
  { id, path, digest }: SaveEntry,
): Origin | null {
  const found = digest ??
    attempt(() => contentDigestOf(system.files.readOwn(path, LARGEST_SAVE)));
  return found === undefined ? null : origins.of({ id, digest: found });
}

async function checkpoints(
  system: System,
  workspace: Workspace,
): Promise<TimelineEvent[]> {
  const place = await placeOf(system, workspace);
  const origins = new Origins(system);
  return (await listCheckpoints(system, place, { light: true }))
    // A checkpoint for every step of an agent would hide everything else.
    .filter(({ kind }) => kind !== "batch")
    .map((record) => ofCheckpoint(record, origins));
}

function ofCheckpoint(
  record: StoredCheckpoint,
  origins: Origins,
): TimelineEvent {
  const { created_at, id, name, note, branch } = record;
  return {
    ...PLAIN,
    ...{ at: created_at, type: "checkpoint", id, branch },
    title: note ? `${name}: ${note}` : name,
    origin: origins.of(ownMark(record)),
    command: ["mpm", "checkpoint", "diff", name],
  };
}

/** The maximum number of transcripts to read. The newest are read. */
const MOST_TRANSCRIPTS = 200;

async function agentSessions(
  system: System,
  { root, worktree, cwd }: Workspace,
  { wanted, works }: { wanted: Wanted; works: readonly Work[] },
): Promise<TimelineEvent[]> {
  const folders = [root, worktree, cwd, ...works.map((work) => work.worktree)];
  const found = (await sessionsIn(system, folders))
    .filter(({ time }) => time >= (wanted.since ?? 0))
    .slice(0, Math.min(MOST_TRANSCRIPTS, wanted.limit));
  const events: TimelineEvent[] = [];
  for (const one of found) events.push(...await ofTranscript(system, one));
  return events;
}

/** The maximum length of a title, in UTF-16 units. */
const TITLE = 160;

async function ofTranscript(
  system: System,
  session: ClientFile,
): Promise<TimelineEvent[]> {
  const { id } = session;
  const course = await readCourse(system, session);
  if (!course) return [];
  const { from, to, title, context, errors } = course;
  return [
    {
      ...PLAIN,
      ...{ at: from, end: to, type: "agent_session", id },
      title: firstLine(title ?? "(no prompt)", TITLE),
      context: [...context],
      command: ["mpm", "replay", id],
    },
    ...errors.map(({ at, text }): TimelineEvent => ({
      ...PLAIN,
      ...{ at, type: "error", id, title: firstLine(text, TITLE) },
      command: ["mpm", "replay", id, "--only", "error"],
    })),
  ];
}

async function commits(
  system: System,
  { git, worktree }: Workspace,
  { since, until, limit }: Wanted,
): Promise<TimelineEvent[]> {
  if (git !== "repository") return [];
  const runner = new Git(system, worktree);
  const range = { since, until, count: limit };
  // There is nothing to log before the first commit.
  const found = await attempt(() => readNewest(runner, range)) ?? [];
  return found.map(({ sha, time, message, author }) => ({
    ...PLAIN,
    at: new Date(time).toISOString(),
    type: "commit",
    id: sha,
    title: message,
    author,
    command: ["git", "show", sha],
  }));
}

/** Operations whose results are already on the timeline. */
const SHOWN = /^(?:pause|branch|return|start|complete|cancel|checkpoint save)$/;

function operations(system: System, { root }: Workspace): TimelineEvent[] {
  const entries = attempt(() => readJournal(system, root)) ?? [];
  return entries.filter(({ own, automatic, operation }) =>
    own && !automatic && !SHOWN.test(operation)
  ).map(({ at, title }) => ({ ...PLAIN, at, type: "operation", title }));
}
