import { defineCommand } from "../../cli/mod.ts";
import { readStatus } from "../read.ts";
import { RUN, typedRun } from "../root.ts";
import { statusText } from "../view/text.ts";

export const taskStatus = defineCommand({
  name: "task status",
  summary: "Show the state of a task run",
  description: `
A run is "running" only while an mpm process is working on it. If the process was killed, or the machine crashed, the run is "interrupted", and "mpm task resume" continues it.

The exit status is 0, even if the run failed.`,
  positionals: [RUN],
  flags: {},
  examples: ["mpm task status", "mpm task status smells --json"],
  result: async () => (await import("./results.ts")).TaskStatusResult,
  run: (context, { run }) => readStatus(context.system, typedRun(context, run)),
  render: statusText,
  brief: ({ state, done, total }) => `${state} ${done}/${total}`,
});
