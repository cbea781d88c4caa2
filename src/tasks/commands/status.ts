import { defineCommand } from "../../cli/mod.ts";
import { readStatus } from "../read.ts";
import { taskRoot } from "../root.ts";
import { findRun } from "../store.ts";
import { statusText } from "../view/text.ts";

/** `mpm task status` */
export const taskStatus = defineCommand({
  name: "task status",
  summary: "Show the state of a run of a task",
  description: `
A run is "running" only while an mpm process works on it. If the process was killed, or the machine crashed, the run is "interrupted", and "mpm task resume" continues it.

The exit status is 0 for any state.`,
  positionals: [{
    name: "run",
    summary:
      "The ID of a run, or the name of a task to select its newest run; default: the newest run",
    optional: true,
    names: "run",
  }],
  flags: {},
  examples: ["mpm task status", "mpm task status smells --json"],
  result: async () => (await import("./results.ts")).TaskStatusResult,
  run(context, { run }) {
    const root = taskRoot(context);
    const { system } = context;
    return readStatus(system, root, findRun(system, root, run));
  },
  render: statusText,
  brief: ({ state, done, total }) => `${state} ${done}/${total}`,
});
