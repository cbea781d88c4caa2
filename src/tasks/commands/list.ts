import { defineCommand } from "../../cli/mod.ts";
import { parseLimit } from "../../saves/mod.ts";
import { listRuns } from "../read.ts";
import { taskRoot } from "../root.ts";
import { runsText } from "../view/text.ts";
import type { TaskListResult } from "./results.ts";

/** The maximum number of runs to list if no limit is given. */
const LIMIT = 50;

/** `mpm task list` */
export const taskList = defineCommand({
  name: "task list",
  summary: "List task runs",
  description: `
Lists runs, newest first. Each row shows the run's state and the number of finished items. "mpm task" lists the tasks themselves.`,
  positionals: [{
    name: "task",
    summary: "Only runs of this task",
    optional: true,
    names: "task",
  }],
  flags: {
    limit: {
      type: "string",
      value: "number",
      summary: 'The maximum number of runs, or "all"; default: 50',
    },
  },
  examples: ["mpm task list", "mpm task list smells --limit all"],
  result: async () => (await import("./results.ts")).TaskListResult,
  async run(context, { task, limit }): Promise<TaskListResult> {
    const { system } = context;
    const most = limit === undefined ? LIMIT : parseLimit(limit);
    const found = await listRuns(system, taskRoot(context), {
      task,
      limit: most ?? Infinity,
    });
    return { at: system.now().toISOString(), ...found };
  },
  render: runsText,
});
