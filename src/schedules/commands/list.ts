import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { listSchedules } from "../list.ts";
import { listText } from "../text.ts";

export const scheduleList = defineCommand({
  name: "schedule list",
  summary: "List the schedules with their next run and last result",
  description: `
Lists the schedules of this project. With --all, mpm lists the schedules of all your projects. It also lists mpm entries in the system's schedulers that do not belong to a known schedule.`,
  positionals: [],
  flags: {
    all: { type: "boolean", summary: "List the schedules of all projects" },
  },
  examples: ["mpm schedule list", "mpm schedule list --all --json"],
  result: async () => (await import("./results.ts")).ScheduleListResult,
  async run(context, { all }) {
    const { system, folder } = context;
    const { root } = await locate(system, folder);
    const { rows, problems } = await listSchedules(system, {
      everywhere: all,
    });
    const schedules = rows.filter(({ project }) => all || project === root);
    return {
      at: system.now().toISOString(),
      ...{ schedules, others: rows.length - schedules.length, problems },
    };
  },
  render: listText,
  next: ({ schedules }) =>
    schedules.length === 0 ? 'mpm schedule add "0 9 * * *" standup' : undefined,
});
