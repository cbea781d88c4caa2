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
  summary: "Move task runs to the trash",
  description: `
Removes the runs' results and logs; "mpm undo" restores them. mpm does not remove runs in progress or task definitions.`,
  positionals: [{
    name: "run",
    summary: "Run IDs, or a task name to select that task's latest run",
    rest: true,
    names: "run",
  }],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show what would be removed without changing anything",
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
