import { isAgentId } from "../base/ids.ts";
import { latestAgentSession } from "../clients/mod.ts";
import { MpmError } from "../base/errors.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";

/** `--agent-session`, the same wherever it is taken. */
export const AGENT_SESSION = {
  type: "string",
  value: "id",
  summary:
    "The Claude Code session; default: this one, or the project's latest",
} as const;

/**
 * Returns the agent's session: the given one, the one mpm runs in, else the
 * latest of this project by the status line or a transcript.
 */
export function sessionOf(
  system: System,
  workspace: Workspace,
  given: string | undefined,
): string | undefined {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `Invalid Claude Code session ID "${given}"`,
      { hint: "Use the UUID that /status shows" },
    );
  }
  return given ?? latestAgentSession(system, workspace);
}
