import * as z from "zod/mini";
import { StepAction } from "./change_set.ts";

/** Results of `mpm migrate`. */

const text = z.string();

const MigrateStep = z.strictObject({
  action: StepAction,
  /** Files, absolute. */
  from: text,
  to: z.nullable(text),
  note: z.nullable(text),
});

const MigrateBase = {
  /** True if nothing was written; the steps show what would be done. */
  dry_run: z.boolean(),
  /** The old folder, absolute. */
  folder: text,
  /** True if an interrupted earlier run was finished. */
  resumed: z.boolean(),
  /** New backups, absolute. */
  backups: z.array(text),
  /** Files that stay, and why. */
  left: z.array(z.strictObject({
    path: text,
    reason: text,
    /** True if the file is not a session file. */
    foreign: z.boolean(),
  })),
  /** True if everything was done; otherwise the exit status is 4. */
  complete: z.boolean(),
  /** Number of files tracked by git that moved or changed; 0 outside git. */
  tracked: z.int(),
  /**
   * Shell commands that commit the move, to be run in the project; empty
   * without changes.
   */
  commands: z.array(text),
  milliseconds: z.int(),
  steps: z.array(MigrateStep),
};

export const MigrateResult = z.strictObject({
  action: z.literal("migrate"),
  ...MigrateBase,
  /** The new folder, absolute. */
  sessions: text,
  /** True if the old folder no longer exists. */
  folder_gone: z.boolean(),
  /** Number of sessions whose files were moved. */
  saves: z.int(),
  /** Number of moved files, including those of `rewritten`. */
  moved: z.int(),
  rewritten: z.int(),
  /** Number of files that the new folder already had. */
  duplicates: z.int(),
  /** Sessions that needed a different ID. */
  conflicts: z.array(z.strictObject({ session_id: text, new_id: text })),
});

export const RollbackResult = z.strictObject({
  action: z.literal("rollback"),
  ...MigrateBase,
  /** The backup that was restored, absolute. */
  restored_from: text,
  restored: z.int(),
  removed: z.int(),
});

/** `migrate --rollback` returns the backup that it restored. */
export const MigrateAnswer = z.discriminatedUnion("action", [
  MigrateResult,
  RollbackResult,
]);

export type MigrateResult = z.infer<typeof MigrateResult>;
export type RollbackResult = z.infer<typeof RollbackResult>;
export type MigrateAnswer = z.infer<typeof MigrateAnswer>;
