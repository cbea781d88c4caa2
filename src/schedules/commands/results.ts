import * as z from "zod/mini";

/** The results of the `schedule` commands. */

const text = z.string();

/** A system scheduler; `schtasks` is the Task Scheduler of Windows. */
const VIA = z.enum(["systemd", "cron", "launchd", "schtasks"]);

export const ScheduleRow = z.strictObject({
  /** Its ID: the name, and a digest of the project. */
  id: text,
  /**
   * null: the schedule exists only in the scheduler, and mpm has no record of
   * it.
   */
  name: z.nullable(text),
  /** The top folder of the project. */
  project: z.nullable(text),
  /** Five fields, in the machine's time zone. */
  times: z.nullable(text),
  /** The work that it starts, such as `task smells`. */
  starts: z.nullable(text),
  via: VIA,
  /**
   * The entry in the scheduler. `changed`: someone edited it. `disabled`: the
   * scheduler does not start it. `unknown`: mpm has no record of it.
   * `unreadable`: the scheduler could not be queried.
   */
  entry: z.enum([
    "present",
    "changed",
    "disabled",
    "missing",
    "unknown",
    "unreadable",
  ]),
  /** The missing thing that the entry needs. */
  problem: z.nullable(z.enum(["project-gone", "program-gone"])),
  /** The next run, ISO 8601, UTC; null: the scheduler will not start it. */
  next: z.nullable(text),
  /** The last run; null: it has not run. */
  last: z.nullable(z.strictObject({
    started_at: text,
    ended_at: z.nullable(text),
    /** `refused`: the definition is no longer allowed. */
    state: z.enum(["done", "failed", "refused", "running", "interrupted"]),
    /** The exit status; null: it did not exit by itself. */
    exit: z.nullable(z.number()),
    reason: z.nullable(text),
  })),
  /** The file with the output of the schedule's runs. */
  log: z.nullable(text),
});
export type ScheduleRow = z.infer<typeof ScheduleRow>;

export const ScheduleListResult = z.strictObject({
  /** The time of this answer. */
  at: text,
  schedules: z.array(ScheduleRow),
  /** Number of schedules of other projects, which are not in the list. */
  others: z.int(),
  /** Schedulers that could not be queried. */
  problems: z.array(text),
});
export type ScheduleListResult = z.infer<typeof ScheduleListResult>;

export const ScheduleAddResult = z.strictObject({
  dry_run: z.boolean(),
  id: text,
  name: text,
  times: text,
  starts: text,
  via: VIA,
  /** The text of the entry in the scheduler's format. */
  entry: text,
  /** The next three runs, ISO 8601, UTC. */
  next: z.array(text),
  /** False: the schedule existed, and mpm rewrote its entry. */
  added: z.boolean(),
});
export type ScheduleAddResult = z.infer<typeof ScheduleAddResult>;

export const ScheduleRemoveResult = z.strictObject({
  dry_run: z.boolean(),
  removed: z.array(z.strictObject({ id: text, via: VIA })),
});
export type ScheduleRemoveResult = z.infer<typeof ScheduleRemoveResult>;

export const ScheduleRunResult = z.strictObject({
  id: text,
  name: text,
  starts: text,
  state: z.enum(["done", "failed", "refused"]),
  exit: z.nullable(z.number()),
  reason: z.nullable(text),
  started_at: text,
  ended_at: text,
  /** The file with the output. */
  log: text,
});
export type ScheduleRunResult = z.infer<typeof ScheduleRunResult>;
