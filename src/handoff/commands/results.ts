import * as z from "zod/mini";
import { LEVELS } from "../../clients/mod.ts";

/** What the `context` commands and the status line return. */

const text = z.string();
const count = z.nullable(z.int());
const level = z.enum(LEVELS);

export const GaugeResult = z.strictObject({
  /** Why nothing is known; null: it is known. */
  unknown: z.nullable(text),
  tokens: count,
  window: count,
  percentage: z.nullable(z.number()),
  model: z.nullable(text),
  source: z.nullable(z.enum(["status-line", "transcript", "compaction"])),
  window_source: z.nullable(
    z.enum(["configuration", "status-line", "model", "usage", "auto-compact"]),
  ),
  read_at: z.nullable(text),
  /** Seconds. */
  age: count,
  compaction: z.nullable(text),
});

export const StatusLineResult = z.strictObject({
  session_id: z.nullable(text),
  model: z.nullable(text),
  gauge: z.nullable(GaugeResult),
  level,
  branch: z.nullable(text),
  name: z.nullable(text),
  /** Whether the reading was kept for the hooks. */
  kept: z.boolean(),
  color: z.boolean(),
});

export const ContextResult = z.strictObject({
  /** The agent's session; null: there is none here. */
  session_id: z.nullable(text),
  transcript_path: z.nullable(text),
  gauge: GaugeResult,
  level,
  thresholds: z.array(z.strictObject({
    level,
    percentage: z.int(),
    tokens: count,
    /** What mpm does from there on. */
    does: text,
  })),
  /** Whether the hooks act at all. */
  enabled: z.boolean(),
  acknowledged: z.nullable(level),
  acknowledged_at: z.nullable(text),
  crossings: z.array(z.strictObject({
    level,
    at: text,
    tokens: z.int(),
    window: z.int(),
  })),
  /** Faults of the configuration, which then counts as not set. */
  warnings: z.array(text),
});

export const AcknowledgeResult = z.strictObject({
  session_id: text,
  level,
  acknowledged_at: z.nullable(text),
  changed: z.boolean(),
});

export const ResumeFileResult = z.strictObject({
  dry_run: z.boolean(),
  file: text,
  text,
});

export const ContextUpdateResult = z.strictObject({
  file: text,
  state: z.enum(["absent", "created", "updated", "unchanged"]),
  dry_run: z.boolean(),
});

export const InjectResult = z.strictObject({
  /** What an agent is given; empty: there is nothing to say. */
  text,
  parts: z.array(z.strictObject({ part: text, characters: z.int() })),
  limit: z.int(),
  warnings: z.array(text),
});

export type StatusLineResult = z.infer<typeof StatusLineResult>;
export type ContextResult = z.infer<typeof ContextResult>;
export type AcknowledgeResult = z.infer<typeof AcknowledgeResult>;
export type ResumeFileResult = z.infer<typeof ResumeFileResult>;
export type ContextUpdateResult = z.infer<typeof ContextUpdateResult>;
export type InjectResult = z.infer<typeof InjectResult>;
