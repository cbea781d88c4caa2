import { defineCommand } from "../../cli/mod.ts";
import { ENDING, endSession } from "../end_session.ts";

/** `mpm complete` */
export const complete = defineCommand({
  name: "complete",
  summary: "Complete a session",
  description: `
mpm reports unfinished checklist items. It keeps the session's saves, but "mpm resume" without a selector skips them. To end a detour, or a session with an open detour, use "mpm return" instead.`,
  positionals: ENDING.positionals,
  flags: {
    summary: {
      type: "string",
      short: "s",
      value: "text",
      summary: "The result",
    },
    "dry-run": ENDING.dryRun,
  },
  examples: [
    "mpm complete",
    'mpm complete -s "Merged as #42"',
    "mpm complete login --dry-run",
  ],
  result: ENDING.result,
  settles: true,
  run: (context, { selector, summary, "dry-run": dryRun }) =>
    endSession(context, { action: "complete", selector, summary, dryRun }),
  render: ENDING.render,
  next: ({ dry_run: dry, session }) =>
    dry || session.state !== "complete"
      ? undefined
      : `"mpm archive ${session.name ?? session.id}" archives it`,
});
