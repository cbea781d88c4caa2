import * as z from "zod/mini";
import { WorkView } from "../../work/commands/results.ts";
import { STEP_TYPES, TIMELINE_TYPES } from "../types.ts";

/** The result schemas of the commands in `replay/`. */

const text = z.string();

/** One event in the session. */
const ReplayStep = z.strictObject({
  /** Counts from 1, in order of time, whatever is shown. */
  step: z.int(),
  /** ISO 8601, UTC; null: the client recorded no time. */
  at: z.nullable(text),
  /**
   * A key that is the same in every report of the same thing, such as a tool
   * call's ID; null: by mpm or git.
   */
  key: z.nullable(text),
  type: z.enum(STEP_TYPES),
  /** One line. */
  description: text,
  /** The sub-agent that did it; null: the main agent, a person, or mpm. */
  agent: z.nullable(z.strictObject({ id: text, name: text })),
  /** True if it is on a branch that was withdrawn or rewound. */
  withdrawn: z.boolean(),
  /** The full text, as far as mpm keeps it. */
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
  /** The files that the tool changed, as far as the client noticed. */
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
  /** The nearest known trees, if this one is unknown. */
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
  /** The requested file; `text` is null unless it is text. */
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
  /** The save that led to the transcript. */
  session_id: z.nullable(text),
  /** Empty if a page was written. */
  steps: z.array(ReplayStep),
  /** The page that was written. */
  page: z.nullable(z.strictObject({
    path: text,
    bytes: z.int(),
    /** Number of steps in it. */
    steps: z.int(),
  })),
  /** The files at the step of `--at`; null: not requested. */
  tree: z.nullable(TreeResult),
  /** Number of all steps, shown or not. */
  total: z.int(),
  /** True if every line of a text is printed. */
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
  /** Its session; null: nothing was created. */
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
   * The command line that continues the session, or the hand-off if there is a
   * reason.
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
  /** When it ended; null: it has no duration, or has not ended yet. */
  end: z.nullable(text),
  type: z.enum(TIMELINE_TYPES),
  /** ID of the session, save, checkpoint, agent session or commit. */
  id: z.nullable(text),
  /** One line. */
  title: text,
  /** ID of the session that it belongs to. */
  session: z.nullable(text),
  /** ID of the session that a detour left. */
  parent: z.nullable(text),
  /** State of a session, as in "mpm status". */
  state: z.nullable(text),
  branch: z.nullable(text),
  /** Origin of a save or checkpoint, as far as mpm knows it. */
  origin: z.nullable(z.enum(["own", "trusted", "foreign"])),
  /** Name of the author of a save or commit. */
  author: z.nullable(text),
  /** Tokens in the context of an agent session, in order of time. */
  context: z.array(z.strictObject({ at: text, tokens: z.int() })),
  /** The command that shows more. */
  command: z.nullable(z.array(text)),
});

export const TimelineResult = z.strictObject({
  project: text,
  /** The oldest first. */
  events: z.array(TimelineEvent),
  /** True if there may be older events, beyond `--limit`. */
  more: z.boolean(),
  /** The page that was written. */
  page: z.nullable(z.strictObject({
    path: text,
    bytes: z.int(),
    /** Number of events in it. */
    events: z.int(),
  })),
  /** Parts that could not be read, one sentence each. */
  warnings: z.array(text),
});

export type TimelineEvent = z.infer<typeof TimelineEvent>;
export type TimelineResult = z.infer<typeof TimelineResult>;
export type ReplayStep = z.infer<typeof ReplayStep>;
export type ReplayResult = z.infer<typeof ReplayResult>;
