import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { noSchedule, schedulesOf } from "../change.ts";
import { runSchedule } from "../run.ts";
import { runText } from "../text.ts";

export const scheduleRun = defineCommand({
  name: "schedule run",
  summary: "Run a schedule now, as the scheduler would",
  description: `
The system's scheduler runs this command at the scheduled times. mpm keeps the last 256 KiB of the output in a log. If you no longer allow the task or pipeline definition, mpm does not run it, and the state is "refused".

The exit status is 0 if the run succeeded, and 1 if it failed. It is 4 if mpm refused the run or an earlier run is still in progress.`,
  positionals: [{
    name: "name",
    summary: "The schedule",
    names: "schedule",
  }],
  flags: {},
  examples: ["mpm schedule run task-health", "mpm schedule run standup --json"],
  result: async () => (await import("./results.ts")).ScheduleRunResult,
  async run(context, { name }) {
    const { root } = await locate(context.system, context.folder);
    const schedules = schedulesOf(context.system, root);
    const found = schedules.find((one) => one.name === name);
    if (found) return await runSchedule(context, found);
    throw noSchedule(name, schedules, {
      none: 'Add one with: mpm schedule add "0 9 * * *" task NAME',
    });
  },
  render: runText,
  status: ({ state }) => state === "done" ? 0 : state === "refused" ? 4 : 1,
});
