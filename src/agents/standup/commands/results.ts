import * as z from "zod/mini";

/** The result schema of mpm standup. */

const text = z.string();

const Entry = z.strictObject({
  text,
  /** The kind of source. */
  source: z.enum(["save", "item", "commit", "handoff"]),
  /** The id of the save, item, commit or hand-off. */
  id: text,
  /** ISO 8601, UTC. */
  at: text,
});

export const StandupResult = z.strictObject({
  /** ISO 8601, UTC: the start of the period. */
  since: text,
  /** ISO 8601, UTC. */
  until: text,
  /** Agents first, then people, each group sorted by name. */
  actors: z.array(z.strictObject({
    name: text,
    /** True for a person. */
    person: z.boolean(),
    /** The oldest first. */
    done: z.array(Entry),
    next: z.array(Entry),
    blocked: z.array(Entry),
    /** Hand-offs that are not done yet. */
    waiting: z.array(z.strictObject({
      id: text,
      from: text,
      title: text,
      /** `waiting`, `accepted` or `disputed`. */
      state: text,
    })),
  })),
  /** Files that several agents or people changed or claimed. */
  overlaps: z.array(z.strictObject({
    /** Relative to the worktree, with `/`. */
    path: text,
    by: z.array(text),
    claimed_by: z.array(text),
  })),
  /** Number of entries that were left out. */
  left_out: z.int(),
  /** Problems with the data that was read. */
  warnings: z.array(text),
});

export type StandupResult = z.infer<typeof StandupResult>;
