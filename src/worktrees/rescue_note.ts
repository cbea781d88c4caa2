import * as z from "zod/mini";

/** The facts about a removed worktree, in addition to its commit. */
export const RescueNote = z.strictObject({
  /** The path below `.claude/worktrees/`. */
  name: z.string(),
  head: z.string(),
  /** The short name of the branch; null: HEAD was detached. */
  branch: z.nullable(z.string()),
  /** The settings `branch.<name>.remote` and `.merge`. */
  upstream: z.nullable(z.strictObject({
    remote: z.string(),
    merge: z.string(),
  })),
  /** ISO 8601, UTC. */
  removed_at: z.string(),
  /** For a sparse checkout: its kind, and the text of its patterns file. */
  sparse: z.optional(z.strictObject({
    cone: z.boolean(),
    patterns: z.string(),
  })),
});

export type RescueNote = z.infer<typeof RescueNote>;
