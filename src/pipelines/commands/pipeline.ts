import { defineCommand } from "../../cli/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import { taskRoot } from "../../tasks/mod.ts";
import { listPipelines } from "../read.ts";
import { pipelinesText } from "../view/text.ts";

export const pipeline = defineCommand({
  name: "pipeline",
  summary: "List the pipelines and the latest run of each",
  description: `
A pipeline runs programs and agents as steps that can depend on each other. After a crash, "mpm pipeline resume" continues the run. Each file .claude-mpm/pipelines/NAME.yaml defines a pipeline. "mpm help pipelines" describes its fields, and docs/pipelines.md has examples.`,
  positionals: [],
  flags: {},
  examples: ["mpm pipeline", "mpm pipeline --json"],
  result: async () => (await import("./results.ts")).PipelinesResult,
  async run(context) {
    const { system } = context;
    const pipelines = await listPipelines(system, taskRoot(context));
    const at = system.now().toISOString();
    return redactorOf(system).value({ at, pipelines });
  },
  render: pipelinesText,
  next: ({ pipelines }) => {
    const [ready] = pipelines.filter((one) => one.allowed && !one.problem);
    return ready && `mpm pipeline run ${ready.name}`;
  },
});
