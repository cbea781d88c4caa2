import { defineCommand } from "../../cli/mod.ts";
import { PIPELINE_RUN, typedRun } from "../../tasks/mod.ts";
import { readPipelineStatus } from "../read.ts";
import { statusText } from "../view/text.ts";

export const pipelineStatusCommand = defineCommand({
  name: "pipeline status",
  summary: "Show the state of a pipeline run and its steps",
  description: `
A run is "running" only while an mpm process is working on it. If the process was killed, or the machine crashed, the run is "interrupted", and "mpm pipeline resume" continues it.

The exit status is 0, even if the run failed.`,
  positionals: [PIPELINE_RUN],
  flags: {},
  examples: ["mpm pipeline status", "mpm pipeline status release --json"],
  result: async () => (await import("./results.ts")).PipelineStatusResult,
  run: (context, { run }) =>
    readPipelineStatus(context.system, typedRun(context, run, "pipeline")),
  render: statusText,
  brief: ({ state, done, total }) => `${state} ${done}/${total}`,
});
