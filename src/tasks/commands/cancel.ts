import { defineCommand } from "../../cli/mod.ts";
import { RUN } from "../root.ts";
import { cancelParts } from "../run_commands.ts";

export const taskCancel = defineCommand({
  name: "task cancel",
  summary: "Cancel a task run",
  description: `
Sends SIGTERM to the running program. If the program has not ended after the task's "grace" time, mpm sends SIGKILL. mpm records how the program ended. "mpm task resume" continues with the remaining items.`,
  positionals: [RUN],
  examples: ["mpm task cancel", "mpm task cancel smells-20261123-184500"],
  result: async () => (await import("./results.ts")).TaskCancelResult,
  ...cancelParts("task", "Its program is"),
});
