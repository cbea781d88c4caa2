import * as z from "zod/mini";

/** Results of the `worktrees` commands. */

const text = z.string();

export const WorktreeRow = z.strictObject({
  /** Absolute. */
  path: text,
  /** The same path, relative to `.claude/worktrees/`. */
  name: text,
  /** `orphan`: not registered in git. */
  kind: z.enum(["worktree", "orphan"]),
  /** null: HEAD is detached, or unknown. */
  branch: z.nullable(text),
  head: z.nullable(text),
  /** True if a cleanup removes the folder. */
  remove: z.boolean(),
  /** The reason for or against the removal. */
  reason: text,
  /**
   * True if the folder is kept because work would be lost, and not only because
   * it is in use.
   */
  unsaved: z.boolean(),
  /** Bytes freed by the removal; null: not measured. */
  bytes: z.nullable(z.int()),
});

export const WorktreesPruneResult = z.strictObject({
  /**
   * True if nothing was removed; the result then shows what would be removed.
   */
  dry_run: z.boolean(),
  /** The absolute path of `.claude/worktrees` in the main worktree. */
  folder: text,
  /** Why no worktree was checked. */
  skipped: z.nullable(text),
  /** Why no unregistered directory was checked. */
  orphan_sweep_skipped: z.nullable(text),
  removed: z.array(z.strictObject({
    ...WorktreeRow.shape,
    /** The ref for undoing the removal; null for an empty directory. */
    rescue: z.nullable(text),
    branch_deleted: z.boolean(),
  })),
  preserved: z.array(WorktreeRow),
  reclaimed_bytes: z.int(),
});

export const WorktreesListResult = z.strictObject({
  folder: text,
  /** Why no worktree was checked. */
  skipped: z.nullable(text),
  worktrees: z.array(WorktreeRow),
  /** Removals that can be undone, newest first. */
  removed: z.array(z.strictObject({
    name: text,
    branch: z.nullable(text),
    head: text,
    /** ISO 8601, UTC. */
    removed_at: text,
    rescue: text,
  })),
  /** The time of the list, ISO 8601, for computing ages. */
  listed_at: text,
});

export const WorktreesRestoreResult = z.strictObject({
  dry_run: z.boolean(),
  name: text,
  /** Absolute. */
  path: text,
  /** null: HEAD is detached. */
  branch: z.nullable(text),
  head: text,
  /** Differences from the earlier state. */
  notes: z.array(text),
});

export type WorktreeRow = z.infer<typeof WorktreeRow>;
export type WorktreesPruneResult = z.infer<typeof WorktreesPruneResult>;
export type WorktreesListResult = z.infer<typeof WorktreesListResult>;
export type WorktreesRestoreResult = z.infer<typeof WorktreesRestoreResult>;
