import { attempt } from "../../base/errors.ts";
import { type AgentName, agentNameIn, isSameAgent } from "../../base/names.ts";
import { named } from "../../base/words.ts";
import { readCourse, sessionsIn } from "../../clients/mod.ts";
import { openHandoffs, readDocuments } from "../../documents/mod.ts";
import {
  Git,
  readMadeHere,
  readNewestAnywhere,
  type Workspace,
  worktreesByFiles,
} from "../../git/mod.ts";
import { saidIn, SaveReader } from "../../handoff/mod.ts";
import { isOpenItem, type KeptItem, readItems } from "../../items/mod.ts";
import {
  isLog,
  newestSaves,
  openStore,
  type Save,
  type SaveEntry,
} from "../../saves/mod.ts";
import type { System } from "../../system/system.ts";
import { shownPath } from "../claims/claim.ts";
import { claimsNow } from "../claims/take.ts";
import { type Actor, personHere, UNNAMED } from "../names.ts";
import { readPresence } from "../presence.ts";
import {
  type Fact,
  type FileUse,
  keyOf,
  type StandupSources,
  type Waiting,
} from "./standup.ts";

/**
 * The maximum numbers of saves, commits and transcripts to read, the newest
 * first.
 */
const MOST_SAVES = 200;
const MOST_COMMITS = 500;
const MOST_TRANSCRIPTS = 50;

/** The maximum number of files named for an agent without any other entry. */
const FILES = 5;

/**
 * The maximum number of files in a commit that counts as work on its files. A
 * change to all files is not work on each.
 */
const MOST_FILES = 200;

/** Reads what agents and people have done in all worktrees since a time. */
export async function gather(
  system: System,
  workspace: Workspace,
  since: number,
): Promise<StandupSources & { warnings: string[] }> {
  const me = await personHere(system, workspace);
  const worktrees = worktreesByFiles(system, workspace.root);
  const agents = new Map<string, AgentName>();
  const place = { system, workspace, worktrees };
  const whole = { ...place, since, me, agents, warnings: [] };
  const saves = await ofSaves(whole);
  const parts: Part[] = [
    saves,
    ofItems(whole, saves.facts),
    await ofCommits(whole),
    ofHandoffs(whole),
    await ofClaims(whole),
  ];
  const facts = parts.flatMap(({ facts = [] }) => facts);
  const busy = new Set(
    facts.filter(({ kind }) => kind === "done").map(({ actor }) =>
      keyOf(actor)
    ),
  );
  return {
    facts: [
      ...facts,
      ...saves.changes.filter((one) => !busy.has(keyOf(one.actor))),
    ],
    uses: parts.flatMap(({ uses = [] }) => uses),
    waiting: parts.flatMap(({ waiting = [] }) => waiting),
    warnings: whole.warnings,
  };
}

/** The inputs for reading each source. */
interface Asked {
  readonly system: System;
  readonly workspace: Workspace;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** The person who asks. */
  readonly me: Actor;
  /** Absolute. */
  readonly worktrees: readonly string[];
  /** The agent names by session, as recorded in saves. */
  readonly agents: Map<string, AgentName>;
  /** Notes about what could not be read. */
  readonly warnings: string[];
}

type Part = Partial<StandupSources>;

/** Returns the agent of a session, with its name if known. */
function agentOf(
  { system, workspace: { root }, agents }: Asked,
  session: string,
): Actor {
  const name = readPresence(system, { id: session, root }).agent;
  const agent = agentNameIn(name ?? "") ?? agents.get(session) ?? UNNAMED;
  return { kind: "agent", ...agent };
}

function personNamed(name: string): Actor {
  return { kind: "person", name, key: name.toLowerCase() };
}

/** Returns who made a save. The session records the name of its agent. */
function makerOf(
  asked: Asked,
  { agent: session, agentName: name, author }: SaveEntry,
): Actor {
  const agent = agentNameIn(name ?? "");
  if (session === null) {
    return agent
      ? { kind: "agent", ...agent }
      : author === null
      ? asked.me
      : personNamed(author);
  }
  if (agent && !asked.agents.has(session)) asked.agents.set(session, agent);
  return agentOf(asked, session);
}

/**
 * Reads saves. `changes`: the files of each agent session, used for a session
 * without other entries.
 */
async function ofSaves(
  asked: Asked,
): Promise<{ facts: Fact[]; uses: FileUse[]; changes: Fact[] }> {
  const { system, workspace: { root }, since, warnings } = asked;
  const facts: Fact[] = [];
  const uses: FileUse[] = [];
  const changes = new Map<string, Fact>();
  const reader = new SaveReader(system);
  const planned = new Set<string>();
  let read = 0;
  await openStore(system, root);
  for await (const entry of newestSaves(system, root)) {
    if (isLog(entry) || Date.parse(entry.pausedAt) < since) break;
    if (++read > MOST_SAVES) {
      warnings.push(`mpm read only the newest ${MOST_SAVES} saves`);
      break;
    }
    const save = await reader.read(entry);
    if (!save) continue;
    const actor = makerOf(asked, entry);
    // Older saves list earlier plans.
    const line = `${actor.kind} ${actor.key} ${entry.worktree}`;
    const newest = !planned.has(line);
    planned.add(line);
    facts.push(...saidBy(save, { actor, since, newest }));
    const files = filesOf(save, { actor, since });
    uses.push(...files);
    const session = entry.agent ?? entry.id;
    if (actor.kind !== "agent" || files.length === 0) continue;
    if (changes.has(session)) continue;
    changes.set(session, {
      ...{ actor, kind: "done", source: "save", id: save.session_id },
      text: `Changed ${named(files.map(({ path }) => path).sort(), FILES)}`,
      at: entry.pausedAt,
    });
  }
  warnings.push(...reader.notes());
  return { facts, uses, changes: [...changes.values()] };
}

function saidBy(
  save: Save,
  { actor, since, newest }: { actor: Actor; since: number; newest: boolean },
): Fact[] {
  return saidIn(save).flatMap(({ topic, label, text, at, closed }) => {
    const kind = topic === "done" && label !== "Commit" && at >= since
      ? "done" as const
      : topic !== "state" || closed || !newest
      ? undefined
      : label === "Blocked by"
      ? "blocked" as const
      : label === "Next" || label === "In progress"
      ? "next" as const
      : undefined;
    const time = new Date(at).toISOString();
    return kind === undefined ? [] : [{
      ...{ actor, kind, text, source: "save" as const, at: time },
      id: save.session_id,
    }];
  });
}

/**
 * Returns the files that the save's conversation changed; for a person, the
 * uncommitted files.
 */
function filesOf(
  save: Save,
  { actor, since }: { actor: Actor; since: number },
): FileUse[] {
  const paths = actor.kind === "person"
    ? save.mpm?.files.map(({ path }) => path) ?? []
    : (save.mpm?.handoff?.files ?? [])
      .filter(({ how, at }) => how !== "read" && Date.parse(at) >= since)
      .map(({ path }) => path);
  return paths.map((path) => ({ actor, path, how: "changed" }));
}

/**
 * Reads the items of the project. A plan in a save does not count if its item
 * is closed.
 */
function ofItems(asked: Asked, saved: Fact[]): Part {
  const { system, workspace: { root }, since, me, warnings } = asked;
  const kept = attempt(() => readItems(system, root));
  if (!kept) return {};
  warnings.push(...kept.problems);
  const known = new Set(kept.items.map(({ text }) => text.trim()));
  for (let at = saved.length - 1; at >= 0; at--) {
    const { kind, text } = saved[at]!;
    if (kind !== "done" && known.has(text.trim())) saved.splice(at, 1);
  }
  const facts = kept.items.flatMap((item): Fact[] => {
    const kind = kindOf(item, since);
    if (!kind) return [];
    const { id, text, agent, at, closed_at } = item;
    const actor = agent === undefined ? me : agentOf(asked, agent);
    return [{
      ...{ actor, kind, text, id, source: "item" },
      at: kind === "done" ? closed_at ?? at : at,
    }];
  });
  return { facts };
}

function kindOf(item: KeptItem, since: number): Fact["kind"] | undefined {
  const { kind, state, at, closed_at } = item;
  if (isOpenItem(item)) {
    return kind === "next"
      ? "next"
      : kind === "blocker" || kind === "question"
      ? "blocked"
      : undefined;
  }
  const isDone = state === "done" && Date.parse(closed_at ?? at) >= since;
  return isDone && (kind === "next" || kind === "done") ? "done" : undefined;
}

/**
 * Reads commits, attributed to their authors or to the agent whose session made
 * them.
 */
async function ofCommits(asked: Asked): Promise<Part> {
  const { system, workspace, since, warnings } = asked;
  if (workspace.git !== "repository") return {};
  const git = new Git(system, workspace.worktree);
  const found =
    await attempt(() =>
      readNewestAnywhere(git, { since, count: MOST_COMMITS })
    ) ?? [];
  if (found.length >= MOST_COMMITS) {
    warnings.push(`mpm read only the newest ${MOST_COMMITS} commits`);
  }
  const makers = found.length === 0 ? undefined : await sessionsAt(asked);
  const facts: Fact[] = [];
  const uses: FileUse[] = [];
  for (const { commit, files } of found) {
    const { sha, author, message, time } = commit;
    const session = makers?.(sha, time);
    const actor = session === undefined
      ? personNamed(author)
      : agentOf(asked, session);
    facts.push({
      ...{ actor, kind: "done", text: message, source: "commit", id: sha },
      at: new Date(time).toISOString(),
    });
    if (files.length > MOST_FILES) continue;
    for (const path of files) uses.push({ actor, path, how: "changed" });
  }
  return { facts, uses };
}

/** The maximum time from a session's last line to a commit, in milliseconds. */
const LATE = 60_000;

/**
 * Returns a function that finds the agent session that made a commit: the only
 * session active in the commit's worktree at that time.
 */
async function sessionsAt(
  { system, since, worktrees }: Asked,
): Promise<(sha: string, time: number) => string | undefined> {
  const made = new Map<string, string>();
  const spans: { id: string; worktree: string; from: number; to: number }[] =
    [];
  for (const worktree of worktrees) {
    const recent = (await sessionsIn(system, [worktree]))
      .filter(({ time }) => time >= since).slice(0, MOST_TRANSCRIPTS);
    if (recent.length === 0) continue;
    for (const session of recent) {
      const { id } = session;
      const course = await readCourse(system, session);
      if (!course) continue;
      const [from, to] = [Date.parse(course.from), Date.parse(course.to)];
      spans.push({ id, worktree, from, to: to + LATE });
    }
    const shas = await attempt(() => readMadeHere(new Git(system, worktree)));
    for (const sha of shas ?? []) made.set(sha, worktree);
  }
  return (sha, time) => {
    const worktree = made.get(sha);
    const ids = new Set(
      spans.filter((one) =>
        one.worktree === worktree && one.from <= time && time <= one.to
      ).map(({ id }) => id),
    );
    return ids.size === 1 ? [...ids][0] : undefined;
  };
}

/** Reads the paths that are claimed now, relative to their worktrees. */
async function ofClaims({ system, workspace }: Asked): Promise<Part> {
  const held = await claimsNow(system, workspace.root);
  const uses = held.map(({ claim }): FileUse => {
    const { kind, name, key } = claim.holder;
    const path = shownPath(claim);
    return { actor: { kind, name, key }, path, how: "claimed" };
  });
  return { uses };
}

/** Reads the hand-offs that wait for an answer, and the answered hand-offs. */
function ofHandoffs({ system, workspace, since, me, warnings }: Asked): Part {
  const documents = readDocuments(system, workspace);
  warnings.push(...documents.problems);
  const waiting = openHandoffs(documents).flatMap((
    { to, ...one },
  ): Waiting[] => {
    if (isSameAgent(me.name, to)) return [{ actor: me, ...one }];
    const agent = agentNameIn(to);
    return agent ? [{ actor: { kind: "agent", ...agent }, ...one }] : [];
  });
  const facts = documents.all.flatMap(({ id, standing }) =>
    standing.history.filter(({ at }) => Date.parse(at) >= since)
      .flatMap(({ by, person, state, reason, at }): Fact[] => {
        const agent = agentNameIn(by);
        const actor = person || !agent
          ? personNamed(by)
          : { kind: "agent" as const, ...agent };
        const text = `Hand-off ${id}: ${state}${reason ? ` (${reason})` : ""}`;
        return [{ actor, kind: "done", text, source: "handoff", id, at }];
      })
  );
  return { facts, waiting };
}
