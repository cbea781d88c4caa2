import { MpmError } from "../../base/errors.ts";
import { defineCommand } from "../../cli/mod.ts";
import { locate } from "../../git/mod.ts";
import {
  BACKGROUND,
  runPaths,
  startInBackground,
  writeNewRun,
} from "../../tasks/mod.ts";
import { MOST_JOBS } from "../definition.ts";
import { readPipelineStatus } from "../read.ts";
import { planPipeline, runPipeline } from "../runner/run_pipeline.ts";
import { filledStep } from "../values.ts";
import { pipelineStatus, runText } from "../view/text.ts";

export const pipelineRun = defineCommand({
  name: "pipeline run",
  summary: "Run the steps of a pipeline",
  description: `
The file .claude-mpm/pipelines/NAME.yaml defines a pipeline:

  vars: { version: { required: true } }
  steps:
    notes: { run: [sh, notes.sh, "{version}"], produces: [NOTES.md] }
    build: { needs: [notes], run: [npm, run, build], verify: [npm, test] }

mpm runs the pipeline only after you allow the file's current content with "mpm allow FILE". Programs start without a shell, in the root folder of the working tree. A step with "worktree: true" gets its own worktree, and mpm merges the results at the end.

A step starts as soon as all steps that it needs are done. If a step fails, mpm skips the steps that need it and runs the others. Ctrl-C cancels the run: programs get SIGTERM, and mpm records how they ended. "mpm pipeline resume" continues a run that failed, or was cancelled or killed.

The exit status is 0 if all steps are done, 4 if results conflict, 130 if the run was cancelled, and 1 otherwise.`,
  positionals: [{
    name: "name",
    summary: "The pipeline",
    names: "pipeline",
  }],
  flags: {
    var: {
      type: "string",
      value: "name=value",
      summary: "A value for a pipeline variable",
      repeatable: true,
    },
    jobs: {
      type: "string",
      value: "number",
      summary:
        'The maximum number of steps that run at the same time; default: "jobs" in the pipeline, or 4',
    },
    background: BACKGROUND,
    "dry-run": {
      type: "boolean",
      summary: "List the steps without starting anything",
    },
  },
  examples: [
    "mpm pipeline run release --var version=1.2.0 --jobs 4",
    "mpm pipeline run release --var version=1.2.0 --dry-run",
  ],
  result: async () => (await import("./results.ts")).PipelineRunResult,
  async run(context, input) {
    const { system } = context;
    const jobs = jobsIn(input.jobs);
    const workspace = await locate(system, context.folder);
    const { root } = workspace;
    const plan = await planPipeline(system, workspace, {
      ...{ name: input.name, vars: input.var },
    });
    if (input["dry-run"]) {
      const steps = plan.pipeline.steps.map((one) => {
        const { name, needs, worktree, work } = filledStep(one, plan.vars);
        const runs = work.kind === "run" ? work.args.join(" ") : work.prompt;
        return { name, needs: [...needs], runs, worktree };
      });
      return { dry_run: true, pipeline: plan.name, plan: steps, status: null };
    }
    const { name, file, text, pipeline: { steps }, vars, client } = plan;
    const id = await writeNewRun(context, workspace, {
      ...{ task: name, file, definition: text, client, chunk: 1 },
      ...{ total: steps.length, vars: Object.fromEntries(vars) },
      ...jobs === undefined ? {} : { jobs },
    }, steps.map(({ name }) => name));
    const order = { run: runPaths(root, id), again: false };
    if (input.background) {
      await startInBackground(context, { kind: "pipeline", ...order });
    } else await runPipeline(context, { ...order, jobs });
    const status = await readPipelineStatus(system, order.run);
    return { dry_run: false, pipeline: plan.name, plan: null, status };
  },
  render: runText,
  status: ({ status }) => pipelineStatus(status?.state),
});

function jobsIn(typed: string | undefined): number | undefined {
  if (typed === undefined) return undefined;
  const jobs = /^\d{1,3}$/.test(typed) ? Number(typed) : 0;
  if (jobs >= 1 && jobs <= MOST_JOBS) return jobs;
  throw new MpmError("USAGE", `Invalid number of jobs "${typed}"`, {
    hint: `Use a number from 1 to ${MOST_JOBS}`,
  });
}
