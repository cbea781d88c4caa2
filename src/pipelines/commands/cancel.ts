import { escapeText } from "../../base/escape.ts";
import { defineCommand } from "../../cli/mod.ts";
import { cancelRun, PIPELINE_RUN, taskRoot } from "../../tasks/mod.ts";

/** `mpm pipeline cancel` */
export const pipelineCancel = defineCommand({
  name: "pipeline cancel",
  summary: "Cancel a pipeline run",
  description: `
Sends SIGTERM to the running programs. If a program has not ended after the "grace" time of its step, mpm sends SIGKILL. mpm records how the programs ended. "mpm pipeline resume" continues with the remaining steps.`,
  positionals: [PIPELINE_RUN],
  flags: {
    "dry-run": {
      type: "boolean",
      summary: "Show which run would be cancelled without changing anything",
    },
  },
  examples: ["mpm pipeline cancel", "mpm pipeline cancel release --dry-run"],
  result: async () => (await import("./results.ts")).PipelineCancelResult,
  run(context, { run, "dry-run": dryRun }) {
    const order = { kind: "pipeline", run, dryRun } as const;
    return cancelRun(context.system, taskRoot(context), order);
  },
  render({ dry_run: dry, run, ended }, style) {
    const shown = style.cyan(escapeText(run));
    if (dry) return `Would cancel ${shown}\n`;
    return ended
      ? `Cancelled ${shown}\n`
      : `Asked ${shown} to stop. Its programs are still running\n`;
  },
  next: ({ run, ended }) =>
    ended ? `"mpm pipeline resume ${run}" continues it` : undefined,
});
