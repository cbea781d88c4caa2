import { defineCommand } from "../../cli/mod.ts";
import { listRuns } from "../read.ts";
import { taskRoot } from "../root.ts";
import { LIMIT_FLAG, listedRuns } from "../run_commands.ts";
import { runsText } from "../view/text.ts";

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
    limit: LIMIT_FLAG,
  },
  examples: ["mpm task list", "mpm task list smells --limit all"],
  result: async () => (await import("./results.ts")).TaskListResult,
  async run(context, { task, limit }) {
    const { system } = context;
    const order = { task, limit: listedRuns(limit) };
    const found = await listRuns(system, taskRoot(context), order);
    return { at: system.now().toISOString(), ...found };
  },
  render: runsText,
});
