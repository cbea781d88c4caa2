import { join } from "../base/join.ts";
import { field, listIn, textField } from "../base/parsed_values.ts";
import {
  type AgentSession,
  changeAgentFile,
  listAgentFiles,
  readAgentFiles,
} from "./agent_state.ts";
import {
  clientNamed,
  clientOf,
  CLIENTS,
  type ClientSession,
  currentSession,
} from "./all.ts";
import type { Client } from "./client.ts";
import { isAgentId } from "../base/ids.ts";
import { quickRoot } from "../git/mod.ts";
import {
  countIn,
  type Gauge,
  gaugeOf,
  type GaugeRules,
  isKnown,
  type StatusRecord,
} from "./gauge.ts";
import {
  advance,
  type Level,
  LEVELS,
  type LevelState,
  NO_LEVELS,
  type Thresholds,
} from "./levels.ts";
import type { Config } from "../config/mod.ts";
import { layout, readOwnJson } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { isFile } from "./look.ts";

/** Converts a record to JSON. */
export function statusToJson(record: StatusRecord): Record<string, unknown> {
  const { reading, ...rest } = record;
  return {
    version: 1,
    tokens: reading.tokens ?? null,
    window: reading.window ?? null,
    model: reading.model ?? null,
    time: new Date(reading.time).toISOString(),
    transcript_path: rest.transcriptPath ?? null,
    cwd: rest.cwd ?? null,
    project_dir: rest.projectDir ?? null,
    model_name: rest.modelName ?? null,
    session_name: rest.sessionName ?? null,
  };
}

/** Reads a stored record; `undefined` if it is not valid. */
export function statusFromJson(value: unknown): StatusRecord | undefined {
  const text = (name: string) => textField(value, name);
  const time = Date.parse(text("time") ?? "");
  if (Number.isNaN(time)) return undefined;
  return {
    reading: {
      tokens: countIn(value, "tokens"),
      window: countIn(value, "window"),
      model: text("model"),
      time,
    },
    transcriptPath: text("transcript_path"),
    cwd: text("cwd"),
    projectDir: text("project_dir"),
    modelName: text("model_name"),
    sessionName: text("session_name"),
  };
}

/** Returns the newest of several records. */
export function newestStatus(
  values: readonly unknown[],
): StatusRecord | undefined {
  return values.map(statusFromJson).filter((record) => record !== undefined)
    .sort((a, b) => b.reading.time - a.reading.time)[0];
}

/** Reads the state of the levels; empty if the file is damaged. */
export function levelsFromJson(value: unknown): LevelState {
  const reached = levelAt(value, "reached");
  if (reached === null) return NO_LEVELS;
  const text = (name: string) => textField(value, name) ?? null;
  return {
    reached,
    acknowledged: levelAt(value, "acknowledged"),
    acknowledged_at: text("acknowledged_at"),
    compaction: text("compaction"),
    crossings: listIn(value, "crossings").filter(isCrossing),
  };
}

function levelAt(value: unknown, name: string): Level | null {
  return LEVELS.find((level) => level === field(value, name)) ?? null;
}

function isCrossing(value: unknown): value is LevelState["crossings"][number] {
  return levelAt(value, "level") !== null &&
    typeof field(value, "at") === "string" &&
    typeof field(value, "tokens") === "number" &&
    typeof field(value, "window") === "number";
}

/** An agent session whose context is watched. */
export interface Watched extends AgentSession {
  /** The client, if known. */
  readonly client?: Client | undefined;
  /** The session's folder, used to find its transcript. */
  readonly cwd: string;
  /** The path from a hook, or the status line, or a search. */
  readonly transcriptPath: string | undefined;
}

/** The known facts about a session's context. */
export interface Watch {
  readonly gauge: Gauge;
  readonly status: StatusRecord | undefined;
  readonly transcriptPath: string | undefined;
}

/**
 * Reads the gauge of a session. Invalid and missing values count as unknown.
 * Events of a sub-agent are ignored, since a sub-agent has its own context.
 */
export async function readGauge(
  system: System,
  { config, ...watched }: Watched & { config: Config },
): Promise<Watch> {
  const status = newestStatus(readAgentFiles(system, watched, "status"));
  const told = [watched.transcriptPath, status?.transcriptPath]
    .find((path) => path !== undefined && isFile(system, path));
  const { id, cwd } = watched;
  const session = { sessionId: id, cwd, transcriptPath: told };
  const client = watched.client ?? await clientOf(system, session);
  const store = await client.store();
  const transcriptPath = told ?? await store.find(system, session);
  const transcript = transcriptPath === undefined
    ? undefined
    : await store.gauge(system, { id, path: transcriptPath });
  const gauge = gaugeOf({ status: status?.reading, transcript }, {
    rules: gaugeRules(system, config),
    now: system.now(),
  });
  return { gauge, status, transcriptPath };
}

/** Returns this process's agent session, or else the project's latest. */
export async function latestAgentSession(
  system: System,
  { root, cwd, worktree }: {
    readonly root: string;
    readonly cwd: string;
    readonly worktree: string;
  },
): Promise<ClientSession | undefined> {
  const current = currentSession(system);
  if (current !== undefined) return current;
  const [claude] = CLIENTS;
  const reported = listAgentFiles(system, root, "status").flatMap((one) => {
    const record = statusFromJson(one.value);
    const folder = record?.projectDir ?? record?.cwd;
    if (!record || folder === undefined || !isAgentId(one.id)) return [];
    if (quickRoot(system, folder) !== root) return [];
    return [{ id: one.id, client: claude!, time: record.reading.time }];
  });
  const folders = [...new Set([cwd, worktree, root])];
  const written = await Promise.all(CLIENTS.map(async (client) => {
    const store = await client.store();
    const found = await Promise.all(
      folders.map((folder) => store.sessionsIn(system, folder)),
    );
    return found.flat().map((one) => ({ ...one, client }));
  }));
  return [...reported, ...written.flat()].sort((a, b) => b.time - a.time)[0];
}

/** The smallest window that Claude Code accepts for compacting. */
const SMALLEST_WINDOW = 100_000;

export function gaugeRules(system: System, config: Config): GaugeRules {
  const given = Number(system.env("CLAUDE_CODE_AUTO_COMPACT_WINDOW"));
  const usable = Number.isInteger(given) && given >= SMALLEST_WINDOW;
  return {
    staleAfter: config["context.stale_after"],
    windows: config["context.windows"],
    compactWindow: usable ? given : undefined,
  };
}

/** Reads the state of the levels of a session. */
export function readLevels(system: System, session: AgentSession): LevelState {
  return levelsFromJson(readAgentFiles(system, session, "levels")[0]);
}

/**
 * Adds a reading to the stored state. A crossed level is reported to only one
 * caller, even if several see the same reading at once. If it cannot be
 * recorded, it is reported to no caller.
 */
export async function crossLevels(
  system: System,
  session: AgentSession,
  { gauge, thresholds }: { gauge: Gauge; thresholds: Thresholds },
): Promise<Exclude<Level, "normal"> | null> {
  const reading = { gauge, thresholds, now: system.now() };
  const present = readLevels(system, session);
  // Most readings change nothing, so they take no lock.
  if (advance(present, reading).state === present) return null;
  const change = await changeLevels(
    system,
    session,
    (state) => advance(state, reading),
  );
  const crossed = change?.crossed ?? null;
  return crossed === "normal" ? null : crossed;
}

/** Changes the state under its lock; `undefined` if that failed. */
export async function changeLevels<T extends { readonly state: LevelState }>(
  system: System,
  session: AgentSession,
  change: (state: LevelState) => T,
): Promise<T | undefined> {
  let changed: T | undefined;
  const kept = await changeAgentFile(system, session, {
    file: "levels",
    change(value) {
      const before = levelsFromJson(value);
      changed = change(before);
      return changed.state === before ? undefined : changed.state;
    },
  });
  return kept ? changed : undefined;
}

/** The window that claude-mpm assumes for its counts, in tokens. */
const BUDGET = 200_000;

/** The context use as recorded in a save. */
export type ContextUsage = {
  tokens_used: number;
  tokens_total: number;
  percentage: number;
  source?: string | null | undefined;
};

/** The neutral value that claude-mpm writes; it has no source. */
export const UNKNOWN_USAGE: ContextUsage = {
  tokens_used: 0,
  tokens_total: BUDGET,
  percentage: 0,
  source: null,
};

/** The maximum size of a file to read, in bytes. */
const LARGEST_COUNT = 1024 * 1024;

/**
 * Returns the counts that claude-mpm's hook made for the agent's session, from
 * `.claude-mpm/state/context-usage.json`. Returns the neutral value if the file
 * is missing, damaged, or about another session.
 */
export function readContextUsage(
  system: System,
  root: string,
  sessionId: string | undefined,
): ContextUsage {
  if (sessionId === undefined) return UNKNOWN_USAGE;
  const path = join(layout(root).state, "context-usage.json");
  const value = readOwnJson(system, path, LARGEST_COUNT);
  if (field(value, "session_id") !== sessionId) return UNKNOWN_USAGE;
  const count = (name: string) => {
    const number = field(value, name);
    return typeof number === "number" && number >= 0 ? number : 0;
  };
  return {
    tokens_used: count("cumulative_input_tokens") +
      count("cumulative_output_tokens"),
    tokens_total: BUDGET,
    percentage: count("percentage_used"),
    source: "claude-mpm",
  };
}

/** Returns the context for a save, from the gauge or claude-mpm. */
export async function contextUsage(
  system: System,
  { agent, config, root, cwd }: {
    agent: {
      name: string;
      session_id: string;
      transcript_path: string | null;
    } | null;
    config: Config;
    root: string;
    cwd: string;
  },
): Promise<ContextUsage> {
  if (agent === null) return UNKNOWN_USAGE;
  const { session_id: id, transcript_path: path } = agent;
  const transcriptPath = path ?? undefined;
  const client = clientNamed(agent.name);
  const watched = { id, client, root, cwd, transcriptPath, config };
  const { gauge } = await readGauge(system, watched);
  return isKnown(gauge) ? usageOf(gauge) : readContextUsage(system, root, id);
}

/** Converts a reading of the gauge to the form recorded in a save. */
export function usageOf(gauge: Gauge): ContextUsage {
  if (!isKnown(gauge)) return UNKNOWN_USAGE;
  const { tokens, window, percentage, source } = gauge;
  return {
    tokens_used: tokens,
    tokens_total: window,
    percentage: Math.round(10 * percentage) / 10,
    source,
  };
}
