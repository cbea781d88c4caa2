import * as z from "zod/mini";

/** What `sessions trust` returns. */

const text = z.string();

export const TrustResult = z.strictObject({
  dry_run: z.boolean(),
  sessions: z.array(z.strictObject({
    /** Of a checkpoint `checkpoint/<id>`. */
    session_id: text,
    summary: text,
    /** Of the content; null: it cannot be read. */
    sha256: z.nullable(text),
    /**
     * `own`: made here, which needs no trust; `unchanged`: it was as asked for.
     */
    change: z.enum(["trusted", "revoked", "own", "unchanged", "unreadable"]),
  })),
  /** With `--list`: what is trusted in any project; null: not asked for. */
  trusted: z.nullable(z.array(z.strictObject({
    session_id: text,
    /** Absolute. */
    project: text,
    /** ISO 8601, UTC. */
    at: text,
    sha256: text,
  }))),
});

export type TrustResult = z.infer<typeof TrustResult>;
