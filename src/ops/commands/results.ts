import * as z from "zod/mini";

/** The schemas of what the commands about the trash return. */

const text = z.string();

export const TrashResult = z.strictObject({
  /** Nothing was removed. */
  dry_run: z.boolean(),
  listed_at: text,
  /** The newest first. */
  items: z.array(z.strictObject({
    /** The folder below `.claude-mpm/trash/`. */
    name: text,
    /** ISO 8601, UTC. */
    at: text,
    bytes: z.int(),
    /** True if the policy lets it go; with `dry_run` false it is gone. */
    remove: z.boolean(),
    reason: text,
  })),
});

export type TrashResult = z.infer<typeof TrashResult>;
