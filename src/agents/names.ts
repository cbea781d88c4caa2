import {
  type AgentName,
  agentName,
  agentNameIn,
  agentNameOfType,
} from "../base/names.ts";
import { currentAgentSession, type HookInput } from "../clients/mod.ts";
import { authorOf, readIdentity, type Workspace } from "../git/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";

/** The agent or person that runs a command. A person may have the name of an agent. */
export interface Actor {
  readonly kind: "agent" | "person";
  /** For display, redacted: `Backend`, or `Ada Lovelace`. */
  readonly name: string;
  /** For comparing actors of the same kind. */
  readonly key: string;
}

/** `--agent`, with the same meaning in every command. */
export const AGENT_FLAG = {
  agent: {
    type: "string",
    value: "name",
    summary: "Your name as an agent; default: MPM_AGENT",
  },
} as const;

/** The name for an unnamed agent: the name of its client. */
export const UNNAMED: AgentName = { name: "claude-code", key: "claude-code" };

/**
 * Returns the name of the acting agent: `given` by `--agent`, or else
 * `MPM_AGENT`. Without either, an agent session gets its client's name.
 * `undefined`: a person acts. Throws USAGE for an invalid name.
 */
export function actingAgent(
  system: System,
  given: string | undefined,
): AgentName | undefined {
  if (given !== undefined) return agentName(given, "--agent");
  const named = system.env("MPM_AGENT");
  if (named) return agentName(named, "MPM_AGENT");
  return currentAgentSession(system) === undefined ? undefined : UNNAMED;
}

/** The worktree in which someone acts. */
type Here = Pick<Workspace, "git" | "worktree">;

/** Returns who runs a command. Throws USAGE for an invalid name. */
export async function actorOf(
  system: System,
  workspace: Here,
  given: string | undefined,
): Promise<Actor> {
  const agent = actingAgent(system, given);
  return agent
    ? { kind: "agent", ...agent }
    : await personHere(system, workspace);
}

/**
 * Returns the person in git's configuration here, or else the logged-in user.
 */
export async function personHere(
  system: System,
  workspace: Here,
): Promise<Actor> {
  const author = authorOf(await readIdentity(system, workspace));
  const login = ["USER", "LOGNAME", "USERNAME"]
    .map((name) => system.env(name)).find((name) => name);
  const name = redactorOf(system).text(author ?? login ?? "unknown");
  return { kind: "person", name, key: name.toLowerCase() };
}

/**
 * Returns the name of the agent that an event is about: the sub-agent's type,
 * else `MPM_AGENT`, else the session's own type. `undefined`: the agent has no
 * name. Never throws.
 */
export function agentOfEvent(
  system: System,
  input: HookInput,
): AgentName | undefined {
  const type = input.text("agent_type");
  const typed = type === undefined ? undefined : agentNameOfType(type);
  if (input.subagent && typed) return typed;
  return agentNameIn(system.env("MPM_AGENT") ?? "") ?? typed;
}
