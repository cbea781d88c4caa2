import { isAgentId } from "../../../base/ids.ts";
import type { System } from "../../../system/system.ts";
import { readAgentFiles } from "../../agent_state.ts";
import type { Todoed } from "../../conversation.ts";
import {
  type AgentTask,
  historyOf,
  readTaskFiles,
  tasksFromJson,
} from "../tasks.ts";
import type { Transcript } from "./lines.ts";

/** Returns tasks and todos, from files, the transcript or hooks. */
export function readTodos(
  system: System,
  { sessionId, root, main }: {
    sessionId: string;
    root: string | undefined;
    /** Absent: no transcript was found. */
    main?: Transcript;
  },
): Todoed[] {
  const values = main?.notable.map(({ value }) => value) ?? [];
  const history = historyOf(values.reverse());
  const files = readTaskFiles(system, sessionId);
  // Lines written by the client itself may follow.
  const last = main?.lines.findLast(({ type }) => type === "assistant") ??
    main?.lines.at(-1);
  const at = last?.at || system.now().toISOString();
  const todos = (history.todos ?? []).map(({ content, status }) => ({
    key: `todo ${content.trim().replaceAll(/\s+/g, " ").toLowerCase()}`,
    text: content,
    description: "",
    state: stateOf(status),
    at,
    blockedBy: [],
  }));
  return [
    ...tasksOf(
      files.length > 0 ? merged(files, history.tasks) : history.tasks,
      at,
    ),
    ...todos,
    ...files.length + history.tasks.length === 0
      ? keptTasks(system, { id: sessionId, root }, at)
      : [],
  ];
}

/** A deleted task no longer has a file. */
function merged(
  files: readonly AgentTask[],
  mentioned: readonly AgentTask[],
): AgentTask[] {
  const ids = new Set(files.map(({ id }) => id));
  const gone = mentioned.filter(({ id, status }) =>
    status === "deleted" && !ids.has(id)
  );
  return [...files, ...gone];
}

function tasksOf(tasks: readonly AgentTask[], at: string): Todoed[] {
  const open = new Map(
    tasks.filter(({ status }) => ["open", "doing"].includes(stateOf(status)))
      .map(({ id, subject }) => [id, subject]),
  );
  return tasks.map(({ id, subject, description, status, blockedBy }) => ({
    key: `task ${id}`,
    text: subject,
    description,
    state: stateOf(status),
    at,
    // A completed task stays in the `blockedBy` lists of other tasks.
    blockedBy: [...new Set(blockedBy)].flatMap((one) => open.get(one) ?? []),
  }));
}

function stateOf(status: string): Todoed["state"] {
  if (status === "completed") return "done";
  if (status === "in_progress") return "doing";
  return status === "deleted" ? "dropped" : "open";
}

function keptTasks(
  system: System,
  session: { id: string; root: string | undefined },
  at: string,
): Todoed[] {
  if (!isAgentId(session.id)) return [];
  return tasksFromJson(readAgentFiles(system, session, "tasks")[0])
    .map(({ id, subject, description, completed }) => ({
      key: `task ${id}`,
      text: subject,
      description,
      state: completed ? "done" : "open",
      at,
      blockedBy: [],
    }));
}
