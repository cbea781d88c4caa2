import { defineCommand } from "../../cli/mod.ts";
import { close } from "../say.ts";
import { doneText } from "../say_text.ts";

/** `mpm done` */
export const done = defineCommand({
  name: "done",
  summary: "Close next steps, questions and other items, or list the open ones",
  description: `
Items are what people and agents said at a pause, with "mpm next", "mpm decide",
"mpm ask" or "mpm block", and what mpm found in the conversation. They go from
save to save until they are closed. Without a number all open items of this
session are listed. Closing an item that is closed changes nothing.`,
  positionals: [{
    name: "numbers",
    summary: "Which items, by the numbers of the list",
    names: "open-item",
    rest: true,
  }],
  flags: {
    drop: {
      type: "boolean",
      summary: "Give the items up: they are not done and no longer wanted",
    },
    all: {
      type: "boolean",
      summary: "List the items of all worktrees and sessions",
    },
    "dry-run": {
      type: "boolean",
      summary: "Show what would be closed and write nothing",
    },
  },
  examples: ["mpm done", "mpm done 3", "mpm done 3 5 8", "mpm done 4 --drop"],
  result: async () => (await import("./results.ts")).DoneResult,
  settles: true,
  run: (context, input) =>
    close(context, {
      ...{ numbers: input.numbers, drop: input.drop, all: input.all },
      dryRun: input["dry-run"],
    }),
  render: doneText,
  next: ({ dry_run: dry, closed }) =>
    dry || closed.length === 0 ? undefined : '"mpm undo" opens it again',
});
