import { relative } from "@std/path";
import { isAgentId } from "../base/ids.ts";
import type { System } from "../system/system.ts";
import { client as claude } from "./claude/client.ts";
import type { Client, ConversationRequest } from "./client.ts";
import { client as codex } from "./codex/client.ts";
import { client as copilot } from "./copilot/client.ts";
import { client as gemini } from "./gemini/client.ts";
import { client as opencode } from "./opencode/client.ts";

/** Every client, Claude Code first; its parts are loaded on demand. */
export const CLIENTS: readonly Client[] = [
  claude,
  codex,
  gemini,
  opencode,
  copilot,
];

/** Claude Code, which also sends events without a client name. */
export const CLAUDE = claude;

/** Returns the client with that name, or with that name in a save. */
export function clientNamed(name: string): Client | undefined {
  return CLIENTS.find((one) => one.name === name || one.agent === name);
}

/** A session and its client. */
export interface ClientSession {
  readonly client: Client;
  readonly id: string;
}

/** The environment variables that contain the session of a process. */
export const SESSION_VARIABLES: readonly string[] = [
  ...["MPM_AGENT_CLIENT", "MPM_AGENT_SESSION"],
  ...CLIENTS.flatMap(({ variables }) => variables),
];

/** Returns the session that started this process, or an mpm plugin's. */
export function currentSession(system: System): ClientSession | undefined {
  const named = clientNamed(system.env("MPM_AGENT_CLIENT") ?? "");
  const given = system.env("MPM_AGENT_SESSION");
  if (named && isAgentId(given)) {
    return { client: named, id: given };
  }
  for (const client of CLIENTS) {
    const id = client.current ? client.current(system) : idIn(system, client);
    if (id !== undefined) return { client, id };
  }
  return undefined;
}

function idIn(system: System, { variables }: Client): string | undefined {
  const last = variables.at(-1);
  const id = last && system.env(last);
  const own = variables.slice(0, -1).every((name) => system.env(name) === "1");
  return own && isAgentId(id) ? id : undefined;
}

/** Returns the ID of that session, for any client. */
export function currentAgentSession(system: System): string | undefined {
  return currentSession(system)?.id;
}

/**
 * Returns the client of a session: the client in which this process runs, or
 * the client whose folder or store has the session. The default is Claude Code.
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
