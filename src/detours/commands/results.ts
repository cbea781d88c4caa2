import * as z from "zod/mini";
import {
  ChangedCommit,
  Changes,
  FileChange,
} from "../../saves/compare/changes.ts";
import { ChecklistItem, WorkView } from "../../work/commands/results.ts";

/** The schemas of what `branch` and `return` give. */

const text = z.string();
const maybeText = z.nullable(text);

/** The position of HEAD. */
const PositionView = z.strictObject({
  /** null: detached, or no repository. */
  branch: maybeText,
  /** Full commit id; null: none. */
  head: maybeText,
});

/** Uncommitted work that is in a checkpoint. */
const ParkedView = z.strictObject({
  /** Name of the checkpoint; in a dry run the one it would have. */
  checkpoint: text,
  /** The paths that differ from HEAD. */
  paths: z.array(text),
});

export const BranchResult = z.strictObject({
  dry_run: z.boolean(),
  session: WorkView,
  checklist: z.array(ChecklistItem),
  parent: WorkView,
  /** True if there was no session, so that one was made to come back to. */
  made_parent: z.boolean(),
  /** The save of the parent; null in a dry run. */
  save: maybeText,
  from: PositionView,
  to: PositionView,
  /**
   * Start point of a new git branch; null if it existed, or was not requested.
   */
  started_from: maybeText,
  parked: z.nullable(ParkedView),
  /** Uncommitted paths that stay in the tree. */
  carried: z.array(text),
  /** The worktree made for it, absolute. */
  worktree: maybeText,
  warnings: z.array(text),
});

export const ReturnResult = z.strictObject({
  dry_run: z.boolean(),
  /** ISO 8601: ages count from here. */
  at: text,
  session: WorkView,
  /** null: its record is gone. */
  parent: z.nullable(WorkView),
  /** Milliseconds since the session began. */
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
    /** Onto a branch that has moved since. */
    merged: z.boolean(),
  })),
  /** The checkpoint of parked work that is not restored. */
  kept: maybeText,
  /** The session's uncommitted work, and where it went. */
  leftovers: z.nullable(z.strictObject({
    how: z.enum(["parked", "carried", "discarded"]),
    checkpoint: text,
    paths: z.array(text),
  })),
  /** The worktree of the detour; `reason`: why it is still there. */
  worktree: z.nullable(z.strictObject({
    path: text,
    removed: z.boolean(),
    reason: maybeText,
    /** Id of the parent. */
    parent: text,
  })),
  /** Changes on the parent's side since its save; null if not known. */
  changes: z.nullable(Changes),
  warnings: z.array(text),
});

export type BranchResult = z.infer<typeof BranchResult>;
export type ReturnResult = z.infer<typeof ReturnResult>;
