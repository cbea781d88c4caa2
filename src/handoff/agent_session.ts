import { isAgentId } from "../base/ids.ts";
import {
  clientOf,
  type ClientSession,
  latestAgentSession,
} from "../clients/mod.ts";
import { MpmError } from "../base/errors.ts";
import type { Workspace } from "../git/mod.ts";
import type { System } from "../system/system.ts";

/** `--agent-session`, with the same meaning in every command. */
export const AGENT_SESSION = {
  type: "string",
  value: "id",
  summary:
    "The agent session; default: the current session, or the project's latest",
} as const;

/**
 * Returns the agent's session: the given one, the current one, or else this
 * project's latest session according to the status line or a transcript. Throws
 * USAGE for an invalid ID.
 */
export async function sessionOf(
  system: System,
  workspace: Workspace,
  given: string | undefined,
): Promise<ClientSession | undefined> {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `Invalid agent session ID "${given}"`,
      { hint: "Use the ID that the client shows, e.g. with /status" },
    );
  }
  if (given === undefined) return await latestAgentSession(system, workspace);
  const { cwd } = workspace;
  const client = await clientOf(system, { sessionId: given, cwd });
  return { client, id: given };
}
