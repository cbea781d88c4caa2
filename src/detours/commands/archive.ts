import { defineCommand } from "../../cli/mod.ts";
import { ENDING, endSession } from "../end_session.ts";

/** `mpm archive` */
export const archive = defineCommand({
  name: "archive",
  summary: "Archive a completed session",
  description: `
Lists show the saves of an archived session only with --all, but you can still select them by full ID or name.
Without a selector, mpm archives the completed session of this worktree, if
there is only one.`,
  positionals: ENDING.positionals,
  flags: { "dry-run": ENDING.dryRun },
  examples: ["mpm archive", "mpm archive login"],
  result: ENDING.result,
  settles: true,
  run: (context, { selector, "dry-run": dryRun }) =>
    endSession(context, {
      action: "archive",
      selector,
      summary: undefined,
      dryRun,
    }),
  render: ENDING.render,
});
