import * as z from "zod/mini";
import { WorkView } from "../../work/commands/results.ts";
import { STEP_TYPES, TIMELINE_TYPES } from "../types.ts";

/** The result schemas of the commands in `replay/`. */

const text = z.string();

/** One event in the session. */
const ReplayStep = z.strictObject({
  /** Counts from 1, in time order, whether or not other steps are shown. */
  step: z.int(),
  /** ISO 8601, UTC; null: the client recorded no time. */
  at: z.nullable(text),
  /**
   * A key that is the same in every report of the same thing, such as a tool
   * call's ID. null: a step by mpm or git.
   */
  key: z.nullable(text),
  type: z.enum(STEP_TYPES),
  /** One line. */
  description: text,
  /**
   * The sub-agent that performed the step; null: the main agent, a person, or
   * mpm.
   */
  agent: z.nullable(z.strictObject({ id: text, name: text })),
  /** True if this is on a branch that was withdrawn or rewound. */
  withdrawn: z.boolean(),
  /** The full text, to the extent that mpm keeps it. */
  text: z.nullable(text),
  tool: z.nullable(text),
  /** The arguments of the tool, with long texts shortened. */
  args: z.unknown(),
  /** Result of the tool; null if the transcript has no result. */
  result: z.nullable(text),
  /** True if the tool failed or was refused. */
  failed: z.nullable(z.boolean()),
  /** When the tool ended, ISO 8601, UTC. */
  ended_at: z.nullable(text),
  /** The checkpoint that was taken in this step. */
  checkpoint: z.nullable(z.strictObject({ id: text, commit: text })),
  /** The files changed by the tool, to the extent that the client noticed. */
  edits: z.array(z.strictObject({
    path: text,
    how: z.enum(["created", "edited", "deleted"]),
    /** Unified diff; null: the client did not record it. */
    diff: z.nullable(text),
  })),
});

/** A checkpoint with the files of a step. */
const StepTree = z.strictObject({
  step: z.int(),
  /** Its ID. */
  checkpoint: text,
  /** When the files were read, ISO 8601, UTC. */
  at: text,
});

const LeftOut = z.strictObject({ path: text, reason: text });

/** All files at a step. */
const TreeResult = z.strictObject({
  step: z.int(),
  /** The tree; null: it is unknown. */
  exact: z.nullable(StepTree),
  /**
   * The nearest known trees on both sides, if the tree at the step is unknown.
   */
  before: z.nullable(StepTree),
  after: z.nullable(StepTree),
  head: z.nullable(text),
  branch: z.nullable(text),
  /** Every path. */
  files: z.array(text),
  /** Uncommitted files; the status as in `git status --short`. */
  changed: z.array(z.strictObject({ path: text, status: text })),
  /** Paths that are not in the checkpoint. */
  left_out: z.array(LeftOut),
  /** The requested file; `text` is null if the content is not text. */
  file: z.nullable(z.strictObject({
    path: text,
    bytes: z.int(),
    text: z.nullable(text),
  })),
  /** The folder that `--to` wrote. */
  written: z.nullable(z.strictObject({
    folder: text,
    written: z.array(text),
    skipped: z.array(LeftOut),
  })),
});

export const ReplayResult = z.strictObject({
  /** The transcript. */
  path: text,
  agent_session: z.nullable(text),
  /** The save from which the transcript was found. */
  session_id: z.nullable(text),
  /** Empty if a page was written. */
  steps: z.array(ReplayStep),
  /** The page that was written. */
  page: z.nullable(z.strictObject({
    path: text,
    bytes: z.int(),
    /** Number of steps in the page. */
    steps: z.int(),
  })),
  /** The files at the step given with `--at`; null: not requested. */
  tree: z.nullable(TreeResult),
  /** Number of all steps, shown or not. */
  total: z.int(),
  /** True if texts are printed in full. */
  full: z.boolean(),
  /** Parts that could not be read, one sentence each. */
  warnings: z.array(text),
});

export const ForkResult = z.strictObject({
  dry_run: z.boolean(),
  step: z.int(),
  /** The checkpoint with the files. */
  checkpoint: text,
  name: text,
  /** The new worktree, absolute. */
  worktree: text,
  branch: text,
  /** The commit at which the branch begins. */
  head: text,
  /** The session of the fork; null: nothing was created. */
  session: z.nullable(WorkView),
  /** The save with the hand-off. */
  save: z.nullable(text),
  /** Identifies the files, index and HEAD of the worktree. */
  print: z.nullable(text),
  /** Paths that are not in the checkpoint. */
  left_out: z.array(LeftOut),
  warnings: z.array(text),
});

export const CarryResult = z.strictObject({
  dry_run: z.boolean(),
  from: z.strictObject({
    client: text,
    /** The ID of the agent session; null: unknown. */
    session: z.nullable(text),
    /** The transcript, absolute. */
    path: text,
  }),
  to: text,
  /** The version of the client; null: unknown. */
  version: z.nullable(text),
  /** Why the client did not receive the conversation; null: it did. */
  reason: z.nullable(text),
  /** The client's ID of the new session. */
  session: z.nullable(text),
  /** Number of carried turns. */
  turns: z.int(),
  /** Parts of the conversation that are not carried. */
  left_out: z.array(text),
  /** The new files, absolute. */
  files: z.array(text),
  /**
   * The command line that continues the session, or that starts from the
   * hand-off if there is a reason.
   */
  start: z.array(text),
});

export type CarryResult = z.infer<typeof CarryResult>;
export type ForkResult = z.infer<typeof ForkResult>;
export type TreeResult = z.infer<typeof TreeResult>;
/** One event on the timeline of a project. */
const TimelineEvent = z.strictObject({
  /** ISO 8601, UTC. */
  at: text,
  /**
   * The time when the event ended; null: it has no duration, or has not ended
   * yet.
   */
  end: z.nullable(text),
  type: z.enum(TIMELINE_TYPES),
  /** ID of the session, save, checkpoint, agent session or commit. */
  id: z.nullable(text),
  /** One line. */
  title: text,
  /** ID of the session that the event belongs to. */
  session: z.nullable(text),
  /** ID of the session that a detour branched off from. */
  parent: z.nullable(text),
  /** State of a session, as in "mpm status". */
  state: z.nullable(text),
  branch: z.nullable(text),
  /** Origin of a save or checkpoint, if mpm knows it. */
  origin: z.nullable(z.enum(["own", "trusted", "foreign"])),
  /** Name of the author of a save or commit. */
  author: z.nullable(text),
  /** Token counts of an agent session's context, in time order. */
  context: z.array(z.strictObject({ at: text, tokens: z.int() })),
  /** The command that shows more. */
  command: z.nullable(z.array(text)),
});

export const TimelineResult = z.strictObject({
  project: text,
  /** The oldest first. */
  events: z.array(TimelineEvent),
  /** True if there may be older events that `--limit` left out. */
  more: z.boolean(),
  /** The page that was written. */
  page: z.nullable(z.strictObject({
    path: text,
    bytes: z.int(),
    /** Number of events in the page. */
    events: z.int(),
  })),
  /** Parts that could not be read, one sentence each. */
  warnings: z.array(text),
});

export type TimelineEvent = z.infer<typeof TimelineEvent>;
export type TimelineResult = z.infer<typeof TimelineResult>;
export type ReplayStep = z.infer<typeof ReplayStep>;
export type ReplayResult = z.infer<typeof ReplayResult>;
