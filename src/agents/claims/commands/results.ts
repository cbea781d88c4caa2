import * as z from "zod/mini";

/** The schemas of what `claim`, `claims` and `release` give. */

const text = z.string();

export const ClaimView = z.strictObject({
  /** Relative to its worktree, with `/` between folders. */
  path: text,
  /** The top folder of the worktree, absolute. */
  worktree: text,
  holder: z.strictObject({
    kind: z.enum(["agent", "person"]),
    name: text,
    /** The agent session; null: not within one. */
    session_id: z.nullable(text),
  }),
  /** True if it is your own. */
  yours: z.boolean(),
  /** True if it is known that its agent session still runs. */
  alive: z.boolean(),
  /** The purpose; null: not given. */
  task: z.nullable(text),
  /** ISO 8601. */
  since: text,
  /** ISO 8601: it is free from then on. */
  until: text,
  /** True if an edit took it (`claims.auto`). */
  automatic: z.boolean(),
});

export const ClaimResult = z.strictObject({
  dry_run: z.boolean(),
  /** ISO 8601: ages count from here. */
  at: text,
  claims: z.array(ClaimView),
  /** Claims of others that --force took over. */
  taken_over: z.array(ClaimView),
});

export const ClaimsResult = z.strictObject({
  /** ISO 8601: ages count from here. */
  at: text,
  /** The top folder of this worktree, absolute. */
  worktree: text,
  claims: z.array(ClaimView),
  /** Claims of others on other machines. They refuse no edit here. */
  team: z.array(z.strictObject({
    /** Relative to the worktree there, with `/` between folders. */
    path: text,
    holder: z.strictObject({ kind: z.enum(["agent", "person"]), name: text }),
    /** The person who sent it by a sync; anyone can set the name. */
    sender: text,
    task: z.nullable(text),
    /** ISO 8601: it is free from then on. */
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
