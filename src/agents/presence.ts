import { agentNameIn } from "../base/names.ts";
import { field, textField } from "../base/parsed_values.ts";
import { COUNT, fits, type Fitting, object, TEXT } from "../base/shape.ts";
import {
  type AgentSession,
  changeAgentFile,
  CLAUDE,
  type Client,
  clientNamed,
  type HookInput,
  listAgentFiles,
  readAgentFiles,
  removeAgentFile,
  writeAgentFile,
} from "../clients/mod.ts";
import { callingProgram, readHolders, readMachine } from "../git/mod.ts";
import type { System } from "../system/system.ts";
import { agentOfEvent } from "./names.ts";

/** An agent session that works in this project, as reported by its hooks. */
export interface Presence {
  /** The name of its agent; null: no name. */
  readonly agent: string | null;
  /** The top folder of the worktree in which it began, absolute. */
  readonly worktree: string | null;
  /** The time when it began, ISO 8601. */
  readonly since: string | null;
  readonly subagents: readonly Subagent[];
  /** The client's process; null: unknown, or the client records it itself. */
  readonly process: ClientProcess | null;
}

/** `client`: the client's name. */
const PROCESS = object({
  ...{ client: TEXT, pid: COUNT, start: TEXT, namespace: TEXT },
});
type ClientProcess = Fitting<typeof PROCESS>;

export interface Subagent {
  /** The ID given by its client. */
  readonly id: string;
  /** Its type; null if the type is not a valid name. */
  readonly name: string | null;
  /** The time when it began, ISO 8601. */
  readonly since: string;
}

/**
 * The maximum number of sub-agents remembered for a session; each is removed
 * when it stops.
 */
const MOST = 100;

/** The maximum length of an ID, in characters. */
const LONGEST_ID = 100;

/** Records that a session works in a worktree. */
export async function noteSession(
  system: System,
  { session, input, worktree, client }: {
    session: AgentSession;
    input: HookInput;
    worktree: string;
    client: Client;
  },
): Promise<void> {
  // A compaction may happen while sub-agents work.
  if (input.text("source") === "compact") return;
  // Claude Code keeps a file about its process.
  const found = client === CLAUDE ? undefined : await callingProgram(system);
  const presence: Presence = {
    process: found ? { client: client.name, ...found } : null,
    agent: agentOfEvent(system, input)?.name ?? null,
    worktree,
    since: system.now().toISOString(),
    subagents: [],
  };
  const value = { version: 1, ...presence };
  writeAgentFile(system, session, { file: "presence", value });
}

/** Forgets a session that has ended. */
export function forgetSession(system: System, session: AgentSession): void {
  removeAgentFile(system, session, "presence");
}

/** Records that a sub-agent began or stopped. */
export async function noteSubagent(
  system: System,
  { session, input, began }: {
    session: AgentSession;
    input: HookInput;
    began: boolean;
  },
): Promise<void> {
  const id = input.text("agent_id")?.slice(0, LONGEST_ID);
  if (id === undefined) return;
  await changeAgentFile(system, session, {
    file: "presence",
    change(value) {
      const before = presenceFromJson(value);
      const others = before.subagents.filter((one) => one.id !== id);
      if (!began && others.length === before.subagents.length) return undefined;
      const name = agentOfEvent(system, input)?.name ?? null;
      const one = { id, name, since: system.now().toISOString() };
      const subagents = began ? [...others, one].slice(-MOST) : others;
      return { version: 1, ...before, subagents };
    },
  });
}

/**
 * Returns what a session's hooks reported about it; empty if they reported
 * nothing.
 */
export function readPresence(
  system: System,
  session: AgentSession,
): Presence {
  return presenceFromJson(readAgentFiles(system, session, "presence")[0]);
}

/** Reads a stored value. */
export function presenceFromJson(value: unknown): Presence {
  const subagents = field(value, "subagents");
  return {
    agent: nameIn(textField(value, "agent")),
    worktree: textField(value, "worktree") ?? null,
    since: textField(value, "since") ?? null,
    process: processIn(field(value, "process")),
    subagents: (Array.isArray(subagents) ? subagents : []).slice(-MOST)
      .map((one) => ({
        id: textField(one, "id") ?? "",
        name: nameIn(textField(one, "name")),
        since: textField(one, "since") ?? "",
      })),
  };
}

function nameIn(text: string | undefined): string | null {
  return agentNameIn(text ?? "")?.name ?? null;
}

function processIn(value: unknown): ClientProcess | null {
  return fits(PROCESS, value) && value.pid > 1 ? value : null;
}

/** A session of any client that was killed. */
export interface KilledSession {
  readonly client: Client;
  readonly sessionId: string;
  /** The client may not have written this file yet. */
  readonly transcriptPath: string | undefined;
}

/** The maximum number of sessions whose processes are checked. */
const MOST_KILLED = 50;

/**
 * Finds sessions that began in `folders` and did not end, but whose client
 * process is gone. Sessions of Claude Code are left out. Only Linux shows
 * processes.
 */
export async function killedSessions(
  system: System,
  { root, folders, except }: {
    root: string;
    folders: readonly string[];
    /** The session that asks; it is left out. */
    except: string;
  },
): Promise<KilledSession[]> {
  const kept = listAgentFiles(system, root, "presence")
    .flatMap(({ id, value }) => {
      const { worktree: cwd, process } = presenceFromJson(value);
      const counts = id !== except && cwd !== null && folders.includes(cwd);
      return counts && process ? [{ id, cwd, ...process }] : [];
    }).slice(-MOST_KILLED);
  const states = await readHolders(system, kept);
  const dead = kept.filter((_, at) => states[at] === "dead");
  if (dead.length === 0) return [];
  // A process in another container seems dead from here.
  const { namespace } = await readMachine(system);
  const found = dead.filter((one) => one.namespace === namespace)
    .map(async ({ id: sessionId, cwd, client: name }) => {
      const client = clientNamed(name);
      const store = await client?.store();
      const transcriptPath = await store?.find(system, { sessionId, cwd });
      return client ? [{ client, sessionId, transcriptPath }] : [];
    });
  return (await Promise.all(found)).flat();
}
