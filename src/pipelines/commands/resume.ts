import { defineCommand } from "../../cli/mod.ts";
import {
  BACKGROUND,
  PIPELINE_RUN,
  startInBackground,
  typedRun,
} from "../../tasks/mod.ts";
import { readPipelineStatus } from "../read.ts";
import { runPipeline } from "../runner/run_pipeline.ts";
import { pipelineStatus, statusText } from "../view/text.ts";

export const pipelineResume = defineCommand({
  name: "pipeline resume",
  summary: "Continue a pipeline run",
  description: `
Runs the steps that failed, were skipped or have not started. A step that is done runs again only if its inputs have changed. Its inputs are its definition, the variables, the files produced by the steps that it needs, and the files that its worktree started with.

If mpm does not know how a step ended, it flags the step. It does not rerun a flagged step unless the step is "repeatable" or has a worktree. With --again, mpm reruns all flagged steps. If an agent reached a usage limit, its step runs again when the limit resets, or immediately with --again.`,
  positionals: [PIPELINE_RUN],
  flags: {
    again: {
      type: "boolean",
      summary: "Also rerun flagged steps, and do not wait for usage limits",
    },
    background: BACKGROUND,
  },
  examples: ["mpm pipeline resume", "mpm pipeline resume release --again"],
  result: async () => (await import("./results.ts")).PipelineStatusResult,
  async run(context, { run, again, background }) {
    const paths = typedRun(context, run, "pipeline");
    const order = { run: paths, again };
    if (background) {
      await startInBackground(context, { kind: "pipeline", ...order });
    } else await runPipeline(context, { ...order, jobs: undefined });
    return await readPipelineStatus(context.system, paths);
  },
  render: statusText,
  status: ({ state }) => pipelineStatus(state),
});
