import { defineCommand } from "../../cli/command.ts";
import { endText } from "../../work/text.ts";
import { end } from "../end_session.ts";
import { findSession, needCurrent } from "../find_session.ts";

/** `mpm cancel` */
export const cancel = defineCommand({
  name: "cancel",
  summary: "Give a work session up",
  description: `
Nothing of the work is touched: files, branches and saves stay as they are. The
saves leave the lists and are found with --all.`,
  positionals: [{
    name: "selector",
    summary: "Which session: name, id, part of it, or one of its saves",
    names: "work",
    optional: true,
  }],
  flags: {
    reason: {
      type: "string",
      short: "r",
      value: "text",
      summary: "Why it is given up",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and write nothing",
    },
  },
  examples: ["mpm cancel", 'mpm cancel login -r "Not needed any more"'],
  result: async () =>
    (await import("../../work/commands/results.ts")).EndResult,
  settles: true,
  run: (context, { selector, reason, "dry-run": dryRun }) =>
    end(context, {
      action: "cancel",
      choose: (system, workspace) =>
        selector === undefined
          ? needCurrent(system, workspace)
          : findSession(system, workspace, { selector, action: "cancel" }),
      summary: reason,
      dryRun,
    }),
  render: endText,
});
