import { isAgentId } from "../../base/ids.ts";
import {
  type AgentWork,
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

/** The agent's session, given or surrounding, and what its files say. */
export function agentOf(
  { system }: Context,
  { given, cwd }: { given: string | undefined; cwd: string },
): Pick<Draft, "agent" | "work"> {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `"${given}" is not an id of a Claude Code session`,
      {
        hint:
          "It is the UUID that /status shows and transcripts are named after",
      },
    );
  }
  const sessionId = given ?? currentAgentSession(system);
  if (sessionId === undefined) return { agent: null, work: NO_WORK };
  const { todos, tasks, transcriptPath } = agentWork(system, {
    sessionId,
    cwd,
  });
  return {
    agent: {
      name: "claude-code",
      session_id: sessionId,
      transcript_path: transcriptPath,
    },
    work: { todos, tasks },
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
  { sessionId, cwd }: { sessionId: string; cwd: string },
): AgentWork {
  const found = readAgentWork(system, { sessionId, cwd });
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
