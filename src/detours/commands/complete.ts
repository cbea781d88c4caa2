import { defineCommand } from "../../cli/command.ts";
import { endText } from "../../work/text.ts";
import { end } from "../end_session.ts";
import { findSession, needCurrent } from "../find_session.ts";

/** `mpm complete` */
export const complete = defineCommand({
  name: "complete",
  summary: "Complete a work session",
  description: `
Open items of the checklist are allowed and told of. The session's saves stay
and a resume without a selector passes over them. A detour, or a session with
an open one, is not completed but returned from.`,
  positionals: [{
    name: "selector",
    summary: "Which session: name, id, part of it, or one of its saves",
    names: "work",
    optional: true,
  }],
  flags: {
    summary: {
      type: "string",
      short: "s",
      value: "text",
      summary: "What came of it",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be done and write nothing",
    },
  },
  examples: [
    "mpm complete",
    'mpm complete -s "Merged as #42"',
    "mpm complete login --dry-run",
  ],
  result: async () =>
    (await import("../../work/commands/results.ts")).EndResult,
  settles: true,
  run: (context, { selector, summary, "dry-run": dryRun }) =>
    end(context, {
      action: "complete",
      choose: (system, workspace) =>
        selector === undefined
          ? needCurrent(system, workspace)
          : findSession(system, workspace, { selector, action: "complete" }),
      summary,
      dryRun,
    }),
  render: endText,
  next: ({ dry_run: dry, session }) =>
    dry || session.state !== "complete"
      ? undefined
      : `"mpm archive ${session.name ?? session.id}" puts it away`,
});
