import { escapeText } from "../../base/escape.ts";
import { defineCommand } from "../../cli/mod.ts";
import { cancelRun } from "../cancel.ts";
import { RUN, taskRoot } from "../root.ts";

/** `mpm task cancel` */
export const taskCancel = defineCommand({
  name: "task cancel",
  summary: "Cancel a task run",
  description: `
Sends SIGTERM to the running program. If the program has not ended after the task's "grace" time, mpm sends SIGKILL. mpm records how the program ended. "mpm task resume" continues with the remaining items.`,
  positionals: [RUN],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show which run would be cancelled without changing anything",
    },
  },
  examples: ["mpm task cancel", "mpm task cancel smells-20261123-184500"],
  result: async () => (await import("./results.ts")).TaskCancelResult,
  run(context, { run, "dry-run": dryRun }) {
    const order = { kind: "task", run, dryRun } as const;
    return cancelRun(context.system, taskRoot(context), order);
  },
  render({ dry_run: dry, run, ended }, style) {
    const shown = style.cyan(escapeText(run));
    if (dry) return `Would cancel ${shown}\n`;
    return ended
      ? `Cancelled ${shown}\n`
      : `Asked ${shown} to stop. Its program is still running\n`;
  },
  next: ({ run, ended }) =>
    ended ? `"mpm task resume ${run}" continues it` : undefined,
});
