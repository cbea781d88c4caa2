import { isAgentId } from "../base/ids.ts";
import type { Agent } from "./save.ts";
import type { Origin } from "./trust/origins.ts";

/**
 * Returns the command that continues the agent's own conversation; null: none is
 * known. A save from someone else names no command to run.
 */
export function agentCommand(
  agent: Pick<Agent, "name" | "session_id"> | null | undefined,
  origin: Origin | null,
): string[] | null {
  const known = agent?.name === "claude-code" && isAgentId(agent.session_id);
  return known && (origin === "own" || origin === "trusted")
    ? ["claude", "--resume", agent.session_id]
    : null;
}
