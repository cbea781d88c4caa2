import { defineCommand } from "../../cli/mod.ts";
import { BACKGROUND } from "../background.ts";
import { RUN, typedRun } from "../root.ts";
import { runHere } from "../runner/run_to_end.ts";
import { endText, runStatus } from "../view/text.ts";

export const taskResume = defineCommand({
  name: "task resume",
  summary: "Continue an interrupted run",
  description: `
Runs the items that have not started. mpm uses the definition and the item list from the start of the run. If either has changed since, mpm prints a note.

If mpm does not know how a program ended, it flags the item. It does not rerun flagged items, because their work may already be done. There are two exceptions: the task is "repeatable", or the program has printed a state, which mpm then passes to it. With --again, mpm also reruns flagged and failed items.`,
  positionals: [RUN],
  flags: {
    again: {
      type: "boolean",
      summary: "Also rerun failed and flagged items",
    },
    background: BACKGROUND,
  },
  examples: ["mpm task resume", "mpm task resume smells --again"],
  result: async () => (await import("./results.ts")).TaskRunResult,
  async run(context, { run, again, background }) {
    const order = { run: typedRun(context, run), again };
    return await runHere(context, order, background);
  },
  render: endText,
  status: ({ state }) => runStatus(state),
});
