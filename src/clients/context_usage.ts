import { join } from "@std/path";
import { field } from "../base/odd_values.ts";
import type { System } from "../system/system.ts";
import { layout } from "../ops/layout.ts";
import { readOwnJson } from "../ops/atomic.ts";

/** The window claude-mpm counts against, in tokens. */
const BUDGET = 200_000;

/** How full the context of an agent was, as a save records it. */
export type ContextUsage = {
  tokens_used: number;
  tokens_total: number;
  percentage: number;
  source?: string | null | undefined;
};

/** Nothing is known: the neutral value claude-mpm writes, and no source. */
export const UNKNOWN_USAGE: ContextUsage = {
  tokens_used: 0,
  tokens_total: BUDGET,
  percentage: 0,
  source: null,
};

/** Bytes of the largest file that is read. */
const LIMIT = 1024 * 1024;

/**
 * What claude-mpm's hook counted of the agent's session, in
 * `.claude-mpm/state/context-usage.json`; the neutral value where there is no
 * such file, it is damaged, or it counts another session.
 */
export function readContextUsage(
  system: System,
  root: string,
  sessionId: string | undefined,
): ContextUsage {
  if (sessionId === undefined) return UNKNOWN_USAGE;
  const path = join(layout(root).state, "context-usage.json");
  const value = readOwnJson(system, path, LIMIT);
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
