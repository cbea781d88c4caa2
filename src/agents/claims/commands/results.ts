import * as z from "zod/mini";

/** The result schemas of `claim`, `claims` and `release`. */

const text = z.string();

export const ClaimView = z.strictObject({
  /** Relative to its worktree, with `/` between folders. */
  path: text,
  /** The top folder of the worktree, absolute. */
  worktree: text,
  holder: z.strictObject({
    kind: z.enum(["agent", "person"]),
    name: text,
    /** The agent session; null: not in an agent session. */
    session_id: z.nullable(text),
  }),
  /** True if the claim is yours. */
  yours: z.boolean(),
  /** True if its agent session is known to be running. */
  alive: z.boolean(),
  /** The purpose; null: not given. */
  task: z.nullable(text),
  /** ISO 8601. */
  since: text,
  /** The time after which the path is free, ISO 8601. */
  until: text,
  /** True if an edit made the claim (`claims.auto`). */
  automatic: z.boolean(),
});

export const ClaimResult = z.strictObject({
  dry_run: z.boolean(),
  /** The time of this answer, ISO 8601, for computing ages. */
  at: text,
  claims: z.array(ClaimView),
  /** Claims by others that --force took over. */
  taken_over: z.array(ClaimView),
});

export const ClaimsResult = z.strictObject({
  /** The time of this answer, ISO 8601, for computing ages. */
  at: text,
  /** The top folder of this worktree, absolute. */
  worktree: text,
  claims: z.array(ClaimView),
  /** Claims made on other machines. They do not block edits here. */
  team: z.array(z.strictObject({
    /** Relative to the worktree on that machine, with `/` between folders. */
    path: text,
    holder: z.strictObject({ kind: z.enum(["agent", "person"]), name: text }),
    /**
     * The person who sent the claim through a sync; anyone can set this name.
     */
    sender: text,
    task: z.nullable(text),
    /** The time after which the path is free, ISO 8601. */
    until: text,
  })),
});

export const ReleaseResult = z.strictObject({
  dry_run: z.boolean(),
  released: z.array(ClaimView),
});

export type ClaimView = z.infer<typeof ClaimView>;
export type ClaimResult = z.infer<typeof ClaimResult>;
export type ClaimsResult = z.infer<typeof ClaimsResult>;
export type ReleaseResult = z.infer<typeof ReleaseResult>;
