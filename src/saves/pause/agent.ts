import { isAgentId } from "../../base/ids.ts";
import {
  type AgentWork,
  type Conversation,
  currentAgentSession,
  readAgentFiles,
  readAgentWork,
  savedTasks,
  tasksFromJson,
} from "../../clients/mod.ts";
import type { Context } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import type { Draft } from "../draft.ts";
import type { System } from "../../system/system.ts";
import { quickRoot } from "../../git/mod.ts";

/**
 * The agent's session, given or surrounding, and what its files say. `todos`:
 * its lists, where its conversation was read already.
 */
export function agentOf(
  { system }: Context,
  { given, cwd, todos }: {
    given: string | undefined;
    cwd: string;
    todos?: Conversation["todos"];
  },
): Pick<Draft, "agent" | "work"> {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `Invalid Claude Code session ID "${given}"`,
      {
        hint: "Use the UUID that /status shows and transcripts are named after",
      },
    );
  }
  const sessionId = given ?? currentAgentSession(system);
  if (sessionId === undefined) return { agent: null, work: NO_WORK };
  const work = agentWork(system, { sessionId, cwd, todos });
  return {
    agent: {
      name: "claude-code",
      session_id: sessionId,
      transcript_path: work.transcriptPath,
    },
    work: { todos: work.todos, tasks: work.tasks },
  };
}

/** No lists. */
export const NO_WORK: Draft["work"] = {
  todos: [],
  tasks: { pending: [], inProgress: [], completedCount: 0 },
};

/**
 * The lists of an agent's session; where files and transcript report no tasks,
 * those that hooks kept.
 */
export function agentWork(
  system: System,
  { sessionId, cwd, todos }: {
    sessionId: string;
    cwd: string;
    todos?: Conversation["todos"] | undefined;
  },
): AgentWork {
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
