import { type Context, defineCommand } from "../../cli/mod.ts";
import { clientNamed } from "../../clients/mod.ts";
import { readConfig } from "../../config/mod.ts";
import { documentParts, taskRoot } from "../../tasks/mod.ts";
import { WORKFLOW_HEAD, workflowText } from "../export/github_actions.ts";
import { readNamedPipeline } from "../read.ts";
import type { PipelineExportResult } from "./results.ts";

const WORKFLOW = documentParts<PipelineExportResult>({
  ...{ what: "workflow", noun: "a workflow of mpm" },
  ending: ".yml",
  begins: new RegExp(`^${WORKFLOW_HEAD}`),
  text: ({ workflow }) => workflow,
});

export const pipelineExport = defineCommand({
  name: "pipeline export",
  summary: "Export a pipeline as a workflow for GitHub Actions",
  description: `
Prints a workflow, or writes it to a file with --output. Each step becomes a job. The files that a step produces become artifacts, which the jobs that need the step download. Variables become inputs. docs/engines.md lists what a workflow cannot do.

You do not have to allow the pipeline first, because mpm does not run it.`,
  positionals: [{
    name: "name",
    summary: "The pipeline",
    names: "pipeline",
  }],
  flags: {
    engine: {
      type: "string",
      value: "engine",
      choices: ["github-actions"],
      summary: "The engine; default: github-actions",
    },
    output: WORKFLOW.output,
  },
  examples: [
    "mpm pipeline export release",
    "mpm pipeline export release -o .github/workflows/release.yml",
  ],
  result: async () => (await import("./results.ts")).PipelineExportResult,
  async run(context, { name, output }): Promise<PipelineExportResult> {
    const root = taskRoot(context);
    return await WORKFLOW.written(
      context,
      { root, output, name },
      () => exported(context, root, name),
    );
  },
  ...WORKFLOW.shown,
});

/** Returns the workflow, and notes what it cannot do. */
async function exported(
  { system, note }: Context,
  root: string,
  name: string,
): Promise<PipelineExportResult> {
  const pipeline = await readNamedPipeline(system, root, name);
  const { steps, notify, jobs } = pipeline;
  const client = readConfig(system, root)["agents.client"];
  if (steps.some(({ worktree }) => worktree)) {
    note(
      'Note: a workflow does not merge worktrees. Only files in "produces" reach other steps',
    );
  }
  if (notify || jobs) {
    note('Note: "notify" and "jobs" are not part of the workflow');
  }
  const clients = new Set(
    steps.flatMap(({ work }) =>
      work.kind === "agent" ? [clientNamed(work.client ?? client)!] : []
    ),
  );
  for (const key of new Set([...clients].map(({ key }) => key))) {
    note(`Note: the workflow needs the secret ${key}`);
  }
  for (const { title, key, otherKeys } of clients) {
    if (otherKeys) {
      note(
        `Note: ${title} gets ${key}. If its model needs another key, change the workflow`,
      );
    }
  }
  const workflow = workflowText({ name, pipeline, client });
  return { pipeline: name, workflow, file: null };
}
