import { findTranscript, isFile } from "./claude/transcript.ts";
import { readTranscriptGauge } from "./claude/transcript_gauge.ts";
import {
  levelsFromJson,
  newestStatus,
  type StatusRecord,
} from "./agent_records.ts";
import { type Gauge, gaugeOf, type GaugeRules } from "./gauge.ts";
import type { Config } from "../config/settings.ts";
import {
  advance,
  type Level,
  type LevelState,
  type Thresholds,
} from "./thresholds.ts";
import {
  type AgentSession,
  changeAgentFile,
  readAgentFiles,
} from "./agent_state.ts";
import type { System } from "../system/system.ts";

/** An agent's session whose context is looked at. */
export interface Watched extends AgentSession {
  /** Where the session works: its transcript is looked for by it. */
  readonly cwd: string;
  /** As a hook is told; else the status line's word, else it is looked for. */
  readonly transcriptPath: string | undefined;
}

/** What is known of a session's context. */
export interface Watch {
  readonly gauge: Gauge;
  readonly status: StatusRecord | undefined;
  readonly transcriptPath: string | undefined;
}

/**
 * Reads the gauge of a session. Whatever is odd or missing is unknown. An event
 * of a sub-agent tells nothing of it: that has a context of its own.
 */
export function readGauge(
  system: System,
  { config, ...watched }: Watched & { config: Config },
): Watch {
  const status = newestStatus(readAgentFiles(system, watched, "status"));
  const transcriptPath = transcriptOf(system, watched, status);
  const transcript = transcriptPath === undefined
    ? undefined
    : readTranscriptGauge(system, transcriptPath);
  const gauge = gaugeOf({ status: status?.reading, transcript }, {
    rules: gaugeRules(system, config),
    now: system.now(),
  });
  return { gauge, status, transcriptPath };
}

function transcriptOf(
  system: System,
  { id, cwd, transcriptPath }: Watched,
  status: StatusRecord | undefined,
): string | undefined {
  for (const path of [transcriptPath, status?.transcriptPath]) {
    if (path !== undefined && isFile(system, path)) return path;
  }
  return findTranscript(system, { sessionId: id, cwd });
}

/** The smallest window that Claude Code takes for compacting. */
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

/** What is remembered of the levels of a session. */
export function readLevels(system: System, session: AgentSession): LevelState {
  return levelsFromJson(readAgentFiles(system, session, "levels")[0]);
}

/**
 * Takes a reading into what is remembered. The level that was crossed comes back
 * to one caller only, however many see the same reading at once, and to none
 * where it cannot be remembered.
 */
export async function crossLevels(
  system: System,
  session: AgentSession,
  { gauge, thresholds }: { gauge: Gauge; thresholds: Thresholds },
): Promise<Exclude<Level, "normal"> | null> {
  const reading = { gauge, thresholds, now: system.now() };
  const present = readLevels(system, session);
  // Most readings change nothing: no lock is taken for them.
  if (advance(present, reading).state === present) return null;
  return await changeLevels(system, session, (state) => advance(state, reading))
    .then((change) => {
      const crossed = change?.crossed ?? null;
      return crossed === "normal" ? null : crossed;
    });
}

/** Changes what is remembered, under its lock; `undefined`: it was not. */
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
