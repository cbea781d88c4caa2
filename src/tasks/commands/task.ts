import { defineCommand } from "../../cli/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { readDefinition } from "../definition.ts";
import { listDefinitions } from "../definition_file.ts";
import { readView } from "../read.ts";
import { taskRoot } from "../root.ts";
import { tasksText } from "../view/text.ts";

export const task = defineCommand({
  name: "task",
  summary: "List the project's tasks and the latest run of each",
  description: `
A task runs a program or an agent for each item in a list. After a crash, "mpm task resume" continues the run. Each file .claude-mpm/tasks/NAME.yaml defines a task. "mpm help tasks" describes its fields, and docs/tasks.md has examples.`,
  positionals: [],
  flags: {},
  examples: ["mpm task", "mpm task --json"],
  result: async () => (await import("./results.ts")).TasksResult,
  async run(context) {
    const { system } = context;
    const root = taskRoot(context);
    const tasks = await listDefinitions(system, root, {
      kind: "task",
      read: readDefinition,
      view: (run) => readView(system, run),
    });
    return redactorOf(system).value({
      at: system.now().toISOString(),
      tasks,
    });
  },
  render: tasksText,
  next: ({ tasks }) => {
    const [ready] = tasks.filter(({ allowed, problem }) => allowed && !problem);
    return ready && `mpm task run ${ready.name}`;
  },
});
