import { defineCommand } from "../../cli/mod.ts";
import { removeParts } from "../run_commands.ts";

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
  examples: [
    "mpm task rm smells-20261123-191500",
    "mpm task rm smells --dry-run",
  ],
  result: async () => (await import("./results.ts")).TaskRmResult,
  ...removeParts("task"),
});
