import { defineCommand } from "../../cli/mod.ts";
import { runPaths, taskRoot } from "../../tasks/mod.ts";
import { mermaid } from "../graph.ts";
import {
  listPipelineRuns,
  readNamedPipeline,
  readPipelineStatus,
} from "../read.ts";
import { graphText } from "../view/text.ts";
import type { PipelineGraphResult } from "./results.ts";

export const pipelineGraph = defineCommand({
  name: "pipeline graph",
  summary: "Draw the steps of a pipeline and their dependencies",
  description: `
Draws the graph from top to bottom, with each step's state in the latest run. With --mermaid, mpm prints a Mermaid flowchart for a Markdown file. You do not have to allow the pipeline first, because mpm does not run it.`,
  positionals: [{
    name: "name",
    summary: "The pipeline",
    names: "pipeline",
  }],
  flags: {
    mermaid: { type: "boolean", summary: "Print a Mermaid flowchart" },
  },
  examples: [
    "mpm pipeline graph release",
    "mpm pipeline graph release --mermaid",
  ],
  result: async () => (await import("./results.ts")).PipelineGraphResult,
  async run(
    context,
    { name, mermaid: isMermaid },
  ): Promise<PipelineGraphResult> {
    const { system } = context;
    const root = taskRoot(context);
    const { steps } = await readNamedPipeline(system, root, name);
    const { runs: [run] } = await listPipelineRuns(system, root, {
      ...{ pipeline: name, limit: 1 },
    });
    const known = run &&
      await readPipelineStatus(system, runPaths(root, run.run));
    const states = new Map(
      (known?.steps ?? []).map(({ name, state }) => [name, state]),
    );
    return {
      ...{ pipeline: name, run: run?.run ?? null },
      steps: steps.map(({ name, needs, worktree }) => ({
        ...{ name, needs: [...needs], worktree },
        state: states.get(name) ?? null,
      })),
      mermaid: mermaid(steps, states),
      form: isMermaid ? "mermaid" : "drawing",
    };
  },
  render: (result, style) =>
    result.form === "mermaid" ? result.mermaid : graphText(result, style),
  verbatim: () => true,
});
