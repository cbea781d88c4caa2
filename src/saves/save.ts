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
 * The shape of a save, `session-YYYYMMDD-HHMMSS.json`: the one definition of
 * its type, its repair, its validation and the published JSON Schema. The
 * fields are those of claude-mpm, which reads the same file, with mpm's under
 * `mpm`. `normalize.ts` converts files of other writers to this shape; unknown
 * fields are kept everywhere.
 */

const TEXT_OR_NULL = nullable(TEXT);
const TEXTS = list(TEXT);

const COMMIT = object({
  /** Commit id, full in mpm's saves, abbreviated in claude-mpm's. */
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
 * One dirty or untracked path, relative to the worktree, `/` between folders.
 * A byte that is not UTF-8 stands as U+DC00 plus the byte.
 */
const FILE_STATE = object({
  path: TEXT,
  /** Two letters, index and worktree, as in `git status --porcelain`. */
  status: text({ pattern: /^[ MTADRCU?!]{2}$/, neutral: " M" }),
  /** Of the content (of the target, for a link); null: not read. */
  sha256: nullable(text({ pattern: /^[0-9a-f]{64}$/ })),
  /** Bytes; null: no file there. */
  size: nullable(COUNT),
  /** Milliseconds since the epoch; null: no file there. */
  mtime: nullable(NUMBER),
  /** The old path of a rename or copy. */
  from: optional(TEXT),
  /**
   * Git's object id of the content. It is the index's for a staged path. It is
   * the worktree's if the name cannot be opened or the file is a repository.
   */
  object: optional(TEXT),
  /**
   * `100644`, `100755` (executable), `120000` (a link) or `160000` (a
   * repository), as git takes it; absent where it is not known.
   */
  mode: optional(TEXT),
  /**
   * Why the content was not read: `large`, `budget` (too much before it),
   * `denied`, `special` (such as a pipe); absent where it was.
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
   * The last commit that is not a pause's own, as a full id; null: no commit
   * yet, or no repository. `mpm.head` is HEAD.
   */
  commit: TEXT_OR_NULL,
  /** The subject of that commit. */
  commit_message: TEXT_OR_NULL,
  /** The last commits of HEAD but for those of pauses, the newest first. */
  recent_commits: list(COMMIT),
  /** True if nothing is uncommitted, untracked files included. */
  is_clean: FLAG,
  /** Commits that the upstream lacks, and that HEAD lacks. */
  ahead_behind: object({ ahead: COUNT, behind: COUNT }),
  status: object({
    clean: FLAG,
    /** Changed in the worktree, not staged. */
    modified: TEXTS,
    staged: TEXTS,
    untracked: TEXTS,
    /** Every changed tracked path, the list claude-mpm writes. */
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

/** Set by `mpm saves import`: the save is someone else's words. */
const IMPORTED = object({
  /** The file or folder it came from, as it was given. */
  from: TEXT,
  /** ISO 8601, UTC. */
  at: TEXT,
  /** The id it had there. */
  session_id: TEXT,
  /** Of the bytes it had there, so that it is not brought in twice. */
  sha256: TEXT,
}, { required: ["from"] });

/** A checklist's item, as a session has it. */
const ITEM = object({ phase: TEXT, text: TEXT, done: FLAG }, { text: "text" });

/** The facts in a save about its session. */
const SAVED_WORK = object({
  /** `work-YYYYMMDD-HHMMSS`. */
  id: TEXT,
  name: TEXT_OR_NULL,
  task: TEXT,
  /** The state after this pause. */
  state: TEXT,
}, { required: ["id"] });

/** A session that the paused one is a detour of. */
const SAVED_PARENT = object({
  ...{ id: TEXT, name: TEXT_OR_NULL, task: TEXT, state: TEXT },
  /** The git branch it was paused on. */
  branch: TEXT_OR_NULL,
  /** The checkpoint that holds its uncommitted work. */
  checkpoint: TEXT_OR_NULL,
  checklist: list(ITEM),
}, { required: ["id"] });

/** A context file as it was at the pause. */
const CONTEXT = object({
  /** Relative to the worktree, `/` between folders. */
  path: TEXT,
  /** Of the file's bytes. */
  sha256: text({ pattern: /^[0-9a-f]{64}$/ }),
  /** Redacted; absent: the save `held_by` has it. */
  text: optional(TEXT),
  /** The id of the save that has the text. */
  held_by: optional(TEXT),
}, { text: "path", required: ["path"] });

const OWN_FIELDS = object({
  schema: { is: "version" } as Shape<1>,
  /** `pause` when asked for; other kinds are written by hooks. */
  kind: text({ neutral: "pause" }),
  /**
   * Absent: its agent's client ended in order. Else the client was killed, the
   * save made when the next session began, and this is when something was done
   * last, ISO 8601, UTC.
   */
  recovered: optional(TEXT),
  /** A name to find it by. */
  name: TEXT_OR_NULL,
  /** Absolute path of the worktree that was paused; null: no repository. */
  worktree: TEXT_OR_NULL,
  /** The name of git's user, which anyone can set; absent if not known. */
  author: optional(TEXT),
  /** The name of the agent that paused (`MPM_AGENT`); absent: it has none. */
  agent_name: optional(TEXT),
  /** The agent's own session, so that it can be continued. */
  agent: nullable(AGENT),
  /** Id of the session this one is a detour of. */
  parent: TEXT_OR_NULL,
  /** The template that the checklist is made from. */
  template: TEXT_OR_NULL,
  /** The items of the checklist: phase, text, done. */
  checklist: list(ANY),
  /** Decisions, with their reasons. */
  decisions: TEXTS,
  /** Blockers of the work. */
  blockers: TEXTS,
  /** Full commit ID; null: no commit yet, or no repository. */
  head: TEXT_OR_NULL,
  /** The upstream of the branch, and the commit it was at. */
  upstream: nullable(
    object({ name: TEXT, commit: TEXT_OR_NULL }, { text: "name" }),
  ),
  /** True if HEAD was not on a branch. */
  detached: FLAG,
  /** `merge`, `rebase`, `am`, `cherry-pick`, `revert`, `bisect`, or null. */
  operation: TEXT_OR_NULL,
  /** The stash list, the newest first. */
  stashes: list(
    object({ commit: TEXT, message: TEXT }, { text: "message" }),
  ),
  /** Every uncommitted path, at most 10,000. */
  files: list(FILE_STATE),
  /** Dirty paths beyond the limit, known only by number. */
  files_omitted: COUNT,
  /**
   * Number of `files` that git was told not to look at (assume-unchanged,
   * skip-worktree). Absent if mpm did not look there, nor at ignored
   * submodules.
   */
  unwatched: optional(COUNT),
  /** The checkpoint that was taken with it. */
  checkpoint: TEXT_OR_NULL,
  /** The session that was paused; absent: none was current. */
  session: optional(SAVED_WORK),
  /** Its parents, from the nearest to the outermost. */
  stack: optional(list(SAVED_PARENT)),
  /**
   * Id of the store it was written into; the id stays on the machine, so a
   * clone has another. null: not known.
   */
  store: TEXT_OR_NULL,
  imported: optional(IMPORTED),
  /** The hand-off for the next session. Absent in saves of 0.1.0. */
  handoff: optional(HANDOFF),
  /** Context files of the project and of the partition in use. */
  contexts: optional(list(CONTEXT)),
  /**
   * Amount of uncommitted files to keep with it, under `refs/mpm/contents/`;
   * absent for nothing.
   */
  contents: optional(object({ files: COUNT, bytes: COUNT })),
  /** Count of each redaction rule's hits, by its label. */
  redactions: record(COUNT),
});

export const SAVE = object({
  /** `session-YYYYMMDD-HHMMSS`, the UTC time of the pause. */
  session_id: text({ strict: READ_ID }),
  /** ISO 8601, UTC. */
  paused_at: TEXT,
  /** Length of the session in hours; 0 if not known. */
  duration_hours: NUMBER,
  /** Use of the agent's context; zeros if not known. */
  context_usage: object({
    tokens_used: NUMBER,
    tokens_total: NUMBER,
    percentage: NUMBER,
    /**
     * `status-line`, `transcript`, `compaction` (an estimate) or `claude-mpm`;
     * null: not known. Version 0.1.0 did not write it.
     */
    source: optional(TEXT_OR_NULL),
  }, { text: "percentage" }) satisfies Shape<ContextUsage>,
  /** The work in progress, by the words of the pause. */
  conversation: object({
    primary_task: TEXT,
    current_phase: TEXT,
    summary: TEXT,
    accomplishments: TEXTS,
    next_steps: TEXTS,
  }, { text: "summary" }),
  /** State of git. */
  git_context: GIT_CONTEXT,
  /** The folder that was worked in. */
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
  /** Figures of claude-mpm, kept as they are. */
  performance_metrics: record(ANY),
  /** The agent's list, and what was given to the pause. */
  todos: object({
    active: list(todo("pending")),
    completed: list(todo("completed")),
  }),
  /** Claude Code's tasks, in claude-mpm's form. */
  task_list: object({
    pending_tasks: list(TASK),
    in_progress_tasks: list(TASK),
    completed_count: COUNT,
  }),
  /** The version of the program that wrote it. */
  version: TEXT,
  /** Its build. */
  build: TEXT,
  /** Absolute, without links; empty: any project. */
  project_path: TEXT,
  /** Absent in the saves of other programs. */
  mpm: optional(OWN_FIELDS),
  /** Only beside no `mpm`, which would say that mpm itself had written it. */
  imported: optional(IMPORTED),
});

export type GitContext = Fitting<typeof GIT_CONTEXT>;
export type Agent = Fitting<typeof AGENT>;
export type SavedContext = Fitting<typeof CONTEXT>;
export type Imported = Fitting<typeof IMPORTED>;
export type SavedWork = Fitting<typeof SAVED_WORK>;
export type OwnFields = Fitting<typeof OWN_FIELDS>;
export type Save = Fitting<typeof SAVE>;
