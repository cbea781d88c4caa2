import * as z from "zod/mini";

/** The schemas of what the commands on tasks give. */

const text = z.string();

export const TaskCancelResult = z.strictObject({
  dry_run: z.boolean(),
  /** The id of the run. */
  run: text,
  /** True if it ended while the command waited. */
  ended: z.boolean(),
});

export type TaskCancelResult = z.infer<typeof TaskCancelResult>;
