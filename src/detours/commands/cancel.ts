import { defineCommand } from "../../cli/mod.ts";
import { ENDING, endSession } from "../end_session.ts";

/** `mpm cancel` */
export const cancel = defineCommand({
  name: "cancel",
  summary: "Cancel a session",
  description: `
Your files, branches and saves stay as they are. Lists show the session's saves only with --all.`,
  positionals: ENDING.positionals,
  flags: {
    reason: {
      type: "string",
      short: "r",
      value: "text",
      summary: "The reason",
    },
    "dry-run": ENDING.dryRun,
  },
  examples: ["mpm cancel", 'mpm cancel login -r "Not needed"'],
  result: ENDING.result,
  settles: true,
  run: (context, { selector, reason: summary, "dry-run": dryRun }) =>
    endSession(context, { action: "cancel", selector, summary, dryRun }),
  render: ENDING.render,
});
