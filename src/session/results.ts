import * as z from "zod/mini";
import { StepAction } from "./change_set.ts";
import { Changes } from "./changes.ts";
import { Save } from "./save.ts";

/** The schemas of what commands return: what `--json` prints. */

const text = z.string();

export const PauseResult = z.strictObject({
  /** Nothing was written; the id is the one it would have had. */
  dry_run: z.boolean(),
  session_id: text,
  /** ISO 8601, UTC. */
  paused_at: text,
  /** The folder of the save, absolute. */
  folder: text,
  /** The same, seen from the working folder if it is below it. */
  location: text,
  /** Names in `folder`. */
  files: z.array(text),
  summary: text,
  /** Whether the summary was made up from the repository's state. */
  summary_generated: z.boolean(),
  /** Where the copy of `--export` went, absolute. */
  exported: z.nullable(text),
  commit: z.strictObject({
    made: z.boolean(),
    sha: z.nullable(text),
    branch: z.nullable(text),
    /** Why no commit was made, or would not be. */
    reason: z.nullable(text),
  }),
  redactions: z.record(text, z.int()),
  warnings: z.array(text),
});

export const SessionRow = z.strictObject({
  /** The place in the list, from 0: a selector. */
  index: z.int(),
  session_id: text,
  paused_at: text,
  /** First line only. */
  summary: text,
  name: z.nullable(text),
  branch: z.nullable(text),
  worktree: z.nullable(text),
  project_path: text,
  format: z.enum(["json", "yaml", "md"]),
  location: z.enum(["sessions", "pause", "kept", "global"]),
  /** The file, absolute. */
  source: text,
  /** Why it cannot be read. */
  problem: z.nullable(z.strictObject({ code: text, message: text })),
});

export const SessionsResult = z.strictObject({
  project: text,
  /** When it was listed, ISO 8601: ages count from here. */
  listed_at: text,
  sessions: z.array(SessionRow),
});

export const ResumeResult = z.strictObject({
  /** When it was resumed, ISO 8601: ages count from here. */
  resumed_at: text,
  /** The file that was read, absolute. */
  source: text,
  session: Save,
  /** null: not asked for. */
  changes: z.nullable(Changes),
  /** The command that continues the agent's own conversation. */
  agent_command: z.nullable(z.array(text)),
  /** A form chosen with `--format`; the text report unless given. */
  format: z.enum(["text", "md", "json", "context"]),
  /** Set apart from what it encloses in the form for agents. */
  fence: text,
  warnings: z.array(text),
});

/** `resume --list` where no question can be asked answers with the list. */
export const ResumeAnswer = z.union([ResumeResult, SessionsResult]);

export const ShowResult = z.strictObject({
  source: text,
  format: z.enum(["md", "json", "yaml"]),
  session: Save,
  /** The session in that format. */
  text,
  warnings: z.array(text),
});

export const VerifyResult = z.strictObject({
  /** Whether no save is damaged. */
  intact: z.boolean(),
  sessions: z.array(z.strictObject({
    session_id: text,
    source: text,
    state: z.enum(["intact", "unchecked", "damaged"]),
    problems: z.array(text),
    notes: z.array(text),
  })),
});

export const InitResult = z.strictObject({
  dry_run: z.boolean(),
  /** Absolute path of `.claude-mpm`. */
  folder: text,
  created: z.boolean(),
  /** Whether git ignores the folder. */
  ignored: z.boolean(),
  /** The file the ignore rule was written to. */
  ignore_file: z.nullable(text),
});

const MigrateStep = z.strictObject({
  action: StepAction,
  /** Files, absolute. */
  from: text,
  to: z.nullable(text),
  note: z.nullable(text),
});

const MigrateBase = {
  /** Nothing was written; the steps are what would be done. */
  dry_run: z.boolean(),
  /** The old folder, absolute. */
  folder: text,
  /** Whether an earlier run that died was finished. */
  resumed: z.boolean(),
  /** Backups that were made, absolute. */
  backups: z.array(text),
  /** What stays, and why. */
  left: z.array(z.strictObject({
    path: text,
    reason: text,
    /** It is no file of a session. */
    foreign: z.boolean(),
  })),
  /** Whether all was done: a reason for exit status 4 if not. */
  complete: z.boolean(),
  milliseconds: z.int(),
  steps: z.array(MigrateStep),
};

export const MigrateResult = z.strictObject({
  action: z.literal("migrate"),
  ...MigrateBase,
  /** The new folder, absolute. */
  sessions: text,
  /** Whether the old folder is no more. */
  folder_gone: z.boolean(),
  /** Sessions whose files were moved. */
  saves: z.int(),
  /** Files that were moved, with those of `rewritten`. */
  moved: z.int(),
  rewritten: z.int(),
  /** Files that the new folder has already. */
  duplicates: z.int(),
  /** Sessions that had to get another id. */
  conflicts: z.array(z.strictObject({ session_id: text, new_id: text })),
});

export const RollbackResult = z.strictObject({
  action: z.literal("rollback"),
  ...MigrateBase,
  /** The backup that was restored, absolute. */
  restored_from: text,
  restored: z.int(),
  removed: z.int(),
});

/** `migrate --rollback` answers with what it restored. */
export const MigrateAnswer = z.discriminatedUnion("action", [
  MigrateResult,
  RollbackResult,
]);

export type PauseResult = z.infer<typeof PauseResult>;
export type SessionRow = z.infer<typeof SessionRow>;
export type SessionsResult = z.infer<typeof SessionsResult>;
export type ResumeResult = z.infer<typeof ResumeResult>;
export type ResumeAnswer = z.infer<typeof ResumeAnswer>;
export type ShowResult = z.infer<typeof ShowResult>;
export type VerifyResult = z.infer<typeof VerifyResult>;
export type InitResult = z.infer<typeof InitResult>;
export type MigrateResult = z.infer<typeof MigrateResult>;
export type RollbackResult = z.infer<typeof RollbackResult>;
export type MigrateAnswer = z.infer<typeof MigrateAnswer>;
