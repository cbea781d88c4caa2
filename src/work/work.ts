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
 * The shape of a session, `work-YYYYMMDD-HHMMSS.json`: a stretch of work on one
 * task. A session may be paused many times, each time with a save. This is the
 * only definition of its type, its validation and the published JSON Schema.
 * Unknown fields are kept.
 */

const TEXT_OR_NULL = nullable(TEXT);

const ID = text({ pattern: WORK_ID });

const STATE = text<WorkState>({ choices: STATES });

const TIME = text({ test: isFullTime });

export const CHECK_ITEM = object({
  /** The heading above the item; empty: no heading. */
  phase: TEXT,
  text: TEXT,
  done: FLAG,
  /** ISO 8601, UTC. */
  done_at: nullable(TIME),
});

export const TEMPLATE = nullable(object({
  /** The short name, e.g. `bug-fix`. */
  name: TEXT,
  /** The values of the template's placeholders. */
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
  /** The kind of the detour: `stash`, `git-branch`, `worktree`, or `plain`. */
  kind: TEXT,
  /** The checkpoint with the parent's uncommitted work. */
  checkpoint: TEXT_OR_NULL,
  /** The previous git branch, to return to; null: detached HEAD or no git. */
  branch_before: TEXT_OR_NULL,
  /** The full ID of the previous commit. */
  head_before: TEXT_OR_NULL,
  /** The worktree created for the detour, absolute. */
  worktree: TEXT_OR_NULL,
  /** True if the detour began with a clean tree, as after `--stash`. */
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
  /** A name for finding it. */
  name: TEXT_OR_NULL,
  /** The task. */
  task: TEXT,
  /** The session's state in the life cycle. */
  state: STATE,
  /** ISO 8601, UTC. */
  started_at: TIME,
  /** Every state change, oldest first. */
  transitions: MOVES,
  /** ID of the session from which this one is a detour. */
  parent: nullable(ID),
  /** The session's place: `main` or the name of a linked worktree's place. */
  place: TEXT,
  /** The absolute path of that worktree. */
  worktree: TEXT,
  /** The branch and the commit of git at the start. */
  git: object({ branch: TEXT_OR_NULL, head: TEXT_OR_NULL }),
  /** The agent's own session at the start. */
  agent_session: TEXT_OR_NULL,
  /** The template for the checklist. */
  template: TEMPLATE,
  /** The checklist, in order. */
  checklist: list(CHECK_ITEM),
  /** The IDs of the session's saves, newest last. */
  saves: list(text({ pattern: SESSION_ID })),
  /** The results of the session's detours. */
  children: CHILDREN,
  /**
   * The changes that `mpm branch` made for the session; null if it is not a
   * detour.
   */
  detour: DETOUR,
  /** The summary from when the session was completed or cancelled. */
  summary: TEXT_OR_NULL,
  /**
   * The signature with the user's own key: HMAC-SHA256 of the text before this
   * field.
   */
  seal: optional(TEXT),
};

export const WORK = object(WORK_FIELDS);

export type WorkMove = Fitting<typeof MOVES>[number];
export type CheckItem = Fitting<typeof CHECK_ITEM>;
export type Detour = NonNullable<Fitting<typeof DETOUR>>;
export type Work = Fitting<typeof WORK>;
