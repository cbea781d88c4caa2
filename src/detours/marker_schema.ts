import * as z from "zod/mini";
import { CHECKPOINT_ID } from "../checkpoints/mod.ts";
import { WORK_ID } from "../base/ids.ts";
import { STATES } from "../work/mod.ts";

const text = z.string();
const maybeText = z.nullable(text);
const workId = text.check(z.regex(WORK_ID));
const objectId = text.check(z.regex(/^([0-9a-f]{40}|[0-9a-f]{64})$/));
const checkpoint = z.object({
  id: text.check(z.regex(CHECKPOINT_ID)),
  commit: objectId,
});
const position = z.object({
  branch: maybeText,
  head: z.nullable(objectId),
});

/** The way a return ends its session. */
const Ending = z.object({
  action: z.enum(["complete", "cancel"]),
  summary: text,
  /** The checkpoint with what the child left uncommitted. */
  leftovers: maybeText,
  /** The parked work that is not restored. */
  kept: maybeText,
});

/**
 * A `branch`, `return` or `replay fork` under way: written before its first change, removed
 * after its last. A command that finds the marker of a dead process undoes the
 * operation, or finishes it if its commit point was passed.
 */
export const DetourMarker = z.object({
  schema: z.literal(1),
  operation: z.enum(["branch", "return", "replay fork"]),
  /** ISO 8601, UTC. */
  at: text,
  place: text,
  /** The worktree that changes, absolute. */
  worktree: text,
  child: workId,
  parent: z.nullable(workId),
  /** The state the parent had. */
  parent_state: z.nullable(z.enum(STATES)),
  /** True if the parent's record was made for this. */
  made_parent: z.boolean(),
  /** True if worktree, index or HEAD may differ from what they were. */
  changing: z.boolean(),
  from: position,
  /** null: HEAD stays where it is. */
  to: z.nullable(position),
  /** The git branch that is made for it, and where it starts. */
  created: z.nullable(z.object({ branch: text, head: objectId })),
  /** Worktree and index as they were; null: they were clean, or stay. */
  before: z.nullable(checkpoint),
  /** The checkpoint to restore in the worktree at the end. */
  after: z.nullable(checkpoint),
  /** The worktree that is made, absolute. */
  linked: maybeText,
  /** Of a return: the words for the child, how it ends, how its parent knows. */
  ending: z.nullable(Ending),
  /** Files in the way of a return. */
  aside: z.optional(
    z.array(z.object({ trash: text, paths: z.readonly(z.array(text)) })),
  ),
});

export type DetourMarker = z.infer<typeof DetourMarker>;
export type Ending = z.infer<typeof Ending>;
