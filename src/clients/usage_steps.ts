import { type Gauge, isKnown } from "./gauge.ts";
import type { Config } from "../config/settings.ts";
import {
  type ContextUsage,
  readContextUsage,
  UNKNOWN_USAGE,
} from "./context_usage.ts";
import type { System } from "../system/system.ts";
import { readGauge } from "./gauge_steps.ts";

/**
 * Returns how full the context of an agent session is, as a save records it:
 * by the gauge, else by what claude-mpm counted.
 */
export function contextUsage(
  system: System,
  { agent, config, root, cwd }: {
    agent: { session_id: string; transcript_path: string | null } | null;
    config: Config;
    root: string;
    cwd: string;
  },
): ContextUsage {
  if (agent === null) return UNKNOWN_USAGE;
  const { session_id: id, transcript_path: path } = agent;
  const transcriptPath = path ?? undefined;
  const watched = { id, root, cwd, transcriptPath, config };
  const { gauge } = readGauge(system, watched);
  return isKnown(gauge) ? usageOf(gauge) : readContextUsage(system, root, id);
}

/** Returns a reading of the gauge as a save records it. */
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
