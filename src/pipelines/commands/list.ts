import { defineCommand } from "../../cli/mod.ts";
import { LIMIT_FLAG, listedRuns, taskRoot } from "../../tasks/mod.ts";
import { listPipelineRuns } from "../read.ts";
import { runsText } from "../view/text.ts";

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
    limit: LIMIT_FLAG,
  },
  examples: ["mpm pipeline list", "mpm pipeline list release --limit all"],
  result: async () => (await import("./results.ts")).PipelineListResult,
  async run(context, { pipeline, limit }) {
    const { system } = context;
    const order = { pipeline, limit: listedRuns(limit) };
    const found = await listPipelineRuns(system, taskRoot(context), order);
    return { at: system.now().toISOString(), ...found };
  },
  render: runsText,
});
