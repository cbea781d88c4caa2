import { relative } from "@std/path";
import { isAgentId } from "../base/ids.ts";
import type { System } from "../system/system.ts";
import { client as claude } from "./claude/client.ts";
import type { Client, ConversationRequest } from "./client.ts";
import { client as codex } from "./codex/client.ts";
import { client as copilot } from "./copilot/client.ts";
import { client as gemini } from "./gemini/client.ts";
import { client as opencode } from "./opencode/client.ts";

/**
 * Every client that mpm knows, Claude Code first. The parts of each are loaded
 * on demand.
 */
export const CLIENTS: readonly Client[] = [
  claude,
  codex,
  gemini,
  opencode,
  copilot,
];

/** Claude Code, which events without a client come from. */
export const CLAUDE = claude;

/** Returns the client of that name, by its own or by that in saves. */
export function clientNamed(name: string): Client | undefined {
  return CLIENTS.find((one) => one.name === name || one.agent === name);
}

/** A session and the client that it is of. */
export interface ClientSession {
  readonly client: Client;
  readonly id: string;
}

/** The variables with the session that a process was started in. */
export const SESSION_VARIABLES: readonly string[] = [
  ...["MPM_AGENT_CLIENT", "MPM_AGENT_SESSION"],
  ...CLIENTS.flatMap(({ variables }) => variables),
];

/**
 * Returns the session that this process was started in, by its environment. The
 * plugin of a client without such variables sets two for mpm.
 */
export function currentSession(system: System): ClientSession | undefined {
  const named = clientNamed(system.env("MPM_AGENT_CLIENT") ?? "");
  const given = system.env("MPM_AGENT_SESSION");
  if (named && isAgentId(given)) {
    return { client: named, id: given };
  }
  for (const client of CLIENTS) {
    const id = client.current(system);
    if (id !== undefined) return { client, id };
  }
  return undefined;
}

/** Returns the id of that session, whatever client it is of. */
export function currentAgentSession(system: System): string | undefined {
  return currentSession(system)?.id;
}

/**
 * Returns the client that a session is of. That is the one this process runs in,
 * the one whose folder has its file, or the one whose store has it. Claude Code
 * if nothing tells.
 */
export async function clientOf(
  system: System,
  { sessionId, cwd, transcriptPath: path }: Pick<
    ConversationRequest,
    "sessionId" | "cwd" | "transcriptPath"
  >,
): Promise<Client> {
  const here = currentSession(system);
  if (here?.id === sessionId) return here.client;
  const owner = path === undefined
    ? undefined
    : CLIENTS.find((one) => isBelow(one.home(system), path));
  if (owner) return owner;
  for (const client of CLIENTS) {
    const store = await client.store();
    if (await store.find(system, { sessionId, cwd })) return client;
  }
  return CLAUDE;
}

function isBelow(folder: string | undefined, path: string): boolean {
  return folder !== undefined && !/^(\.\.|$)/.test(relative(folder, path));
}
