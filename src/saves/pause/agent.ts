import { isAgentId } from "../../base/ids.ts";
import {
  type AgentWork,
  CLAUDE,
  type Client,
  clientOf,
  type ClientSession,
  type Conversation,
  currentSession,
  readAgentFiles,
  readAgentWork,
  readConversation,
  savedTasks,
  tasksFromJson,
} from "../../clients/mod.ts";
import type { Context } from "../../cli/mod.ts";
import type { Config } from "../../config/mod.ts";
import { MpmError } from "../../base/errors.ts";
import type { Draft } from "../draft.ts";
import type { System } from "../../system/system.ts";
import { quickRoot } from "../../git/mod.ts";

/**
 * Returns the agent's session, given or current, with its lists. `client`: that
 * of the given session. `todos`: its lists, if already read. Throws USAGE for an
 * invalid ID.
 */
export async function agentOf(
  { system }: Context,
  { given, client, cwd, todos, config }: {
    given: string | undefined;
    config: Config;
    client?: Client;
    cwd: string;
    todos?: Conversation["todos"];
  },
): Promise<Pick<Draft, "agent" | "work">> {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `Invalid agent session ID "${given}"`,
      { hint: "Use the ID that the client shows, e.g. with /status" },
    );
  }
  const session = given === undefined ? currentSession(system) : {
    client: client ?? await clientOf(system, { sessionId: given, cwd }),
    id: given,
  };
  if (session === undefined) return { agent: null, work: NO_WORK };
  const work = await agentWork(system, { session, cwd, todos, config });
  return {
    agent: {
      name: session.client.agent,
      session_id: session.id,
      transcript_path: work.transcriptPath,
    },
    work: { todos: work.todos, tasks: work.tasks },
  };
}

/** No lists. */
export const NO_WORK = {
  todos: [],
  tasks: { pending: [], inProgress: [], completedCount: 0 },
} satisfies Draft["work"];

/**
 * Returns the lists of an agent's session, if the settings do not exclude them.
 * If files and transcript have no tasks, uses the lists kept by hooks.
 */
export async function agentWork(
  system: System,
  { config, ...asked }: ListsOf & { config: Config },
): Promise<AgentWork> {
  const work = await listsOf(system, asked);
  return config["handoff.tasks"] ? work : { ...work, ...NO_WORK, done: [] };
}

interface ListsOf {
  readonly session: ClientSession;
  readonly cwd: string;
  readonly todos?: Conversation["todos"] | undefined;
}

async function listsOf(
  system: System,
  { session: { client, id: sessionId }, cwd, todos }: ListsOf,
): Promise<AgentWork> {
  if (client !== CLAUDE) {
    // Other clients keep their lists only in the transcript.
    const session = { sessionId, cwd };
    const path = await (await client.store()).find(system, session);
    const request = { ...session, root: undefined };
    const known = todos ??
      (await readConversation(system, client, request)).todos;
    const work = readAgentWork(system, session, known);
    return { ...work, transcriptPath: path ?? null };
  }
  const found = readAgentWork(system, { sessionId, cwd }, todos);
  if (todos) return found;
  const { pending, inProgress, completedCount } = found.tasks;
  if (pending.length + inProgress.length + completedCount > 0) return found;
  const session = { id: sessionId, root: quickRoot(system, cwd) };
  const [kept] = readAgentFiles(system, session, "tasks");
  if (kept === undefined) return found;
  const tasks = tasksFromJson(kept);
  return {
    ...found,
    tasks: savedTasks(tasks),
    done: tasks.filter(({ completed }) => completed)
      .map(({ subject }) => subject),
  };
}
