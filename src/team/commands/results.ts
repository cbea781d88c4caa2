import * as z from "zod/mini";

/** The schemas of what commands about a team return. */

const text = z.string();

/** The answer of team add, team remove and team list. */
export const TeamResult = z.strictObject({
  dry_run: z.boolean(),
  /** `none`: it was so before. */
  change: z.enum(["added", "removed", "listed", "none"]),
  /** The keys that were added or removed. */
  changed: z.array(z.strictObject({ name: text, recipient: text })),
  /** Everyone that entries are encrypted to, by name. */
  members: z.array(z.strictObject({
    name: text,
    /** `age1…` or `ssh-ed25519 …`. */
    recipient: text,
    /** ISO 8601, UTC. */
    added_at: text,
    /** True if this user has the private key. */
    own: z.boolean(),
  })),
  /** True if everything that leaves this project is encrypted. */
  encrypted: z.boolean(),
  /** The public keys of this user, which others can add. */
  own_recipients: z.array(text),
  /** Problems with the private keys of this user. */
  warnings: z.array(text),
});

export type TeamResult = z.infer<typeof TeamResult>;
