import * as z from "zod/mini";
import { ANSWER_STATES, DOCUMENT_STATES } from "../../../documents/mod.ts";
import { RULE_NAMES } from "../lint.ts";

/** The result schemas of the hand-off document commands. */

const text = z.string();

/** An answer to a hand-off. */
const AnswerView = z.strictObject({
  state: z.enum(ANSWER_STATES),
  /** The name of the agent or person. */
  by: text,
  person: z.boolean(),
  /** ISO 8601, UTC. */
  at: text,
  reason: z.nullable(text),
  /** True if no other answer follows it. */
  last: z.boolean(),
});

/** A hand-off document. */
export const HandoffView = z.strictObject({
  /** Its number in "mpm handoff list". */
  number: z.int(),
  /** The name of its file, without `.md`. */
  id: text,
  /** Relative to the project. */
  path: text,
  /** True if it is in the folder that is committed to git. */
  shared: z.boolean(),
  /** The person who sent it through a sync; null: created in this clone. */
  sender: z.nullable(z.strictObject({ name: text, verified: z.boolean() })),
  /** Agent names as written in the document. */
  from: text,
  to: text,
  /** The first completed item, or else the first need. */
  title: text,
  /** `disputed`: two independent answers differ. */
  state: z.enum(DOCUMENT_STATES),
  /** The time in its ID, ISO 8601, UTC; null: the ID has no time. */
  created_at: z.nullable(text),
  /** Sorted so that each answer comes after the answers it follows. */
  answers: z.array(AnswerView),
});

export const HandoffNewResult = z.strictObject({
  dry_run: z.boolean(),
  id: text,
  /** Absolute. */
  path: text,
  /** True if it is in the folder that is committed to git. */
  shared: z.boolean(),
  from: text,
  to: text,
  text,
  /** Number of findings of "mpm handoff check". */
  findings: z.int(),
  warnings: z.array(text),
});

export const HandoffListResult = z.strictObject({
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: text,
  /** The newest first. */
  handoffs: z.array(HandoffView),
  /** Number of finished hand-offs that are not listed. */
  hidden: z.int(),
  warnings: z.array(text),
});

export const HandoffShowResult = z.strictObject({
  /** The time of this answer, ISO 8601, for computing ages. */
  shown_at: text,
  handoff: HandoffView,
  /** The document, redacted. */
  text,
});

export const HandoffAnswerResult = z.strictObject({
  dry_run: z.boolean(),
  /** False if the hand-off already had the same answer. */
  changed: z.boolean(),
  /** The time of this answer, ISO 8601, for computing ages. */
  answered_at: text,
  answer: z.enum(ANSWER_STATES),
  /** The hand-off after the command. */
  handoff: HandoffView,
  warnings: z.array(text),
});

export const HandoffCheckResult = z.strictObject({
  checked: z.array(z.strictObject({
    /** Absolute. */
    path: text,
    /** Places where the document breaks a rule, by line. */
    findings: z.array(z.strictObject({
      rule: z.enum(RULE_NAMES),
      /** From 1. */
      line: z.int(),
      message: text,
    })),
  })),
  /** Total number of findings. */
  findings: z.int(),
  warnings: z.array(text),
});

export type HandoffView = z.infer<typeof HandoffView>;
export type HandoffNewResult = z.infer<typeof HandoffNewResult>;
export type HandoffListResult = z.infer<typeof HandoffListResult>;
export type HandoffShowResult = z.infer<typeof HandoffShowResult>;
export type HandoffAnswerResult = z.infer<typeof HandoffAnswerResult>;
export type HandoffCheckResult = z.infer<typeof HandoffCheckResult>;
