import { MpmError } from "../../base/errors.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import { removeRuns } from "../remove.ts";
import { taskRoot } from "../root.ts";
import { findRun } from "../store.ts";
import { removedText } from "../view/text.ts";

/** `mpm task rm` */
export const taskRm = defineCommand({
  name: "task rm",
  summary: "Move runs of tasks to the trash",
  description: `
Removes the results and logs of runs; "mpm undo" restores them. mpm does not remove a run that is in progress, or the definition of a task.`,
  positionals: [{
    name: "run",
    summary:
      "The IDs of the runs, or the name of a task to select its newest run",
    rest: true,
    names: "run",
  }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be removed and change nothing",
    },
  },
  examples: [
    "mpm task rm smells-20261123-191500",
    "mpm task rm smells --dry-run",
  ],
  result: async () => (await import("./results.ts")).TaskRmResult,
  async run(context, { run, "dry-run": dryRun }) {
    const { system, folder } = context;
    if (run.length === 0) {
      throw new MpmError("USAGE", "Name the runs to remove", {
        hint: '"mpm task list" lists them',
      });
    }
    const root = taskRoot(context);
    const ids = [...new Set(run.map((typed) => findRun(system, root, typed)))];
    const workspace = await locate(system, folder);
    return await removeRuns(context, workspace, { kind: "task", ids, dryRun });
  },
  render: removedText,
});
