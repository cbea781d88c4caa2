import * as z from "zod/mini";
import { schemaOf } from "../../base/schema.ts";
import { WORK } from "../work.ts";
import { STATES } from "../life_cycle.ts";

/** The schema of a session, and of the results of the session commands. */

export const WorkSchema = schemaOf(WORK);

const text = z.string();

/** A session in short form. */
export const WorkView = z.strictObject({
  id: text,
  name: z.nullable(text),
  task: text,
  state: z.enum(STATES),
  /** ISO 8601, UTC. */
  started_at: text,
  /** The time of its last state change. */
  since: text,
  /** The ID of the session from which this one is a detour. */
  parent: z.nullable(text),
  /** The absolute path of the session's worktree. */
  worktree: text,
  /** The short name of the session's template. */
  template: z.nullable(text),
  /** Number of finished checklist items. */
  done: z.int(),
  total: z.int(),
  /** Its newest save. */
  save: z.nullable(text),
  /** The summary written at the end of the session. */
  summary: z.nullable(text),
});

export const ChecklistItem = z.strictObject({
  /** The number, from 1; it works as a selector. */
  number: z.int(),
  /** Empty: none. */
  phase: text,
  text,
  done: z.boolean(),
  /** ISO 8601, UTC. */
  done_at: z.nullable(text),
});

export const StartResult = z.strictObject({
  dry_run: z.boolean(),
  session: WorkView,
  checklist: z.array(ChecklistItem),
  /** The paused session that was previously current in this worktree. */
  left: z.nullable(WorkView),
  warnings: z.array(text),
});

export const CheckResult = z.strictObject({
  dry_run: z.boolean(),
  session: WorkView,
  checklist: z.array(ChecklistItem),
  /** Numbers of the items that were checked or unchecked. */
  changed: z.array(z.int()),
  undo: z.boolean(),
});

export const EndResult = z.strictObject({
  dry_run: z.boolean(),
  session: WorkView,
  /** Texts of the unchecked items. */
  open: z.array(text),
});

export const StackResult = z.strictObject({
  project: text,
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: text,
  /** The current session of this worktree. */
  current: z.nullable(text),
  /** In the order of the tree: each session follows its parent. */
  sessions: z.array(z.strictObject({
    session: WorkView,
    /** 0: the session has no parent here. */
    depth: z.int(),
    /**
     * The checkpoint that contains the work parked for a detour; null: no
     * parked work.
     */
    parked: z.nullable(text),
  })),
  /** Number of hidden sessions. */
  hidden: z.int(),
  problems: z.array(text),
});

export const TemplateRow = z.strictObject({
  name: text,
  title: text,
  description: text,
  /** `project`, `user` or `shipped`; the nearest source takes precedence. */
  source: z.enum(["project", "user", "shipped"]),
  /** The path of the file; null: the template is part of mpm. */
  path: z.nullable(text),
  phases: z.int(),
  items: z.int(),
  /** The problem; null: no problem. */
  problem: z.nullable(text),
});

export const TemplatesResult = z.strictObject({
  templates: z.array(TemplateRow),
});

export const TemplateResult = z.strictObject({
  name: text,
  title: text,
  description: text,
  source: TemplateRow.shape.source,
  path: z.nullable(text),
  variables: z.array(z.strictObject({
    name: text,
    description: text,
    required: z.boolean(),
    default: z.nullable(text),
  })),
  items: z.array(z.strictObject({ phase: text, text, done: z.boolean() })),
  /** The template as written. */
  text,
});

export const TemplateNewResult = z.strictObject({
  dry_run: z.boolean(),
  name: text,
  /** The file, absolute. */
  path: text,
  text,
});

export type WorkView = z.infer<typeof WorkView>;
export type ChecklistItem = z.infer<typeof ChecklistItem>;
export type StartResult = z.infer<typeof StartResult>;
export type CheckResult = z.infer<typeof CheckResult>;
export type EndResult = z.infer<typeof EndResult>;
export type StackResult = z.infer<typeof StackResult>;
export type TemplateRow = z.infer<typeof TemplateRow>;
export type TemplatesResult = z.infer<typeof TemplatesResult>;
export type TemplateNewResult = z.infer<typeof TemplateNewResult>;
