import { relative } from "@std/path";
import { defineCommand } from "../../cli/mod.ts";
import { clientNamed } from "../../clients/mod.ts";
import { readConfig } from "../../config/mod.ts";
import {
  exportTarget,
  writeExport,
  type WrittenFile,
} from "../../saves/mod.ts";
import {
  definitionFile,
  readDefinitionFile,
  taskRoot,
} from "../../tasks/mod.ts";
import { readPipeline } from "../definition.ts";
import { WORKFLOW_HEAD, workflowText } from "../export/github_actions.ts";
import type { PipelineExportResult } from "./results.ts";

const WORKFLOW: WrittenFile = {
  option: "--output",
  noun: "a workflow of mpm",
  ending: ".yml",
  begins: new RegExp(`^${WORKFLOW_HEAD}`),
};

/** `mpm pipeline export` */
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
    output: {
      type: "string",
      short: "o",
      value: "file",
      names: "file",
      summary: "Write the workflow to this file or folder",
    },
  },
  examples: [
    "mpm pipeline export release",
    "mpm pipeline export release -o .github/workflows/release.yml",
  ],
  result: async () => (await import("./results.ts")).PipelineExportResult,
  async run(context, { name, output }): Promise<PipelineExportResult> {
    const { system, folder, note } = context;
    const root = taskRoot(context);
    const file = definitionFile(system, root, { kind: "pipeline", name });
    const shown = relative(root, file);
    const target = output === undefined
      ? undefined
      : exportTarget(system, output, { folder, root, file: WORKFLOW });
    const text = readDefinitionFile(system, root, { file, shown });
    const pipeline = await readPipeline(text, shown);
    const client = readConfig(system, root)["agents.client"];
    const { steps, notify, jobs } = pipeline;
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
    const written = target && writeExport(
      system,
      target.path(name),
      new TextEncoder().encode(workflow),
    );
    return { pipeline: name, workflow, file: written ?? null };
  },
  render: ({ workflow, file }) => file === null ? workflow : `Wrote ${file}\n`,
  verbatim: ({ file }) => file === null,
});
