import type * as lists from "../clients/mod.ts";
import type { ContextUsage } from "../clients/mod.ts";
import {
  ANY,
  COUNT,
  type Fitting,
  FLAG,
  list,
  nullable,
  NUMBER,
  object,
  optional,
  record,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { READ_ID } from "../base/ids.ts";
import { HANDOFF } from "../items/mod.ts";
import type * as git from "../git/mod.ts";

/**
 * The shape of a save, `session-YYYYMMDD-HHMMSS.json`. It is the only
 * definition of its type, its repair, its validation and the published JSON
 * Schema. The fields are those of claude-mpm, which reads the same file; mpm's
 * own fields are under `mpm`. `normalize.ts` converts files of other programs
 * to this shape; unknown fields are always kept.
 */

const TEXT_OR_NULL = nullable(TEXT);
const TEXTS = list(TEXT);

const COMMIT = object({
  /** The commit ID: full in mpm's saves, abbreviated in claude-mpm's. */
  sha: TEXT,
  author: TEXT,
  /** `YYYY-MM-DD HH:MM:SS +ZZZZ`, the author's time. */
  timestamp: TEXT,
  /** The subject line. */
  message: TEXT,
}, {
  text: "message",
  aliases: {
    sha: ["hash", "commit", "id"],
    message: ["subject", "msg"],
    timestamp: ["date"],
  },
});

/**
 * One changed or untracked path, relative to the worktree, `/` between folders.
 * A byte that is not UTF-8 becomes U+DC00 plus the byte.
 */
const FILE_STATE = object({
  path: TEXT,
  /** Two letters, index and worktree, as in `git status --porcelain`. */
  status: text({ pattern: /^[ MTADRCU?!]{2}$/, neutral: " M" }),
  /** SHA-256 of the content, or of a link's target; null: not read. */
  sha256: nullable(text({ pattern: /^[0-9a-f]{64}$/ })),
  /** Bytes; null: no file. */
  size: nullable(COUNT),
  /** Milliseconds since the epoch; null: no file. */
  mtime: nullable(NUMBER),
  /** The old path of a rename or copy. */
  from: optional(TEXT),
  /**
   * Git's object ID of the content. For a staged path, it is the ID in the
   * index. It is the ID in the worktree if the name cannot be opened or the
   * file is a repository.
   */
  object: optional(TEXT),
  /**
   * `100644`, `100755` (executable), `120000` (a link) or `160000` (a
   * repository), as in git; absent if unknown.
   */
  mode: optional(TEXT),
  /**
   * Why the content was not read: `large`, `budget` (too much was read before
   * it), `denied`, `special` (such as a pipe); absent if it was read.
   */
  unread: optional(TEXT),
}, { text: "path", required: ["path"] }) satisfies Shape<git.FileState>;

const TITLES = ["title", "subject", "task", "text", "name", "description"];

function todo(status: string) {
  return object({ content: TEXT, status: text({ neutral: status }) }, {
    text: "content",
    aliases: { content: TITLES },
  }) satisfies Shape<lists.Todo>;
}

const TASK = object({
  id: TEXT,
  title: TEXT,
  description: TEXT,
  priority: text({ neutral: "medium" }),
  created_at: TEXT_OR_NULL,
  file: TEXT,
}, {
  text: "title",
  aliases: { title: ["subject", "content", "task", "text", "name"] },
}) satisfies Shape<lists.Task>;

const GIT_CONTEXT = object({
  /** True if there is a repository. */
  is_git_repo: FLAG,
  /** null: detached, or no repository. */
  branch: TEXT_OR_NULL,
  /**
   * The full ID of the last commit that a pause did not make; null: no commit
   * yet, or no repository. `mpm.head` is HEAD.
   */
  commit: TEXT_OR_NULL,
  /** The subject of that commit. */
  commit_message: TEXT_OR_NULL,
  /** The last commits of HEAD, except those that pauses made, newest first. */
  recent_commits: list(COMMIT),
  /** True if nothing is uncommitted and there are no untracked files. */
  is_clean: FLAG,
  /**
   * Number of commits that the upstream does not have (`ahead`), and that HEAD
   * does not have (`behind`).
   */
  ahead_behind: object({ ahead: COUNT, behind: COUNT }),
  status: object({
    clean: FLAG,
    /** Paths that are changed in the worktree but not staged. */
    modified: TEXTS,
    staged: TEXTS,
    untracked: TEXTS,
    /** Every changed tracked path, the list that claude-mpm writes. */
    modified_files: TEXTS,
    untracked_files: TEXTS,
  }, {
    aliases: {
      modified: ["modified_files"],
      untracked: ["untracked_files"],
      untracked_files: ["untracked"],
      staged: ["staged_files"],
    },
  }),
});

const AGENT = object({
  /** `claude-code`. */
  name: TEXT,
  session_id: TEXT,
  transcript_path: TEXT_OR_NULL,
}, { required: ["session_id"] });

/** Set by `mpm saves import`: the save contains someone else's words. */
const IMPORTED = object({
  /** The file or folder of the import, as given. */
  from: TEXT,
  /** ISO 8601, UTC. */
  at: TEXT,
  /** Its original ID. */
  session_id: TEXT,
  /** SHA-256 of the original bytes, which prevents a second import. */
  sha256: TEXT,
}, { required: ["from"] });

/** A checklist item of a session. */
const ITEM = object({ phase: TEXT, text: TEXT, done: FLAG }, { text: "text" });

/** The data about its session in a save. */
const SAVED_WORK = object({
  /** `work-YYYYMMDD-HHMMSS`. */
  id: TEXT,
  name: TEXT_OR_NULL,
  task: TEXT,
  /** The state of the session after this pause. */
  state: TEXT,
}, { required: ["id"] });

/** A parent of the paused session, which is a detour from it. */
const SAVED_PARENT = object({
  ...{ id: TEXT, name: TEXT_OR_NULL, task: TEXT, state: TEXT },
  /** The git branch on which the parent was paused. */
  branch: TEXT_OR_NULL,
  /** The checkpoint with the parent's uncommitted work. */
  checkpoint: TEXT_OR_NULL,
  checklist: list(ITEM),
}, { required: ["id"] });

/** A context file at the time of the pause. */
const CONTEXT = object({
  /** Relative to the worktree, `/` between folders. */
  path: TEXT,
  /** SHA-256 of the file's bytes. */
  sha256: text({ pattern: /^[0-9a-f]{64}$/ }),
  /** The redacted text; absent: it is in the save `held_by`. */
  text: optional(TEXT),
  /** The ID of the save that has the text. */
  held_by: optional(TEXT),
}, { text: "path", required: ["path"] });

const OWN_FIELDS = object({
  schema: { is: "version" } as Shape<1>,
  /** `pause` if a person requested it; other kinds are written by hooks. */
  kind: text({ neutral: "pause" }),
  /**
   * Absent: its agent's client ended normally. Otherwise the client was killed,
   * and the save was made when the next session began. The value is the time of
   * the last activity, ISO 8601, UTC.
   */
  recovered: optional(TEXT),
  /** A name for finding it. */
  name: TEXT_OR_NULL,
  /** Absolute path of the paused worktree; null: no repository. */
  worktree: TEXT_OR_NULL,
  /** The name of git's user, which anyone can set; absent if unknown. */
  author: optional(TEXT),
  /** The name of the agent that paused (`MPM_AGENT`); absent: no name. */
  agent_name: optional(TEXT),
  /** The agent's own session, which allows it to be continued. */
  agent: nullable(AGENT),
  /** ID of the session from which this one is a detour. */
  parent: TEXT_OR_NULL,
  /** The template of the checklist. */
  template: TEXT_OR_NULL,
  /** The items of the checklist: phase, text, done. */
  checklist: list(ANY),
  /** Decisions, with their reasons. */
  decisions: TEXTS,
  /** Blockers of the work. */
  blockers: TEXTS,
  /** Full commit ID; null: no commit yet, or no repository. */
  head: TEXT_OR_NULL,
  /** The upstream of the branch, and its commit. */
  upstream: nullable(
    object({ name: TEXT, commit: TEXT_OR_NULL }, { text: "name" }),
  ),
  /** True if HEAD was not on a branch. */
  detached: FLAG,
  /** `merge`, `rebase`, `am`, `cherry-pick`, `revert`, `bisect`, or null. */
  operation: TEXT_OR_NULL,
  /** The stash list, newest first. */
  stashes: list(object({ commit: TEXT, message: TEXT }, { text: "message" })),
  /** Every uncommitted path, at most 10,000. */
  files: list(FILE_STATE),
  /** Number of changed paths beyond the limit. */
  files_omitted: COUNT,
  /**
   * Number of `files` that git was told to ignore (assume-unchanged,
   * skip-worktree). Absent if mpm checked neither these nor ignored submodules.
   */
  unwatched: optional(COUNT),
  /** The checkpoint that was taken with the save. */
  checkpoint: TEXT_OR_NULL,
  /** The session that was paused; absent: there was no current session. */
  session: optional(SAVED_WORK),
  /** The session's parents, from the nearest to the outermost. */
  stack: optional(list(SAVED_PARENT)),
  /**
   * ID of the store into which the save was written. It stays on the machine,
   * so a clone has a different one. null: unknown.
   */
  store: TEXT_OR_NULL,
  imported: optional(IMPORTED),
  /** The hand-off for the next session. Absent in saves of 0.1.0. */
  handoff: optional(HANDOFF),
  /** Context files of the project and of the current partition. */
  contexts: optional(list(CONTEXT)),
  /**
   * Number and size of the uncommitted files kept with the save, under
   * `refs/mpm/contents/`; absent if there are no files.
   */
  contents: optional(object({ files: COUNT, bytes: COUNT })),
  /** Number of matches of each redaction rule, by label. */
  redactions: record(COUNT),
});

export const SAVE = object({
  /** `session-YYYYMMDD-HHMMSS`, the UTC time of the pause. */
  session_id: text({ strict: READ_ID }),
  /** ISO 8601, UTC. */
  paused_at: TEXT,
  /** Length of the session in hours; 0 if unknown. */
  duration_hours: NUMBER,
  /** Use of the agent's context; zeros if unknown. */
  context_usage: object({
    tokens_used: NUMBER,
    tokens_total: NUMBER,
    percentage: NUMBER,
    /**
     * `status-line`, `transcript`, `compaction` (an estimate) or `claude-mpm`;
     * null: unknown. Absent in saves of version 0.1.0.
     */
    source: optional(TEXT_OR_NULL),
  }, { text: "percentage" }) satisfies Shape<ContextUsage>,
  /** The work in progress, as described at the pause. */
  conversation: object({
    primary_task: TEXT,
    current_phase: TEXT,
    summary: TEXT,
    accomplishments: TEXTS,
    next_steps: TEXTS,
  }, { text: "summary" }),
  /** State of git. */
  git_context: GIT_CONTEXT,
  /** The working folder. */
  active_context: object({ working_directory: TEXT }, {
    text: "working_directory",
  }),
  /** Reminders for the next session. */
  important_reminders: TEXTS,
  /** Instructions for the next session. */
  resume_instructions: object({
    quick_start: TEXTS,
    files_to_review: TEXTS,
    validation_commands: record(TEXT),
  }),
  /** Open questions. */
  open_questions: TEXTS,
  /** Metrics of claude-mpm, kept unchanged. */
  performance_metrics: record(ANY),
  /** The agent's todo list, and the todos given to the pause. */
  todos: object({
    active: list(todo("pending")),
    completed: list(todo("completed")),
  }),
  /** Claude Code's tasks, in claude-mpm's format. */
  task_list: object({
    pending_tasks: list(TASK),
    in_progress_tasks: list(TASK),
    completed_count: COUNT,
  }),
  /** The version of the program that wrote the save. */
  version: TEXT,
  /** Its build. */
  build: TEXT,
  /** Absolute path with links resolved; empty: any project. */
  project_path: TEXT,
  /** Absent in the saves of other programs. */
  mpm: optional(OWN_FIELDS),
  /** Only without `mpm`, which means that mpm itself wrote the save. */
  imported: optional(IMPORTED),
});

export type GitContext = Fitting<typeof GIT_CONTEXT>;
export type Agent = Fitting<typeof AGENT>;
export type SavedContext = Fitting<typeof CONTEXT>;
export type Imported = Fitting<typeof IMPORTED>;
export type SavedWork = Fitting<typeof SAVED_WORK>;
export type OwnFields = Fitting<typeof OWN_FIELDS>;
export type Save = Fitting<typeof SAVE>;
