import { defineCommand } from "../../cli/mod.ts";
import { BACKGROUND, startInBackground } from "../background.ts";
import { readStatus, viewOf } from "../read.ts";
import { RUN, typedRun } from "../root.ts";
import { runToEnd } from "../runner/run_to_end.ts";
import { endText, runStatus } from "../view/text.ts";

/** `mpm task resume` */
export const taskResume = defineCommand({
  name: "task resume",
  summary: "Continue a run that was interrupted",
  description: `
Runs the items that have not started. mpm uses the definition and the list of items from the start of the run. If either has changed since, mpm prints a note.

If mpm does not know how a program ended, it flags the item. It does not run flagged items again, because their work may be done already. There are two exceptions: the task is "repeatable", or the program has printed a state. mpm then passes this state to the program. With --again, mpm also runs flagged and failed items again.`,
  positionals: [RUN],
  flags: {
    again: {
      type: "boolean",
      summary: "Also run failed and flagged items again",
    },
    background: BACKGROUND,
  },
  examples: ["mpm task resume", "mpm task resume smells --again"],
  result: async () => (await import("./results.ts")).TaskRunResult,
  async run(context, { run, again, background }) {
    const { root, id } = typedRun(context, run);
    if (background) {
      await startInBackground(context, { kind: "task", root, id, again });
      const view = viewOf(await readStatus(context.system, root, id));
      return { ...view, dry_run: false, items: null };
    }
    return await runToEnd(context, { root, id, again });
  },
  render: endText,
  status: ({ state }) => runStatus(state),
});
