import { currentAgentSession, isAgentId } from "../claude/home.ts";
import { readAgentWork } from "../claude/tasks.ts";
import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import type { Draft } from "../session/draft.ts";

/** The agent's session, given or surrounding, and what its files say. */
export function agentOf(
  { system }: Context,
  { given, cwd }: { given: string | undefined; cwd: string },
): Pick<Draft, "agent" | "work"> {
  if (given !== undefined && !isAgentId(given)) {
    throw new MpmError(
      "USAGE",
      `"${given}" is no id of a Claude Code session`,
      {
        hint:
          "It is the UUID that /status shows and transcripts are named after",
      },
    );
  }
  const sessionId = given ?? currentAgentSession(system);
  if (sessionId === undefined) return { agent: null, work: NO_WORK };
  const { todos, tasks, transcriptPath } = readAgentWork(system, {
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

const NO_WORK: Draft["work"] = {
  todos: [],
  tasks: { pending: [], inProgress: [], completedCount: 0 },
};
