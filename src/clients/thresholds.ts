import type { Gauge } from "./gauge.ts";

/** How full the context is, in the steps that something follows from. */
export const LEVELS = ["normal", "pause", "urgent", "block"] as const;

export type Level = typeof LEVELS[number];

/** The percentages of the window from which each level holds. */
export interface Thresholds {
  readonly pause: number;
  readonly urgent: number;
  readonly block: number;
}

/** What is remembered of an agent's session, so that each crossing is one. */
export interface LevelState {
  /** The highest level that was told of and not left since. */
  readonly reached: Level;
  /** The level that somebody acknowledged; null: not the one reached. */
  readonly acknowledged: Level | null;
  readonly acknowledged_at: string | null;
  /** The last compaction that was seen, by its id. */
  readonly compaction: string | null;
  /** The latest crossings, the last one last. */
  readonly crossings: readonly Crossing[];
}

export interface Crossing {
  readonly level: Level;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tokens: number;
  readonly window: number;
}

export const NO_LEVELS: LevelState = {
  reached: "normal",
  acknowledged: null,
  acknowledged_at: null,
  compaction: null,
  crossings: [],
};

/**
 * Points below a threshold at which it can be crossed again: a figure that
 * swings around it is one crossing.
 */
const REARM = 5;

/** Crossings that are kept. */
const KEPT = 20;

/** The thresholds that are configured. */
export function thresholdsOf(
  config: {
    readonly "context.pause_at": number;
    readonly "context.urgent_at": number;
    readonly "context.block_at": number;
  },
): Thresholds {
  return {
    pause: config["context.pause_at"],
    urgent: config["context.urgent_at"],
    block: config["context.block_at"],
  };
}

/** The level of a gauge: the highest whose percentage is reached, to the token. */
export function levelOf(gauge: Gauge, thresholds: Thresholds): Level {
  const { tokens, window } = gauge;
  if (gauge.unknown !== null || tokens === null || window === null) {
    return "normal";
  }
  return highest((level) => tokens * 100 >= thresholds[level] * window);
}

function highest(holds: (level: Exclude<Level, "normal">) => boolean): Level {
  return (["block", "urgent", "pause"] as const).find(holds) ?? "normal";
}

/**
 * What is remembered after a reading, and the level it crossed, once: it is
 * crossed again only after a compaction, or after the figure was well below it.
 * An unknown gauge changes nothing.
 */
export function advance(
  state: LevelState,
  { gauge, thresholds, now }: {
    gauge: Gauge;
    thresholds: Thresholds;
    now: Date;
  },
): { state: LevelState; crossed: Level | null } {
  const { tokens, window } = gauge;
  if (gauge.unknown !== null || tokens === null || window === null) {
    return { state, crossed: null };
  }
  const before = gauge.compaction !== null &&
      gauge.compaction !== state.compaction
    ? afterCompaction(state, gauge.compaction)
    : state;
  const held = highest((level) =>
    tokens * 100 >= (thresholds[level] - REARM) * window
  );
  const reached = lower(before.reached, held);
  const left = reached === before.reached
    ? before
    : { ...before, ...NOT_ACKNOWLEDGED, reached };
  const level = levelOf(gauge, thresholds);
  if (!isAbove(level, reached)) return { state: left, crossed: null };
  const crossing = { level, at: now.toISOString(), tokens, window };
  return {
    state: {
      ...left,
      ...NOT_ACKNOWLEDGED,
      reached: level,
      crossings: [...left.crossings, crossing].slice(-KEPT),
    },
    crossed: level,
  };
}

const NOT_ACKNOWLEDGED = { acknowledged: null, acknowledged_at: null };

/** What is remembered once the conversation was compacted: no level any more. */
export function afterCompaction(
  state: LevelState,
  compaction: string | null = state.compaction,
): LevelState {
  return { ...state, ...NOT_ACKNOWLEDGED, reached: "normal", compaction };
}

/** Records that somebody has seen the level that is reached. */
export function acknowledge(state: LevelState, now: Date): LevelState {
  if (state.reached === "normal") return state;
  if (state.acknowledged === state.reached) return state;
  return {
    ...state,
    acknowledged: state.reached,
    acknowledged_at: now.toISOString(),
  };
}

export function isAbove(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(other);
}

function lower(a: Level, b: Level): Level {
  return isAbove(a, b) ? b : a;
}
