import {
  type Fitting,
  FLAG,
  list,
  nullable,
  object,
  optional,
  record,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { isFullTime } from "../base/times.ts";
import { SESSION_ID, WORK_ID } from "../base/ids.ts";
import { STATES, type WorkState } from "./life_cycle.ts";

/**
 * The shape of a session, `work-YYYYMMDD-HHMMSS.json`: a stretch of work on
 * one task, which may be paused many times, each pause leaving a save. It is
 * the one definition of its type, its check and the published JSON Schema.
 * Unknown fields are kept.
 */

const TEXT_OR_NULL = nullable(TEXT);

const ID = text({ pattern: WORK_ID });

const STATE = text<WorkState>({ choices: STATES });

const TIME = text({ test: isFullTime });

export const CHECK_ITEM = object({
  /** The heading it is under; empty: none. */
  phase: TEXT,
  text: TEXT,
  done: FLAG,
  /** ISO 8601, UTC. */
  done_at: nullable(TIME),
});

export const TEMPLATE = nullable(object({
  /** The short name, e.g. `bug-fix`. */
  name: TEXT,
  /** The values its placeholders were given. */
  variables: record(TEXT),
}));

export const MOVES = list(object({
  from: STATE,
  to: STATE,
  /** ISO 8601, UTC. */
  at: TIME,
}));

/** The changes that `branch` made, so that `return` can undo them. */
export const DETOUR = nullable(object({
  /** Kind of the detour: `stash`, `git-branch`, `worktree`, or `plain`. */
  kind: TEXT,
  /** The checkpoint that holds the parent's uncommitted work. */
  checkpoint: TEXT_OR_NULL,
  /** The git branch before it, to go back to; null: detached or no git. */
  branch_before: TEXT_OR_NULL,
  /** Full commit id before it. */
  head_before: TEXT_OR_NULL,
  /** The worktree that was made for it, absolute. */
  worktree: TEXT_OR_NULL,
  /** True if it began with a clean tree, as `--stash` leaves it. */
  cleared: optional(FLAG),
}));

export const CHILDREN = list(
  object({ id: ID, name: TEXT_OR_NULL, summary: TEXT, at: TIME }),
);

/** The fields of a session. */
export const WORK_FIELDS = {
  /** The version of the format. */
  schema: { is: "version" } as Shape<1>,
  /** `work-YYYYMMDD-HHMMSS`. */
  id: ID,
  /** A name to find it by. */
  name: TEXT_OR_NULL,
  /** The task. */
  task: TEXT,
  /** Its state in the life cycle. */
  state: STATE,
  /** ISO 8601, UTC. */
  started_at: TIME,
  /** Every change of its state, the oldest first. */
  transitions: MOVES,
  /** Id of the session this one is a detour of. */
  parent: nullable(ID),
  /** Its place: `main` or the name of a linked worktree's place. */
  place: TEXT,
  /** That worktree's folder, absolute. */
  worktree: TEXT,
  /** Position of git at the start. */
  git: object({ branch: TEXT_OR_NULL, head: TEXT_OR_NULL }),
  /** The agent's own session at the start. */
  agent_session: TEXT_OR_NULL,
  /** The template for the checklist. */
  template: TEMPLATE,
  /** The checklist, in order. */
  checklist: list(CHECK_ITEM),
  /** Ids of its saves, the newest last. */
  saves: list(text({ pattern: SESSION_ID })),
  /** Results of its detours. */
  children: CHILDREN,
  /** The changes that `mpm branch` made for it; null if it is not a detour. */
  detour: DETOUR,
  /** The summary when it was completed or cancelled. */
  summary: TEXT_OR_NULL,
  /**
   * The signature with the user's own key: HMAC-SHA256 of the text before it.
   */
  seal: optional(TEXT),
};

export const WORK = object(WORK_FIELDS);

export type WorkMove = Fitting<typeof MOVES>[number];
export type CheckItem = Fitting<typeof CHECK_ITEM>;
export type Detour = NonNullable<Fitting<typeof DETOUR>>;
export type Work = Fitting<typeof WORK>;
