import * as z from "zod/mini";
import {
  DefinitionFields,
  RunEndFields,
} from "../../tasks/commands/results.ts";

export {
  TaskCancelResult as PipelineCancelResult,
  TaskRmResult as PipelineRmResult,
} from "../../tasks/commands/results.ts";

/** The results of the `pipeline` commands. */

const text = z.string();
const count = z.int().check(z.nonnegative());

const RUN_STATE = z.enum([
  "running",
  "done",
  "failed",
  "cancelled",
  "stopped",
  "limited",
  "conflict",
  "interrupted",
]);

const STEP_STATE = z.enum([
  "waiting",
  "running",
  "done",
  "failed",
  "flagged",
  "skipped",
  "limited",
]);

const StepView = z.strictObject({
  name: text,
  state: STEP_STATE,
  /** The steps that must be finished first. */
  needs: z.array(text),
  /** True if the step has its own worktree. */
  worktree: z.boolean(),
  attempts: count,
  /** The exit status; null: the program did not exit by itself. */
  exit: z.nullable(z.int()),
  /** The reason for the state, redacted; null: nothing to add. */
  reason: z.nullable(text),
  started_at: z.nullable(text),
  ms: z.nullable(count),
  /** When a usage limit ends, ISO 8601, UTC; null: no limit, or unknown. */
  until: z.nullable(text),
  /** Files that the step produced. */
  artefacts: z.array(text),
  /** The end of its output, or its agent's answer, redacted. */
  output: text,
  /** The commit of a step with a worktree; null: no result yet. */
  result: z.nullable(text),
  /** The file with its output, relative to the project; null: no output. */
  log: z.nullable(text),
});
export type StepView = z.infer<typeof StepView>;

/** The merge of the results of steps with worktrees. */
const MergeView = z.strictObject({
  state: z.enum(["done", "conflict", "stopped"]),
  reason: z.nullable(text),
  merged: z.array(text),
  conflicts: z.array(z.strictObject({
    step: text,
    paths: z.array(text),
    commit: text,
    worktree: z.nullable(text),
    folder: z.nullable(text),
  })),
  /** Number of files that changed in the user's working tree. */
  changed: count,
});

const RunFields = {
  /** The ID, which consists of the pipeline and the start time in UTC. */
  run: text,
  pipeline: text,
  /** `interrupted`: mpm was killed, or the machine crashed. */
  state: RUN_STATE,
  /** The number of steps, and the number in each state. */
  total: count,
  done: count,
  failed: count,
  flagged: count,
  skipped: count,
  limited: count,
  waiting: count,
  running: count,
  ...RunEndFields,
};

/** A run of a pipeline in a list. */
export const PipelineRunView = z.strictObject(RunFields);
export type PipelineRunView = z.infer<typeof PipelineRunView>;

export const PipelineStatusResult = z.strictObject({
  ...RunFields,
  /** The time of this answer. */
  at: text,
  steps: z.array(StepView),
  /** The last merge; null: nothing was merged yet. */
  merge: z.nullable(MergeView),
  /** The ID of the process that runs it; null: it is not running. */
  pid: z.nullable(count),
});
export type PipelineStatusResult = z.infer<typeof PipelineStatusResult>;

/** A run, or the plan of a dry run with its steps in order. */
export const PipelineRunResult = z.strictObject({
  dry_run: z.boolean(),
  pipeline: text,
  /** The steps and what they need; null: not a dry run. */
  plan: z.nullable(z.array(z.strictObject({
    name: text,
    needs: z.array(text),
    /** The program and its arguments, or the agent's prompt. */
    runs: text,
    worktree: z.boolean(),
  }))),
  /** null: a dry run. */
  status: z.nullable(PipelineStatusResult),
});
export type PipelineRunResult = z.infer<typeof PipelineRunResult>;

export const PipelineListResult = z.strictObject({
  at: text,
  /** The newest first. */
  runs: z.array(PipelineRunView),
  /** Runs that cannot be read, and why. */
  problems: z.array(text),
});
export type PipelineListResult = z.infer<typeof PipelineListResult>;

export const PipelinesResult = z.strictObject({
  at: text,
  pipelines: z.array(z.strictObject({
    ...DefinitionFields,
    /** Its newest run. */
    run: z.nullable(PipelineRunView),
  })),
});
export type PipelinesResult = z.infer<typeof PipelinesResult>;

export const PipelineGraphResult = z.strictObject({
  pipeline: text,
  /** The run whose states are shown; null: the pipeline never ran. */
  run: z.nullable(text),
  steps: z.array(z.strictObject({
    name: text,
    needs: z.array(text),
    worktree: z.boolean(),
    state: z.nullable(STEP_STATE),
  })),
  /** The graph as a Mermaid flowchart. */
  mermaid: text,
  /** The format of the output without --json. */
  form: z.enum(["drawing", "mermaid"]),
});
export type PipelineGraphResult = z.infer<typeof PipelineGraphResult>;

export const PipelineLogsResult = z.strictObject({
  run: text,
  logs: z.array(z.strictObject({
    step: text,
    /** True if it is the log of the step's `verify`. */
    verify: z.boolean(),
    /** The output of its program, redacted. */
    text,
  })),
});
export type PipelineLogsResult = z.infer<typeof PipelineLogsResult>;

/** The state of a run, and where its report is. */
export const PipelineReportResult = z.extend(PipelineStatusResult, {
  /** The file with the report; null: it was printed. */
  file: z.nullable(text),
});
export type PipelineReportResult = z.infer<typeof PipelineReportResult>;

export const PipelineExportResult = z.strictObject({
  pipeline: text,
  /** The workflow, YAML. */
  workflow: text,
  /** The file with the workflow; null: it was printed. */
  file: z.nullable(text),
});
export type PipelineExportResult = z.infer<typeof PipelineExportResult>;

export const PipelineNewResult = z.strictObject({
  dry_run: z.boolean(),
  name: text,
  /** The file, absolute. */
  path: text,
  text,
  /** The next commands. */
  next: z.array(text),
});
