import * as z from "zod/mini";

/** The results of the `task` commands. */

const text = z.string();
const count = z.int().check(z.nonnegative());

const RUN_STATE = z.enum([
  "running",
  "done",
  "failed",
  "cancelled",
  "stopped",
  "interrupted",
]);

/** The last fields of every run, of a task or of a pipeline. */
export const RunEndFields = {
  started_at: text,
  /** The time when the log of the run last changed. */
  changed_at: text,
  /** Why the run ended, if the state alone does not say enough. */
  reason: z.nullable(text),
  /** False if someone else made the run, so mpm only lists it. */
  own: z.boolean(),
};

const RunFields = {
  /** The ID of the run: its task, and the UTC second in which it began. */
  run: text,
  task: text,
  /** `interrupted`: the mpm process was killed, or the machine crashed. */
  state: RUN_STATE,
  /** Items. */
  total: count,
  done: count,
  failed: count,
  /** Number of items whose program started and whose end is unknown. */
  flagged: count,
  /** Number of items that have not started, or are running. */
  waiting: count,
  ...RunEndFields,
};

/** A run, in the format of most of these results. */
export const TaskRunView = z.strictObject(RunFields);
export type TaskRunView = z.infer<typeof TaskRunView>;

export const TaskStatusResult = z.strictObject({
  ...RunFields,
  /** The time of this answer. */
  at: text,
  /**
   * The items whose program is running, or was running when the run was
   * interrupted; null: no program is running.
   */
  at_work: z.nullable(z.strictObject({
    /** The numbers of the first and the last item, from 1. */
    first: count,
    last: count,
    /**
     * The item, if the run was interrupted and each chunk has a single item.
     */
    item: z.nullable(text),
  })),
  /**
   * The last progress that the running program reported; null: not reported.
   */
  progress: z.nullable(z.strictObject({
    /** Number of running items that are finished, including fractions. */
    items: z.number(),
    /** A text for people, redacted. */
    text: z.nullable(text),
  })),
  /**
   * The ID of the process that works on the run; null: not running, or unknown.
   */
  pid: z.nullable(count),
});
export type TaskStatusResult = z.infer<typeof TaskStatusResult>;

/** A finished run, or the plan of a dry run. */
export const TaskRunResult = z.strictObject({
  ...RunFields,
  dry_run: z.boolean(),
  /** null: a dry run. */
  run: z.nullable(text),
  state: z.nullable(RUN_STATE),
  started_at: z.nullable(text),
  changed_at: z.nullable(text),
  /** In a dry run, the first items; otherwise null. */
  items: z.nullable(z.array(text)),
});
export type TaskRunResult = z.infer<typeof TaskRunResult>;

export const TaskListResult = z.strictObject({
  at: text,
  /** The newest first. */
  runs: z.array(TaskRunView),
  /** Runs that cannot be read, and why. */
  problems: z.array(text),
});
export type TaskListResult = z.infer<typeof TaskListResult>;

/** The first fields of a task or a pipeline in a list. */
export const DefinitionFields = {
  name: text,
  /** The path relative to the project, with `/` between folders. */
  path: text,
  description: text,
  allowed: z.boolean(),
  /** Why it cannot run; null: it can. */
  problem: z.nullable(text),
};

const TaskRow = z.strictObject({
  ...DefinitionFields,
  /** Its newest run. */
  run: z.nullable(TaskRunView),
});

export const TasksResult = z.strictObject({
  at: text,
  tasks: z.array(TaskRow),
});
export type TasksResult = z.infer<typeof TasksResult>;

/** An item and its result. */
const TaskItem = z.strictObject({
  item: z.nullable(text),
  state: z.enum(["done", "failed", "flagged"]),
  /** The exit status; null: a signal or a limit ended the program. */
  exit: z.nullable(z.int()),
  /** The end of the program's output, redacted. */
  output: text,
  /** The result that the program reported; any JSON value. */
  result: z.unknown(),
  attempts: count,
  ms: count,
});
export type TaskItem = z.infer<typeof TaskItem>;

export const TaskLogsResult = z.strictObject({
  run: text,
  logs: z.array(z.strictObject({
    /** Counted from 0. */
    chunk: count,
    items: z.array(text),
    /** The output of the programs, redacted. */
    text,
  })),
  /** Number of logs that were left out to limit the answer. */
  left_out: count,
});
export type TaskLogsResult = z.infer<typeof TaskLogsResult>;

export const TaskReportResult = z.strictObject({
  ...RunFields,
  /** Milliseconds between the start of the run and its last change. */
  ms: count,
  /** The first items that failed or are flagged. */
  trouble: z.array(TaskItem),
  /** The results of the first finished items. */
  results: z.array(TaskItem),
  /** The file with the report; null: it was printed. */
  file: z.nullable(text),
});
export type TaskReportResult = z.infer<typeof TaskReportResult>;

export const TaskRmResult = z.strictObject({
  dry_run: z.boolean(),
  /** IDs of the runs. */
  removed: z.array(text),
  /** The folder in the trash; null: nothing was moved. */
  folder: z.nullable(text),
});
export type TaskRmResult = z.infer<typeof TaskRmResult>;

export const TaskCancelResult = z.strictObject({
  dry_run: z.boolean(),
  /** The ID of the run. */
  run: text,
  /** True if the run ended while the command waited. */
  ended: z.boolean(),
});

export type TaskCancelResult = z.infer<typeof TaskCancelResult>;
