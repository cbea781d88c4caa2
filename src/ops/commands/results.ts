import * as z from "zod/mini";

/** The result schemas of the commands about the trash, and of `mpm allow`. */

const text = z.string();

export const TrashResult = z.strictObject({
  /** True if nothing was removed. */
  dry_run: z.boolean(),
  listed_at: text,
  /** The newest first. */
  items: z.array(z.strictObject({
    /** The folder below `.claude-mpm/trash/`. */
    name: text,
    /** ISO 8601, UTC. */
    at: text,
    bytes: z.int(),
    /**
     * True if the policy removes it; if `dry_run` is false, it is already gone.
     */
    remove: z.boolean(),
    reason: text,
  })),
});

export const AllowResult = z.strictObject({
  /** True if nothing was changed. */
  dry_run: z.boolean(),
  /** `none`: it already had this state. */
  change: z.enum(["allowed", "removed", "none", "listed"]),
  commands: z.array(z.strictObject({
    text,
    /** The program and its arguments; null: a shell runs the text. */
    args: z.nullable(z.array(text)),
    /** The time when it was allowed, ISO 8601; null: not allowed. */
    at: z.nullable(text),
  })),
  files: z.array(z.strictObject({
    /** Absolute. */
    path: text,
    /** The digest of the allowed content; null: not allowed. */
    sha256: z.nullable(text),
    /** True if the content has changed, so the file does not run. */
    changed: z.boolean(),
  })),
});

export type AllowResult = z.infer<typeof AllowResult>;
export type TrashResult = z.infer<typeof TrashResult>;
