import { clientNamed } from "../clients/mod.ts";
import { isAgentId } from "../base/ids.ts";
import type { Agent } from "./save.ts";
import type { Origin } from "./trust/origins.ts";

/** Returns the agent's command to continue; null for someone else's save. */
export function agentCommand(
  agent: Pick<Agent, "name" | "session_id"> | null | undefined,
  origin: Origin | null,
): string[] | null {
  if (!agent || !isAgentId(agent.session_id)) return null;
  const client = origin === "own" || origin === "trusted"
    ? clientNamed(agent.name)
    : undefined;
  return client ? [...client.resume(agent.session_id)] : null;
}
