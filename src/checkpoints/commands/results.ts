import * as z from "zod/mini";
import { CheckpointFile } from "../checkpoint.ts";

/** The result schemas of the checkpoint commands. */

const text = z.string();
const texts = z.array(text);
const LeftOut = z.strictObject({ path: text, reason: text });
const Origin = z.enum(["own", "trusted", "foreign"]);
const Kind = z.enum(["named", "auto", "safety", "parked", "batch"]);

export const CheckpointSaveResult = z.strictObject({
  /** False if nothing was written; see `reason`. */
  saved: z.boolean(),
  reason: z.nullable(text),
  /** Null if an automatic checkpoint was not due, so none was made. */
  name: z.nullable(text),
  id: z.nullable(text),
  commit: z.nullable(text),
  kind: Kind,
  created_at: z.nullable(text),
  branch: z.nullable(text),
  head: z.nullable(text),
  /** The number of changed paths in the checkpoint. */
  files: z.int(),
  /** Bytes of these files. */
  size: z.int(),
  left_out: z.array(LeftOut),
  /** The checkpoint's next steps; empty if nothing was written. */
  next_steps: texts,
  /** Names of old automatic checkpoints that were removed. */
  pruned: texts,
});

export const CheckpointRow = z.strictObject({
  /** The position in the list, from 0; works as a selector. */
  index: z.int(),
  name: text,
  id: text,
  kind: Kind,
  created_at: text,
  branch: z.nullable(text),
  head: z.nullable(text),
  worktree: text,
  /** True if it was taken in the current worktree. */
  here: z.boolean(),
  files: z.int(),
  size: z.int(),
  note: z.nullable(text),
  commit: text,
  /**
   * Its author: you on this machine (`own`), someone you trust (`trusted`), or
   * anyone (`foreign`).
   */
  origin: Origin,
});

export const CheckpointListResult = z.strictObject({
  project: text,
  /** The time of the list, ISO 8601, for computing ages. */
  listed_at: text,
  checkpoints: z.array(CheckpointRow),
  /** Number of safety and automatic checkpoints that are not shown. */
  hidden: z.int(),
});

export const CheckpointShowResult = z.strictObject({
  name: text,
  id: text,
  kind: Kind,
  commit: text,
  /** ISO 8601, UTC. */
  timestamp: text,
  branch: text,
  files: z.array(z.strictObject({
    path: text,
    /** Git's ID of the raw content; empty: no file. */
    hash: text,
    status: z.enum(["added", "modified", "deleted"]),
  })),
  /** `.claude/context.md`; empty if it was missing. */
  context: text,
  todos: texts,
  notes: text,
  head: z.nullable(text),
  /** Two letters each, as in `git status --short`. */
  status: z.array(CheckpointFile),
  files_omitted: z.int(),
  worktree: text,
  operation: z.nullable(text),
  left_out: z.array(LeftOut),
  size: z.int(),
  environment: z.strictObject({
    folder: text,
    os: text,
    mpm: text,
    /** Versions that project files require. */
    runtimes: z.array(
      z.strictObject({ name: text, version: text, from: text }),
    ),
  }),
  next_steps: texts,
  decisions: texts,
  blockers: texts,
  summary: text,
  origin: Origin,
});

export const CheckpointLoadResult = z.strictObject({
  name: text,
  id: text,
  commit: text,
  origin: Origin,
  /** The text for an agent; between fences unless the origin is `own`. */
  text,
});

export const CheckpointDiffResult = z.strictObject({
  from: text,
  /** null: the working tree. */
  to: z.nullable(text),
  files: z.array(z.strictObject({
    path: text,
    status: z.enum(["added", "modified", "deleted", "type changed"]),
  })),
  /** Paths that neither side contains. */
  left_out: z.array(LeftOut),
  /** null: not requested. */
  patch: z.nullable(text),
});

/** The changes to files that a restore made, or would make. */
const RestoredFiles = z.strictObject({
  dry_run: z.boolean(),
  worktree: text,
  /** Written to another folder; null: restored in place. */
  to: z.nullable(text),
  written: texts,
  removed: texts,
  trashed: texts,
  kept: texts,
  moved_aside: texts,
  skipped: z.array(LeftOut),
  index_restored: z.boolean(),
  /** The name of the safety checkpoint. */
  safety: z.nullable(text),
  /** The trash folder. */
  trash: z.nullable(text),
  /** The number of the operation in the journal. */
  operation: z.nullable(z.int()),
  notes: texts,
});

export const RestoreResult = z.extend(RestoredFiles, { checkpoint: text });

export const SaveRestoreResult = z.extend(RestoredFiles, {
  session_id: text,
  /** False if nothing is lost and no files were named. */
  restoring: z.boolean(),
  /** Files that changed since the save but are neither lost nor named. */
  others: texts,
  /** Lost files that the save does not contain. */
  not_kept: z.array(LeftOut),
});

export const CheckpointRmResult = z.strictObject({
  dry_run: z.boolean(),
  removed: z.array(z.strictObject({ name: text, id: text, commit: text })),
  operation: z.nullable(z.int()),
});

/** Result of `saves trust`, for saves and checkpoints. */
export const TrustResult = z.strictObject({
  dry_run: z.boolean(),
  sessions: z.array(z.strictObject({
    /** For a checkpoint, `checkpoint/<id>`. */
    session_id: text,
    summary: text,
    /** The SHA-256 of the content; null: the content cannot be read. */
    sha256: z.nullable(text),
    /**
     * `own`: made here, so it needs no trust; `unchanged`: it already had this
     * state.
     */
    change: z.enum(["trusted", "revoked", "own", "unchanged", "unreadable"]),
  })),
  /** With `--list`: everything trusted in any project; null: not requested. */
  trusted: z.nullable(z.array(z.strictObject({
    session_id: text,
    /** Absolute. */
    project: text,
    /** ISO 8601, UTC. */
    at: text,
    sha256: text,
  }))),
});

export type TrustResult = z.infer<typeof TrustResult>;
export type CheckpointSaveResult = z.infer<typeof CheckpointSaveResult>;
export type CheckpointListResult = z.infer<typeof CheckpointListResult>;
export type CheckpointShowResult = z.infer<typeof CheckpointShowResult>;
export type CheckpointLoadResult = z.infer<typeof CheckpointLoadResult>;
export type CheckpointDiffResult = z.infer<typeof CheckpointDiffResult>;
export type RestoredFiles = z.infer<typeof RestoredFiles>;
export type SaveRestoreResult = z.infer<typeof SaveRestoreResult>;
export type RestoreResult = z.infer<typeof RestoreResult>;
export type CheckpointRmResult = z.infer<typeof CheckpointRmResult>;
