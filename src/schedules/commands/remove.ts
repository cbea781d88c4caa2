import { MpmError } from "../../base/errors.ts";
import { defineCommand, dryRunFlag } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { removeSchedules } from "../change.ts";
import { removeText } from "../text.ts";

export const scheduleRemove = defineCommand({
  name: "schedule remove",
  summary: "Remove schedules and their entries",
  description: `
Removes the entry from the system's scheduler and deletes the schedule's log. mpm does not change the rest of a crontab. "mpm undo" adds the schedule again.

To remove a schedule of another project, or of a deleted project, use the ID that "mpm schedule list --all" shows.`,
  positionals: [{
    name: "name",
    summary: "The names or IDs of the schedules",
    rest: true,
    names: "schedule",
  }],
  flags: {
    "dry-run": dryRunFlag("removed"),
  },
  examples: [
    "mpm schedule remove task-health",
    "mpm schedule remove task-health-1a2b3c4d --dry-run",
  ],
  result: async () => (await import("./results.ts")).ScheduleRemoveResult,
  async run(context, { name, "dry-run": dryRun }) {
    if (name.length === 0) {
      throw new MpmError("USAGE", "Name the schedules to remove", {
        hint: '"mpm schedule list" lists them',
      });
    }
    const workspace = await locate(context.system, context.folder);
    return await removeSchedules(context, workspace, { names: name, dryRun });
  },
  render: removeText,
});
