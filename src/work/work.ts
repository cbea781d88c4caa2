import * as z from "zod/mini";
import { SESSION_ID, WORK_ID } from "../git/ids.ts";
import { STATES } from "./life_cycle.ts";

/**
 * The schema of a work session, `work-YYYYMMDD-HHMMSS.json`: a stretch of work
 * on one task, which may be paused many times, each pause leaving a save.
 * Unknown fields are kept. Commands import the types alone; what they read is
 * checked by `work_record.ts` without the schema library.
 */

const text = z.string();

const id = text.check(z.regex(WORK_ID));

export const CheckItem = z.looseObject({
  /** The heading it stands under; empty: none. */
  phase: text,
  text,
  done: z.boolean(),
  /** ISO 8601, UTC. */
  done_at: z.nullable(text),
});

export const WorkTemplate = z.looseObject({
  /** The short name, e.g. `bug-fix`. */
  name: text,
  /** The values its placeholders were given. */
  variables: z.record(text, text),
});

export const WorkMove = z.looseObject({
  from: z.enum(STATES),
  to: z.enum(STATES),
  /** ISO 8601, UTC. */
  at: text,
});

/** What `branch` did, so that `return` can take it back. */
export const Detour = z.looseObject({
  /** What was done for it: `stash`, `git-branch`, `worktree`, or `plain`. */
  kind: text,
  /** The checkpoint that holds the parent's uncommitted work. */
  checkpoint: z.nullable(text),
  /** The git branch before it, to go back to; null: detached or no git. */
  branch_before: z.nullable(text),
  /** Full commit id before it. */
  head_before: z.nullable(text),
  /** The worktree that was made for it, absolute. */
  worktree: z.nullable(text),
  /** Whether it began with a clean tree, as `--stash` leaves it. */
  cleared: z.optional(z.boolean()),
});

export const Work = z.looseObject({
  /** The version of the format. */
  schema: z.literal(1),
  /** `work-YYYYMMDD-HHMMSS`. */
  id,
  /** A name to find it by. */
  name: z.nullable(text),
  /** What is to be done. */
  task: text,
  /** Where it stands in its life cycle. */
  state: z.enum(STATES),
  /** ISO 8601, UTC. */
  started_at: text,
  /** Every change of its state, the oldest first. */
  transitions: z.array(WorkMove),
  /** Id of the session this one is a detour of. */
  parent: z.nullable(id),
  /** Where it is worked on: `main` or the name of a linked worktree's place. */
  place: text,
  /** That worktree's folder, absolute. */
  worktree: text,
  /** Where git stood at the start. */
  git: z.looseObject({ branch: z.nullable(text), head: z.nullable(text) }),
  /** The agent's own session at the start. */
  agent_session: z.nullable(text),
  /** What its checklist was made from. */
  template: z.nullable(WorkTemplate),
  /** What is to be done, in order. */
  checklist: z.array(CheckItem),
  /** Ids of its saves, the newest last. */
  saves: z.array(text.check(z.regex(SESSION_ID))),
  /** What became of its detours. */
  children: z.array(
    z.looseObject({ id, name: z.nullable(text), summary: text, at: text }),
  ),
  /** What `mpm branch` did for it; null: it is no detour. */
  detour: z.nullable(Detour),
  /** What was said when it was completed or cancelled. */
  summary: z.nullable(text),
  /** What only this user's mpm can make: HMAC-SHA256 of what precedes it. */
  seal: z.optional(text),
});

export type CheckItem = z.infer<typeof CheckItem>;
export type WorkTemplate = z.infer<typeof WorkTemplate>;
export type WorkMove = z.infer<typeof WorkMove>;
export type Detour = z.infer<typeof Detour>;
export type Work = z.infer<typeof Work>;
