import * as z from "zod/mini";
import { schemaOf } from "../../base/schema.ts";
import { EVIDENCE } from "../../items/mod.ts";
import { LEVELS } from "../../clients/mod.ts";

/** The results of the `context` commands and the status line. */

const text = z.string();
const count = z.nullable(z.int());
const level = z.enum(LEVELS);

export const GaugeResult = z.strictObject({
  /** Why the use is not known; null if it is known. */
  unknown: z.nullable(text),
  tokens: count,
  window: count,
  percentage: z.nullable(z.number()),
  model: z.nullable(text),
  source: z.nullable(z.enum(["status-line", "transcript", "compaction"])),
  window_source: z.nullable(
    z.enum([
      ...["configuration", "status-line", "transcript"] as const,
      ...["model", "usage", "auto-compact"] as const,
    ]),
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
  /** True if the reading was stored for the hooks. */
  kept: z.boolean(),
  color: z.boolean(),
});

export const ContextResult = z.strictObject({
  /** The agent's session; null: no session. */
  session_id: z.nullable(text),
  transcript_path: z.nullable(text),
  gauge: GaugeResult,
  level,
  thresholds: z.array(z.strictObject({
    level,
    percentage: z.int(),
    tokens: count,
    /** The actions that mpm takes from this level on. */
    does: text,
  })),
  /** True if the hooks are on. */
  enabled: z.boolean(),
  acknowledged: z.nullable(level),
  acknowledged_at: z.nullable(text),
  crossings: z.array(z.strictObject({
    level,
    at: text,
    tokens: z.int(),
    window: z.int(),
  })),
  /** Errors in the configuration, which then counts as not set. */
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

export const ContextHistoryResult = z.strictObject({
  files: z.array(z.strictObject({
    /** Relative to the worktree. */
    path: text,
    /** The newest first. */
    versions: z.array(z.strictObject({
      /** The first save that contains it. */
      session_id: text,
      /** ISO 8601, UTC. */
      at: text,
      sha256: text,
      /**
       * Lines compared with the version before it; null: a text is not stored.
       */
      added: count,
      removed: count,
    })),
    /** Number of older versions that are not listed. */
    omitted: z.int(),
  })),
  warnings: z.array(text),
});

/** A version of a context file: from a save, or the current one. */
const ContextSide = z.strictObject({
  /** null: the current file. */
  session_id: z.nullable(text),
  /** ISO 8601, UTC. */
  at: text,
});

export const ContextDiffResult = z.strictObject({
  files: z.array(z.strictObject({
    /** Relative to the worktree. */
    path: text,
    before: ContextSide,
    after: ContextSide,
    same: z.boolean(),
    /** A unified diff; empty: the two sides are the same. */
    diff: text,
  })),
  /** The files that could not be compared. */
  warnings: z.array(text),
});

export const InjectResult = z.strictObject({
  /** The text for an agent; empty if there is nothing to tell. */
  text,
  parts: z.array(z.strictObject({ part: text, characters: z.int() })),
  limit: z.int(),
  warnings: z.array(text),
});

export const SummaryResult = z.strictObject({
  /** ISO 8601; the ages of the layers count from here. */
  generated_at: text,
  /** Start of the span, ISO 8601; null: everything, or one session. */
  since: z.nullable(text),
  /** The session that the summary covers; null: not a single session. */
  session: z.nullable(text),
  /** Number of saves that were read. */
  saves: z.int(),
  layers: z.array(z.strictObject({
    layer: z.int(),
    title: text,
    /** The lines from the saves, under their headings. */
    blocks: z.array(z.strictObject({
      /** Empty: none. */
      heading: text,
      lines: z.array(z.strictObject({
        text,
        /** ISO 8601. */
        at: text,
        /** The ID of its save; null: no save. */
        save: z.nullable(text),
        /** The number of the carried item; null: no number. */
        item: z.nullable(z.int()),
      })),
    })),
    /** The layer as printed. */
    text,
    /** The program that rewrote `text`; null: written by mpm. */
    rewritten_by: z.nullable(text),
  })),
  /** The whole document. */
  text,
  /** The file of `--output`, absolute; null: not given. */
  file: z.nullable(text),
  /** True if the file changed. */
  changed: z.boolean(),
  dry_run: z.boolean(),
  warnings: z.array(text),
});

export const EvidenceResult = z.strictObject({
  /** True if nothing ran; the commands in `chosen` would run. */
  dry_run: z.boolean(),
  /** The ID of the checked save; null: nothing was saved here. */
  save: z.nullable(z.string()),
  /** Author of the save: `foreign` is not verified. */
  origin: z.nullable(z.enum(["own", "trusted", "foreign"])),
  /** The current state of each command, after the runs. */
  evidence: z.array(schemaOf(EVIDENCE)),
  /** Number of other commands that ran; `--all` lists them. */
  others: z.int(),
  /** The commands that `--run` may run. */
  allowed: z.array(z.string()),
  /** The commands chosen to run. */
  chosen: z.array(z.string()),
  ran: z.array(z.strictObject({
    command: z.string(),
    /** null: the command was terminated. */
    exit: z.nullable(z.int()),
    /** `timeout`: the command exceeded its time limit. */
    outcome: z.enum(["exited", "timeout"]),
    milliseconds: z.int(),
    /** The end of its output. */
    output: z.string(),
  })),
  /** The commands that did not run, and the reasons. */
  skipped: z.array(z.strictObject({ command: z.string(), reason: z.string() })),
});

export type EvidenceResult = z.infer<typeof EvidenceResult>;
export type StatusLineResult = z.infer<typeof StatusLineResult>;
export type ContextResult = z.infer<typeof ContextResult>;
export type AcknowledgeResult = z.infer<typeof AcknowledgeResult>;
export type ResumeFileResult = z.infer<typeof ResumeFileResult>;
export type ContextUpdateResult = z.infer<typeof ContextUpdateResult>;
export type InjectResult = z.infer<typeof InjectResult>;
export type SummaryResult = z.infer<typeof SummaryResult>;
export type ContextHistoryResult = z.infer<typeof ContextHistoryResult>;
export type ContextDiffResult = z.infer<typeof ContextDiffResult>;
