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
  /** Nothing was written; the steps are what would be done. */
  dry_run: z.boolean(),
  /** The old folder, absolute. */
  folder: text,
  /** True if an earlier run that died was finished. */
  resumed: z.boolean(),
  /** Backups that were made, absolute. */
  backups: z.array(text),
  /** Files that stay, and why. */
  left: z.array(z.strictObject({
    path: text,
    reason: text,
    /** It is not a file of a session. */
    foreign: z.boolean(),
  })),
  /** True if all was done: a reason for exit status 4 if not. */
  complete: z.boolean(),
  /** Files that git tracks and that moved or changed; 0 outside git. */
  tracked: z.int(),
  /**
   * Commands that commit the move, for a shell in the project; empty without
   * changes.
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
  /** True if the old folder is no more. */
  folder_gone: z.boolean(),
  /** Sessions whose files were moved. */
  saves: z.int(),
  /** Files that were moved, with those of `rewritten`. */
  moved: z.int(),
  rewritten: z.int(),
  /** Files that the new folder has already. */
  duplicates: z.int(),
  /** Sessions that had to get another id. */
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

/** `migrate --rollback` answers with what it restored. */
export const MigrateAnswer = z.discriminatedUnion("action", [
  MigrateResult,
  RollbackResult,
]);

export type MigrateResult = z.infer<typeof MigrateResult>;
export type RollbackResult = z.infer<typeof RollbackResult>;
export type MigrateAnswer = z.infer<typeof MigrateAnswer>;
