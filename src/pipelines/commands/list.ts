import { defineCommand } from "../../cli/mod.ts";
import { parseLimit } from "../../saves/mod.ts";
import { taskRoot } from "../../tasks/mod.ts";
import { listPipelineRuns } from "../read.ts";
import { runsText } from "../view/text.ts";
import type { PipelineListResult } from "./results.ts";

/** The maximum number of runs to list if no limit is given. */
const LIMIT = 50;

/** `mpm pipeline list` */
export const pipelineList = defineCommand({
  name: "pipeline list",
  summary: "List pipeline runs",
  description: `
Lists runs, newest first. Each row shows the run's state and the number of finished steps. "mpm pipeline" lists the pipelines themselves.`,
  positionals: [{
    name: "pipeline",
    summary: "Only runs of this pipeline",
    optional: true,
    names: "pipeline",
  }],
  flags: {
    limit: {
      type: "string",
      value: "number",
      summary: 'The maximum number of runs, or "all"; default: 50',
    },
  },
  examples: ["mpm pipeline list", "mpm pipeline list release --limit all"],
  result: async () => (await import("./results.ts")).PipelineListResult,
  async run(context, { pipeline, limit }): Promise<PipelineListResult> {
    const { system } = context;
    const most = limit === undefined ? LIMIT : parseLimit(limit) ?? Infinity;
    const root = taskRoot(context);
    const order = { pipeline, limit: most };
    const found = await listPipelineRuns(system, root, order);
    return { at: system.now().toISOString(), ...found };
  },
  render: runsText,
});
