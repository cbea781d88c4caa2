import { type Context, defineCommand } from "../../cli/mod.ts";
import {
  linesOf,
  PIPELINE_RUN,
  type RunPaths,
  typedRun,
} from "../../tasks/mod.ts";
import { pipelineLineIn, RunState } from "../log.ts";
import { readPipelineStatus } from "../read.ts";
import { PipelineDisplay } from "../view/show.ts";
import { pipelineStatus, statusText } from "../view/text.ts";

/** Milliseconds between two checks of the log. */
const LOOK = 200;

export const pipelineWatch = defineCommand({
  name: "pipeline watch",
  summary: "Show the progress of a run until it ends",
  description: `
Shows the running steps of a run started in any terminal. With --json, mpm prints events as lines of JSON, with the run's state as the last line.

Ctrl-C ends only the display, not the run. The exit status is the run's: see "mpm pipeline run".`,
  positionals: [PIPELINE_RUN],
  flags: {},
  examples: ["mpm pipeline watch", "mpm pipeline watch release --json"],
  result: async () => (await import("./results.ts")).PipelineStatusResult,
  async run(context, { run }) {
    const paths = typedRun(context, run, "pipeline");
    await watch(context, paths);
    return await readPipelineStatus(context.system, paths);
  },
  render: statusText,
  status: ({ state }) => pipelineStatus(state),
});

/**
 * Shows a run from its log until the run ends or the command is interrupted.
 */
async function watch(context: Context, paths: RunPaths): Promise<void> {
  const { system } = context;
  const { id, log } = paths;
  const state = new RunState();
  let status = await readPipelineStatus(system, paths);
  const { pipeline, steps } = status;
  using shown = new PipelineDisplay(context, {
    ...{ run: id, pipeline, steps, state },
  });
  using interrupted = system.interruption();
  // Later lines are events.
  let seen = 0;
  let isNew = false;
  while (!interrupted.signal.aborted) {
    let at = 0;
    for (const text of linesOf(system, log)) {
      if (at++ < seen) continue;
      const line = pipelineLineIn(text);
      if (!line) continue;
      state.take(line);
      if (isNew) shown.take(line);
    }
    [seen, isNew] = [at, true];
    if (status.state !== "running") return;
    shown.tick();
    await system.sleep(LOOK, interrupted.signal);
    status = await readPipelineStatus(system, paths);
  }
}
