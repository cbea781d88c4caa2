import { defineCommand } from "../../cli/mod.ts";
import { cancelParts, PIPELINE_RUN } from "../../tasks/mod.ts";

export const pipelineCancel = defineCommand({
  name: "pipeline cancel",
  summary: "Cancel a pipeline run",
  description: `
Sends SIGTERM to the running programs. If a program has not ended after the "grace" time of its step, mpm sends SIGKILL. mpm records how the programs ended. "mpm pipeline resume" continues with the remaining steps.`,
  positionals: [PIPELINE_RUN],
  examples: ["mpm pipeline cancel", "mpm pipeline cancel release --dry-run"],
  result: async () => (await import("./results.ts")).PipelineCancelResult,
  ...cancelParts("pipeline", "Its programs are"),
});
