import * as z from "zod/mini";

/** The schemas of what the commands about the trash, and `mpm allow`, return. */

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

export const AllowResult = z.strictObject({
  /** Nothing was changed. */
  dry_run: z.boolean(),
  /** `none`: it was so before. */
  change: z.enum(["allowed", "removed", "none", "listed"]),
  commands: z.array(z.strictObject({
    text,
    /** Program and arguments; null: a shell runs the text. */
    args: z.nullable(z.array(text)),
    /** When it was allowed, ISO 8601; null: it is not. */
    at: z.nullable(text),
  })),
  files: z.array(z.strictObject({
    /** Absolute. */
    path: text,
    /** Of the content that may run; null: none may. */
    sha256: z.nullable(text),
    /** True if it has another content now, so that it does not run. */
    changed: z.boolean(),
  })),
});

export type AllowResult = z.infer<typeof AllowResult>;
export type TrashResult = z.infer<typeof TrashResult>;
