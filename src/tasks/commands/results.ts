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

const RunFields = {
  /** Its ID: the task, and the UTC second in which it began. */
  run: text,
  task: text,
  /** `interrupted`: its mpm was killed, or the machine crashed. */
  state: RUN_STATE,
  /** Items. */
  total: count,
  done: count,
  failed: count,
  /** Items whose programs started, without a known end. */
  flagged: count,
  /** Items that have not started, or are running. */
  waiting: count,
  started_at: text,
  /** When the log of the run last changed. */
  changed_at: text,
  /** Why it ended, if there is more to say than the state. */
  reason: z.nullable(text),
  /** False: someone else made it, so mpm only lists it. */
  own: z.boolean(),
};

/** A run, in the format of most of these results. */
export const TaskRunView = z.strictObject(RunFields);
export type TaskRunView = z.infer<typeof TaskRunView>;

export const TaskStatusResult = z.strictObject({
  ...RunFields,
  /** The time of this answer. */
  at: text,
  /**
   * The items whose program runs, or ran when the run was interrupted; null: no
   * program runs.
   */
  at_work: z.nullable(z.strictObject({
    /** The numbers of the first and the last of them, from 1. */
    first: count,
    last: count,
    /**
     * The item, if the run was interrupted and its chunks have a single item.
     */
    item: z.nullable(text),
  })),
  /** The last progress of the running program; null: not reported. */
  progress: z.nullable(z.strictObject({
    /** Number of finished running items, including fractions. */
    items: z.number(),
    /** A text for people, redacted. */
    text: z.nullable(text),
  })),
  /** The ID of the process that runs it; null: not running, or unknown. */
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

/** A task. */
const TaskRow = z.strictObject({
  name: text,
  /** Relative to the project, with `/` between folders. */
  path: text,
  description: text,
  allowed: z.boolean(),
  /** Why it cannot run; null: it can. */
  problem: z.nullable(text),
  /** Its newest run. */
  run: z.nullable(TaskRunView),
});

export const TasksResult = z.strictObject({
  at: text,
  tasks: z.array(TaskRow),
});
export type TasksResult = z.infer<typeof TasksResult>;

/** An item with its result. */
const TaskItem = z.strictObject({
  item: z.nullable(text),
  state: z.enum(["done", "failed", "flagged"]),
  /** The exit status; null: a signal or a limit ended the program. */
  exit: z.nullable(z.int()),
  /** The end of the program's output, redacted. */
  output: text,
  /** The result that the program reported, any JSON. */
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
    /** The output of its programs, redacted. */
    text,
  })),
  /** Number of logs that were left out to limit the answer. */
  left_out: count,
});
export type TaskLogsResult = z.infer<typeof TaskLogsResult>;

export const TaskReportResult = z.strictObject({
  ...RunFields,
  /** Milliseconds between its start and the last change. */
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
  /** True if it ended while the command waited. */
  ended: z.boolean(),
});

export type TaskCancelResult = z.infer<typeof TaskCancelResult>;
