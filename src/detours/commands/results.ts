import * as z from "zod/mini";
import {
  ChangedCommit,
  Changes,
  FileChange,
} from "../../saves/compare/changes.ts";
import { ChecklistItem, WorkView } from "../../work/commands/results.ts";

/** The result schemas of `branch` and `return`. */

const text = z.string();
const maybeText = z.nullable(text);

/** The position of HEAD. */
const PositionView = z.strictObject({
  /** null: detached, or no repository. */
  branch: maybeText,
  /** Full commit ID; null: no commit. */
  head: maybeText,
});

/** Uncommitted work that is in a checkpoint. */
const ParkedView = z.strictObject({
  /** Name of the checkpoint; in a dry run, the name that it would get. */
  checkpoint: text,
  /** The paths that differ from HEAD. */
  paths: z.array(text),
});

export const BranchResult = z.strictObject({
  dry_run: z.boolean(),
  session: WorkView,
  checklist: z.array(ChecklistItem),
  parent: WorkView,
  /** True if there was no session to return to, so that one was created. */
  made_parent: z.boolean(),
  /** The save of the parent; null in a dry run. */
  save: maybeText,
  from: PositionView,
  to: PositionView,
  /**
   * The start point of a new git branch; null if the branch existed, or if no
   * branch was requested.
   */
  started_from: maybeText,
  parked: z.nullable(ParkedView),
  /** Uncommitted paths that stay in the tree. */
  carried: z.array(text),
  /** The worktree created for the detour, absolute. */
  worktree: maybeText,
  warnings: z.array(text),
});

export const ReturnResult = z.strictObject({
  dry_run: z.boolean(),
  /** The time of this answer, ISO 8601, for computing ages. */
  at: text,
  session: WorkView,
  /** null: the parent's record is gone. */
  parent: z.nullable(WorkView),
  /** The age of the session in milliseconds. */
  lasted: z.number(),
  /** New commits on its git branch, newest first. */
  commits: z.array(ChangedCommit),
  /** null: the start of the detour is no longer in the history. */
  files: z.nullable(z.array(FileChange)),
  from: PositionView,
  to: PositionView,
  /** The parked work, if it was restored. */
  restored: z.nullable(z.strictObject({
    checkpoint: text,
    paths: z.array(text),
    /**
     * True if the work was merged onto a branch that has moved since it was
     * parked.
     */
    merged: z.boolean(),
  })),
  /** The checkpoint of parked work that was not restored. */
  kept: maybeText,
  /** The session's uncommitted work, and what was done with it. */
  leftovers: z.nullable(z.strictObject({
    how: z.enum(["parked", "carried", "discarded"]),
    checkpoint: text,
    paths: z.array(text),
  })),
  /** The worktree of the detour; `reason`: why it still exists. */
  worktree: z.nullable(z.strictObject({
    path: text,
    removed: z.boolean(),
    reason: maybeText,
    /** ID of the parent. */
    parent: text,
  })),
  /** Changes on the parent's side since the parent's save; null if unknown. */
  changes: z.nullable(Changes),
  warnings: z.array(text),
});

export type BranchResult = z.infer<typeof BranchResult>;
export type ReturnResult = z.infer<typeof ReturnResult>;
