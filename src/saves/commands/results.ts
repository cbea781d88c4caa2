import * as z from "zod/mini";
import { schemaOf } from "../../base/schema.ts";
import { EVIDENCE, HANDOFF, OPEN_HANDOFF } from "../../items/mod.ts";
import { Changes } from "../compare/changes.ts";
import { WorktreesPruneResult } from "../../worktrees/commands/results.ts";
import { ItemSchema, SaveSchema } from "../schema.ts";

/** The schemas of what commands return: what `--json` prints. */

const text = z.string();

/** `team`: it came by a sync. */
const SAVE_PLACES = [
  ...["sessions", "pause", "kept", "global", "resume-logs", "team"],
] as const;

/**
 * `own`: made by this user on this machine; `trusted`: taken for theirs;
 * `foreign`: anybody's.
 */
const Origin = z.enum(["own", "trusted", "foreign"]);

/** The kept contents of the uncommitted files. */
const KeptContents = z.strictObject({
  /** False too where nothing is uncommitted. */
  kept: z.boolean(),
  /** The commit that holds them. */
  commit: z.nullable(text),
  files: z.int(),
  bytes: z.int(),
  /** Files that are not kept, and why. */
  left_out: z.array(z.strictObject({ path: text, reason: text })),
  /** Changed paths beyond the first 10,000. */
  omitted: z.int(),
  /** Saves whose contents were removed to make room. */
  removed: z.array(text),
  /** Why nothing could be kept. */
  reason: z.nullable(text),
});

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
  /** The session that was paused; null: none is current. */
  session: z.nullable(z.strictObject({
    id: text,
    name: z.nullable(text),
    task: text,
    state: text,
    /** Items of its checklist. */
    done: z.int(),
    total: z.int(),
  })),
  /** Paths with uncommitted changes; those beyond 10,000 are left out. */
  uncommitted: z.array(text),
  /** Open next steps, the most important first. */
  next_steps: z.array(text),
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: z.nullable(z.array(text)),
  summary: text,
  /** True if the summary was made up from the repository's state. */
  summary_generated: z.boolean(),
  /** Absolute path of the copy of `--export`. */
  exported: z.nullable(text),
  /** False outside git, where mpm does not know what is uncommitted. */
  repository: z.boolean(),
  /** The branch that is checked out; null: none, or no repository. */
  branch: z.nullable(text),
  /** The second copy in git, which no branch has. */
  commit: z.strictObject({
    made: z.boolean(),
    sha: z.nullable(text),
    /** The full name of the ref; null: no commit was made. */
    ref: z.nullable(text),
    /** Why no commit was made, or would not be. */
    reason: z.nullable(text),
  }),
  /** The uncommitted files; null if contents are not kept here. */
  contents: z.nullable(KeptContents),
  /**
   * Ignored files, which a save never keeps; folders end with `/`. null:
   * without `--verbose`.
   */
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
   * The place in the list: a selector; null: only `--all` shows it. From 0; from
   * 1 under `mpm session resume`, as in claude-mpm.
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
  /** A log of claude-mpm's and no save. */
  log: z.boolean(),
  /** Made when an agent's session ended. A plain resume prefers others. */
  automatic: z.boolean(),
  /** Brought in by "sessions import": someone else's words. */
  imported: z.boolean(),
  /**
   * `own`, `trusted`, or `foreign`: no one vouches for it; null: not readable.
   */
  origin: z.nullable(Origin),
  /** The author's name from git, as written in the save; null if unknown. */
  author: z.nullable(text),
  /** The name of the agent that made it; null: it has none. */
  agent_name: z.nullable(text),
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: z.nullable(z.array(text)),
  /** The session it belongs to. */
  session: z.nullable(z.strictObject({
    id: text,
    name: z.nullable(text),
    task: text,
    /** Null if no facts about it are known here. */
    state: z.nullable(text),
  })),
  /** The file, absolute. */
  source: text,
  /** Why it cannot be read. */
  problem: z.nullable(z.strictObject({ code: text, message: text })),
});

const LostRow = z.strictObject({
  session_id: text,
  /** By the copy in git, which a fetch may have brought. */
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
  /** Count of all saves that fit the filters, listed in `sessions` or not. */
  matching: z.int(),
  /** Value of `--limit`; null without one, so that all are listed. */
  limit: z.nullable(z.int()),
  /** Count of hidden saves, of archived and cancelled sessions. */
  hidden: z.int(),
  /** Saves that are gone from the disk, and that git has a copy of. */
  lost: z.array(LostRow),
});

export const ResumeResult = z.strictObject({
  /** When it was resumed, ISO 8601: ages count from here. */
  resumed_at: text,
  /** The file that was read, absolute. */
  source: text,
  origin: Origin,
  session: SaveSchema,
  /**
   * Agent sessions that ended later, or beside the session, and were saved
   * automatically, the oldest first. The text forms give what they said together
   * with the session's.
   */
  later: z.array(z.strictObject({
    session_id: text,
    paused_at: text,
    handoff: schemaOf(HANDOFF),
  })),
  /** null: not requested. */
  changes: z.nullable(Changes),
  /** Commands that show that something holds; empty with `--no-changes`. */
  evidence: z.array(schemaOf(EVIDENCE)),
  /**
   * Items that are open now: items of the save that no one closed since, and
   * later ones. "mpm done" takes their numbers.
   */
  items: z.array(ItemSchema),
  /** State variables as they are now, by name. */
  vars: z.record(text, text),
  /** Open hand-off documents of the save, in their present state. */
  handoffs: z.array(schemaOf(OPEN_HANDOFF)),
  /** The session it belongs to, and what became of it; null: none. */
  work: z.nullable(z.strictObject({
    id: text,
    name: z.nullable(text),
    task: text,
    /** The hand-off after the command. */
    state: text,
    /** `rebuilt`: it was not known here, and comes from the save. */
    change: z.enum(["resumed", "rebuilt", "unchanged"]),
    /** Items of its checklist. */
    done: z.int(),
    total: z.int(),
    /** Its open items, each with its phase. */
    open: z.array(text),
  })),
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: z.nullable(z.array(text)),
  /** The client chosen with `--in`, and what its start returned. */
  take_over: z.nullable(z.strictObject({
    ...{ client: text, title: text, status: z.nullable(z.int()) },
    /** Its program on PATH, absolute; null: it is not installed. */
    program: z.nullable(text),
    /** The program and its arguments; the prompt is one of them. */
    args: z.array(text),
  })),
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
  origin: Origin,
  format: z.enum(["md", "json", "yaml"]),
  session: SaveSchema,
  /** The session in that format. */
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
    /** Files that `--repair` repaired. */
    repaired: z.array(text),
  })),
});

export const RemovedSave = z.strictObject({
  session_id: text,
  paused_at: text,
  summary: text,
  branch: z.nullable(text),
  /** Absolute, where they were. */
  files: z.array(text),
  /** True if git tracks one of them. */
  tracked: z.boolean(),
});

export const RemovalResult = z.strictObject({
  dry_run: z.boolean(),
  /** The folder in the trash they were moved to; null: nothing was moved. */
  trash: z.nullable(text),
  removed: z.array(RemovedSave),
  /**
   * Saves that "saves prune" would remove by its options, and why they stay.
   */
  spared: z.array(z.strictObject({ session_id: text, reason: text })),
  warnings: z.array(text),
});

const DiffSide = z.strictObject({ session_id: text, paused_at: text });

export const DiffResult = z.strictObject({
  before: DiffSide,
  after: DiffSide,
  /** True if they are equal in every compared part. */
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
  /** Of the files that were uncommitted in one of the two. */
  files: z.array(z.strictObject({
    path: text,
    change: z.enum(["added", "removed", "content", "status"]),
  })),
  /** `name`: one of the two recorded no contents. */
  files_by: z.enum(["content", "name"]),
});

export const ExportResult = z.strictObject({
  /** The file that was written, absolute; null: nothing was. */
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
  /** The id it was begun under, or the one it was saved under. */
  session_id: z.nullable(text),
  summary: text,
  started_at: z.nullable(text),
  last_action_at: z.nullable(text),
  actions: z.int(),
  /** Numbers of the lines that cannot be read. */
  torn_lines: z.array(z.int()),
  /** The folder in the trash it was moved to. */
  trash: z.nullable(text),
  /** Saves whose files were written again from git. */
  recovered: z.array(LostRow),
  /** Saves that are gone from the disk, and that git has a copy of. */
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
