import * as z from "zod/mini";
import { schemaOf } from "../../base/schema.ts";
import { EVIDENCE, HANDOFF, OPEN_HANDOFF } from "../../items/mod.ts";
import { Changes } from "../compare/changes.ts";
import { WorktreesPruneResult } from "../../worktrees/commands/results.ts";
import { ItemSchema, SaveSchema } from "../schema.ts";

/** The result schemas of commands: the output of `--json`. */

const text = z.string();

/** `team`: the save came through a sync. */
const SAVE_PLACES = [
  ...["sessions", "pause", "kept", "global", "resume-logs", "team"],
] as const;

/**
 * `own`: made by this user on this machine; `trusted`: the user trusts it;
 * `foreign`: not verified.
 */
const Origin = z.enum(["own", "trusted", "foreign"]);

/** The kept contents of the uncommitted files. */
const KeptContents = z.strictObject({
  /** Also false if there are no uncommitted files. */
  kept: z.boolean(),
  /** The commit that contains the contents. */
  commit: z.nullable(text),
  files: z.int(),
  bytes: z.int(),
  /** Files that are not kept, and why. */
  left_out: z.array(z.strictObject({ path: text, reason: text })),
  /** Number of changed paths beyond the first 10,000. */
  omitted: z.int(),
  /** Saves whose contents were removed to make room. */
  removed: z.array(text),
  /** Why nothing could be kept. */
  reason: z.nullable(text),
});

export const PauseResult = z.strictObject({
  /** True if nothing was written. The ID is the one the save would have. */
  dry_run: z.boolean(),
  session_id: text,
  /** ISO 8601, UTC. */
  paused_at: text,
  /** The folder of the save, absolute. */
  folder: text,
  /** The same folder, relative to the working folder if it is inside it. */
  location: text,
  /** Names in `folder`. */
  files: z.array(text),
  /** The session that was paused; null: no current session. */
  session: z.nullable(z.strictObject({
    id: text,
    name: z.nullable(text),
    task: text,
    state: text,
    /** Number of finished checklist items. */
    done: z.int(),
    total: z.int(),
  })),
  /** Paths with uncommitted changes, at most 10,000. */
  uncommitted: z.array(text),
  /** Open next steps, most important first. */
  next_steps: z.array(text),
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: z.nullable(z.array(text)),
  summary: text,
  /** True if the summary was generated from the repository's state. */
  summary_generated: z.boolean(),
  /** Absolute path of the copy made by `--export`. */
  exported: z.nullable(text),
  /** False outside git, where mpm does not know which files are uncommitted. */
  repository: z.boolean(),
  /** The checked-out branch; null: detached, or no repository. */
  branch: z.nullable(text),
  /** The second copy, a commit in git that is on no branch. */
  commit: z.strictObject({
    made: z.boolean(),
    sha: z.nullable(text),
    /** The full name of the ref; null: no commit was made. */
    ref: z.nullable(text),
    /** The reason why no commit was, or would be, made. */
    reason: z.nullable(text),
  }),
  /** The uncommitted files; null if contents are not kept here. */
  contents: z.nullable(KeptContents),
  /** Ignored files; folders end with `/`. null: without `--verbose`. */
  ignored: z.nullable(z.array(text)),
  /** The commit on the branch; null if it was not requested. */
  branch_commit: z.nullable(z.strictObject({
    made: z.boolean(),
    sha: z.nullable(text),
    branch: z.nullable(text),
    reason: z.nullable(text),
  })),
  redactions: z.record(text, z.int()),
  warnings: z.array(text),
  /** Results for leftover worktrees; null if mpm did not look for any. */
  worktrees: z.nullable(WorktreesPruneResult),
});

export const KeepResult = z.strictObject({
  dry_run: z.boolean(),
  session_id: text,
  contents: KeptContents,
});

export const SessionRow = z.strictObject({
  /**
   * The position in the list, which can be used as a selector; null: shown only
   * with `--all`. Starts at 0, or at 1 with `mpm session resume`, as in
   * claude-mpm.
   */
  index: z.nullable(z.int()),
  session_id: text,
  paused_at: text,
  /** First line only. */
  summary: text,
  name: z.nullable(text),
  branch: z.nullable(text),
  worktree: z.nullable(text),
  project_path: text,
  format: z.enum(["json", "yaml", "md", "jsonl"]),
  location: z.enum(SAVE_PLACES),
  /** True if it is a log from claude-mpm and not a save. */
  log: z.boolean(),
  /** True if an agent's session end made it; a resume prefers other saves. */
  automatic: z.boolean(),
  /** True if "saves import" added it, with someone else's words. */
  imported: z.boolean(),
  /** `own`, `trusted`, or `foreign` (not verified); null: not readable. */
  origin: z.nullable(Origin),
  /** The author's name from git, as written in the save; null if unknown. */
  author: z.nullable(text),
  /** The name of the agent that made the save; null: no name. */
  agent_name: z.nullable(text),
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: z.nullable(z.array(text)),
  /** The session that it belongs to. */
  session: z.nullable(z.strictObject({
    id: text,
    name: z.nullable(text),
    task: text,
    /** Null if nothing is known about the session here. */
    state: z.nullable(text),
  })),
  /** The file, absolute. */
  source: text,
  /** The reason why the save cannot be read. */
  problem: z.nullable(z.strictObject({ code: text, message: text })),
});

const LostRow = z.strictObject({
  session_id: text,
  /** Based on the copy in git, which may have come with a fetch. */
  origin: Origin,
  /** First line only. */
  summary: text,
});

export type LostRow = z.infer<typeof LostRow>;

export const SessionsResult = z.strictObject({
  project: text,
  /** The time of the list, ISO 8601, for computing ages. */
  listed_at: text,
  sessions: z.array(SessionRow),
  /** Count without filters. */
  total: z.int(),
  /** Number of saves that match the filters, listed in `sessions` or not. */
  matching: z.int(),
  /** Value of `--limit`; null: no limit was given, so all are listed. */
  limit: z.nullable(z.int()),
  /** Number of hidden saves of archived and cancelled sessions. */
  hidden: z.int(),
  /** Saves that are missing from the disk but have a copy in git. */
  lost: z.array(LostRow),
});

export const ResumeResult = z.strictObject({
  /** The time of the resume, ISO 8601, for computing ages. */
  resumed_at: text,
  /** The file that was read, absolute. */
  source: text,
  origin: Origin,
  session: SaveSchema,
  /**
   * Automatically saved agent sessions that ended at the same time as the
   * session or later, oldest first. The text formats combine their content with
   * the session's.
   */
  later: z.array(z.strictObject({
    session_id: text,
    paused_at: text,
    handoff: schemaOf(HANDOFF),
  })),
  /** null: not requested. */
  changes: z.nullable(Changes),
  /** Verification commands and their states; empty with `--no-changes`. */
  evidence: z.array(schemaOf(EVIDENCE)),
  /**
   * Currently open items: the save's items that no one has closed since, and
   * later items. "mpm done" accepts their numbers.
   */
  items: z.array(ItemSchema),
  /** The current state variables, by name. */
  vars: z.record(text, text),
  /** Open hand-off documents of the save, as they are now. */
  handoffs: z.array(schemaOf(OPEN_HANDOFF)),
  /** The session that it belongs to, and its state; null: no session. */
  work: z.nullable(z.strictObject({
    id: text,
    name: z.nullable(text),
    task: text,
    /** The hand-off after the command. */
    state: text,
    /** `rebuilt`: the session was not known here, so the save recreated it. */
    change: z.enum(["resumed", "rebuilt", "unchanged"]),
    /** Number of finished checklist items. */
    done: z.int(),
    total: z.int(),
    /** The session's open items, each with its phase. */
    open: z.array(text),
  })),
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: z.nullable(z.array(text)),
  /** The client chosen with `--in`, and the result of starting it. */
  take_over: z.nullable(z.strictObject({
    ...{ client: text, title: text, status: z.nullable(z.int()) },
    /** The client's program on PATH, absolute; null: not installed. */
    program: z.nullable(text),
    /** The command line as words; one of them is the prompt. */
    args: z.array(text),
  })),
  /** The format chosen with `--format`; the text report by default. */
  format: z.enum(["text", "md", "json", "context", "full"]),
  /** The fence around the data in the format for agents. */
  fence: text,
  warnings: z.array(text),
});

/** `resume --list` returns the list if mpm cannot ask a question. */
export const ResumeAnswer = z.union([ResumeResult, SessionsResult]);

export const ShowResult = z.strictObject({
  source: text,
  origin: Origin,
  format: z.enum(["md", "json", "yaml"]),
  session: SaveSchema,
  /** The session in the requested format. */
  text,
  warnings: z.array(text),
});

export const VerifyResult = z.strictObject({
  /** True if no save is damaged. */
  intact: z.boolean(),
  sessions: z.array(z.strictObject({
    session_id: text,
    source: text,
    state: z.enum(["intact", "unchecked", "damaged"]),
    problems: z.array(text),
    notes: z.array(text),
    /** Files repaired by `--repair`. */
    repaired: z.array(text),
  })),
});

export const RemovedSave = z.strictObject({
  session_id: text,
  paused_at: text,
  summary: text,
  branch: z.nullable(text),
  /** Absolute original paths. */
  files: z.array(text),
  /** True if git tracks any of the files. */
  tracked: z.boolean(),
});

export const RemovalResult = z.strictObject({
  dry_run: z.boolean(),
  /** The trash folder that the files were moved to; null: nothing was moved. */
  trash: z.nullable(text),
  removed: z.array(RemovedSave),
  /** Saves that match the options of "saves prune" but were kept, and why. */
  spared: z.array(z.strictObject({ session_id: text, reason: text })),
  warnings: z.array(text),
});

const DiffSide = z.strictObject({ session_id: text, paused_at: text });

export const DiffResult = z.strictObject({
  before: DiffSide,
  after: DiffSide,
  /** True if all compared parts are equal. */
  same: z.boolean(),
  values: z.array(z.strictObject({
    field: text,
    before: z.nullable(text),
    after: z.nullable(text),
  })),
  lists: z.array(z.strictObject({
    field: text,
    added: z.array(text),
    removed: z.array(text),
  })),
  /** Files that were uncommitted in one of the two saves. */
  files: z.array(z.strictObject({
    path: text,
    change: z.enum(["added", "removed", "content", "status"]),
  })),
  /** `name`: one of the two saves recorded no contents. */
  files_by: z.enum(["content", "name"]),
});

export const ExportResult = z.strictObject({
  /** The written file, absolute; null: nothing was written. */
  file: z.nullable(text),
  bundle: z.boolean(),
  sessions: z.array(text),
  /** Saves that could not be read and are not in the bundle. */
  skipped: z.array(z.strictObject({ session_id: text, reason: text })),
});

export const RecoverResult = z.strictObject({
  dry_run: z.boolean(),
  /** State of an automatic pause, or of recovered saves. */
  state: z.enum(["none", "active", "finalized", "discarded", "recovered"]),
  /** The record, absolute. */
  source: text,
  /** The ID with which the pause began, or with which it was saved. */
  session_id: z.nullable(text),
  summary: text,
  started_at: z.nullable(text),
  last_action_at: z.nullable(text),
  actions: z.int(),
  /** Numbers of unreadable lines. */
  torn_lines: z.array(z.int()),
  /** The trash folder that the record was moved to. */
  trash: z.nullable(text),
  /** Saves whose files were restored from git. */
  recovered: z.array(LostRow),
  /** Saves that are missing from the disk but have a copy in git. */
  lost: z.array(LostRow),
  warnings: z.array(text),
});

export const InitResult = z.strictObject({
  dry_run: z.boolean(),
  /** Absolute path of `.claude-mpm`. */
  folder: text,
  created: z.boolean(),
  /** True if git ignores the folder. */
  ignored: z.boolean(),
  /** The file that contains the ignore rule. */
  ignore_file: z.nullable(text),
});

export type PauseResult = z.infer<typeof PauseResult>;
export type KeepResult = z.infer<typeof KeepResult>;
export type SessionRow = z.infer<typeof SessionRow>;
export type SessionsResult = z.infer<typeof SessionsResult>;
export type ResumeResult = z.infer<typeof ResumeResult>;
export type ResumeAnswer = z.infer<typeof ResumeAnswer>;
export type ShowResult = z.infer<typeof ShowResult>;
export type VerifyResult = z.infer<typeof VerifyResult>;
export type RemovedSave = z.infer<typeof RemovedSave>;
export type RemovalResult = z.infer<typeof RemovalResult>;
export type DiffResult = z.infer<typeof DiffResult>;
export type ExportResult = z.infer<typeof ExportResult>;
export type RecoverResult = z.infer<typeof RecoverResult>;
export type InitResult = z.infer<typeof InitResult>;
