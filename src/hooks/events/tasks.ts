import { tasksFromJson, withTask } from "../../clients/claude/tasks.ts";
import { changeAgentFile } from "../../clients/agent_state.ts";
import { redactorOf } from "../../secrets/redaction.ts";
import type { Handler } from "./world.ts";

/** Keeps the agent's tasks, whose files and transcript may be gone later. */
export const onTask: Handler = async (world) => {
  const { context: { system }, input, session, event, invited } = world;
  const id = input.text("task_id") ?? input.value("task_id");
  const subject = input.text("task_subject");
  if (!invited || subject === undefined) return {};
  if (typeof id !== "string" && typeof id !== "number") return {};
  await changeAgentFile(system, session, {
    file: "tasks",
    change: (value) => ({
      version: 1,
      tasks: withTask(tasksFromJson(value), {
        id: String(id),
        subject,
        description: input.text("task_description") ?? "",
        completed: event === "TaskCompleted",
      }, redactorOf(system)),
    }),
  });
  return {};
};
