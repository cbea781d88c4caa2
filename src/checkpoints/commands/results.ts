import * as z from "zod/mini";
import { CheckpointFile } from "../checkpoint.ts";

/** The schemas of what the commands about checkpoints return. */

const text = z.string();
const texts = z.array(text);
const LeftOut = z.strictObject({ path: text, reason: text });
const Origin = z.enum(["own", "trusted", "foreign"]);
const Kind = z.enum(["named", "auto", "safety", "parked", "batch"]);

export const CheckpointSaveResult = z.strictObject({
  /** False: nothing was written, see `reason`. */
  saved: z.boolean(),
  reason: z.nullable(text),
  /** Null if an automatic checkpoint was not due and does not exist. */
  name: z.nullable(text),
  id: z.nullable(text),
  commit: z.nullable(text),
  kind: Kind,
  created_at: z.nullable(text),
  branch: z.nullable(text),
  head: z.nullable(text),
  /** Changed paths in it. */
  files: z.int(),
  /** Bytes of these files. */
  size: z.int(),
  left_out: z.array(LeftOut),
  /** The next steps in it; empty if nothing was written. */
  next_steps: texts,
  /** Names of old automatic ones that were dropped. */
  pruned: texts,
});

export const CheckpointRow = z.strictObject({
  /** The place in the list, from 0: a selector. */
  index: z.int(),
  name: text,
  id: text,
  kind: Kind,
  created_at: text,
  branch: z.nullable(text),
  head: z.nullable(text),
  worktree: text,
  /** True if it is of the worktree that asks. */
  here: z.boolean(),
  files: z.int(),
  size: z.int(),
  note: z.nullable(text),
  commit: text,
  /** Its author: this user here (`own`), someone the user trusts, or anyone. */
  origin: Origin,
});

export const CheckpointListResult = z.strictObject({
  project: text,
  /** When it was listed, ISO 8601: ages count from here. */
  listed_at: text,
  checkpoints: z.array(CheckpointRow),
  /** Safety and automatic ones that are not shown. */
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
    /** Git's id of the raw content; empty: none. */
    hash: text,
    status: z.enum(["added", "modified", "deleted"]),
  })),
  /** `.claude/context.md`; empty if it was missing. */
  context: text,
  todos: texts,
  notes: text,
  head: z.nullable(text),
  /** Two letters each, as `git status --short` has them. */
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
    /** Versions that files of the project ask for. */
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
  /** Paths in neither of them. */
  left_out: z.array(LeftOut),
  /** null: not asked for. */
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
  /** The folder in the trash. */
  trash: z.nullable(text),
  /** The operation's number in the journal. */
  operation: z.nullable(z.int()),
  notes: texts,
});

export const RestoreResult = z.extend(RestoredFiles, { checkpoint: text });

export const SaveRestoreResult = z.extend(RestoredFiles, {
  session_id: text,
  /** False where nothing is lost, and nothing was named. */
  restoring: z.boolean(),
  /** Files that changed since the save, are not lost and were not named. */
  others: texts,
  /** Files that are lost and that were not kept with the save. */
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
    /** Of a checkpoint `checkpoint/<id>`. */
    session_id: text,
    summary: text,
    /** Of the content; null: it cannot be read. */
    sha256: z.nullable(text),
    /**
     * `own`: made here, which needs no trust; `unchanged`: it was as asked for.
     */
    change: z.enum(["trusted", "revoked", "own", "unchanged", "unreadable"]),
  })),
  /** With `--list`: what is trusted in any project; null: not asked for. */
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
