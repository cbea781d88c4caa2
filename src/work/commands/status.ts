import { defineCommand } from "../../cli/command.ts";
import { statusText } from "./status_text.ts";
import { readStatus } from "../status_steps.ts";

/** `mpm status` */
export const status = defineCommand({
  name: "status",
  summary: "Show the work session, its checklist, and where git stands",
  description: `
With --porcelain it prints one "name=value" a line for prompts and scripts,
always the same fields in the same order: version (1), session, name, task,
state, depth (how many sessions it is a detour of), parent, done, total,
checkpoint, branch, ahead, behind, staged, changed, untracked, conflicts. What
is not there is empty; outside a project nothing is printed. One git process is
run at most.`,
  positionals: [],
  flags: {
    porcelain: {
      type: "boolean",
      summary: "Print it for prompts and scripts",
    },
  },
  examples: ["mpm status", "mpm status --porcelain", "mpm status --json"],
  result: async () => (await import("./results.ts")).StatusResult,
  // A prompt asks often, and waits for nothing.
  settles: ({ porcelain }) => !porcelain,
  run: (context, { porcelain }) => readStatus(context, porcelain),
  render: statusText,
});
