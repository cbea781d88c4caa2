import * as z from "zod/mini";
import type * as lists from "../clients/claude/task_events.ts";
import type { ContextUsage } from "../clients/context_usage.ts";
import { READ_ID } from "../git/ids.ts";
import type * as git from "../git/repository.ts";

/**
 * The schema of a save, `session-YYYYMMDD-HHMMSS.json`: the one definition of
 * its type, its validation and the published JSON Schema. The fields are those
 * of claude-mpm, which reads the same file, with mpm's own under `mpm`. What
 * other writers left is brought into this shape by `normalize.ts`; unknown
 * fields are kept everywhere.
 *
 * Commands import types from here and the schemas only where they validate, so
 * that the schema library is not loaded on the way to a save.
 */

const text = z.string();
const texts = z.array(text);
const count = z.int().check(z.nonnegative());

export const Commit = z.looseObject({
  /** Commit id, full in mpm's saves, abbreviated in claude-mpm's. */
  sha: text,
  author: text,
  /** `YYYY-MM-DD HH:MM:SS +ZZZZ`, the author's time. */
  timestamp: text,
  /** The subject line. */
  message: text,
});

/**
 * One dirty or untracked path, relative to the worktree, `/` between folders.
 * A byte that is not UTF-8 stands as U+DC00 plus the byte.
 */
export const FileState = z.looseObject({
  path: text,
  /** Two letters, index and worktree, as in `git status --porcelain`. */
  status: text.check(z.regex(/^[ MTADRCU?!]{2}$/)),
  /** Of the content (of the target, for a link); null: not read. */
  sha256: z.nullable(text.check(z.regex(/^[0-9a-f]{64}$/))),
  /** Bytes; null: no file there. */
  size: z.nullable(count),
  /** Milliseconds since the epoch; null: no file there. */
  mtime: z.nullable(z.number()),
  /** Where it was renamed or copied from. */
  from: z.optional(text),
  /**
   * Git's object id of the content: the index's for a staged path, or, where
   * the name cannot be opened or the file is a repository, the worktree's.
   */
  object: z.optional(text),
  /**
   * `100644`, `100755` (executable), `120000` (a link) or `160000` (a
   * repository), as git takes it; absent where it is not known.
   */
  mode: z.optional(text),
  /**
   * Why the content was not read: `large`, `budget` (too much before it),
   * `denied`, `special` (such as a pipe); absent where it was.
   */
  unread: z.optional(text),
}) satisfies z.ZodMiniType<git.FileState>;

export const Todo = z.looseObject({
  content: text,
  status: text,
}) satisfies z.ZodMiniType<lists.Todo>;

export const Task = z.looseObject({
  id: text,
  title: text,
  description: text,
  priority: text,
  created_at: z.nullable(text),
  file: text,
}) satisfies z.ZodMiniType<lists.Task>;

export const GitContext = z.looseObject({
  /** Whether there is a repository. */
  is_git_repo: z.boolean(),
  /** null: detached, or no repository. */
  branch: z.nullable(text),
  /**
   * The last commit that is not a pause's own, as a full id; null: no commit
   * yet, or no repository. `mpm.head` is HEAD.
   */
  commit: z.nullable(text),
  /** The subject of that commit. */
  commit_message: z.nullable(text),
  /** The last commits of HEAD but for those of pauses, the newest first. */
  recent_commits: z.array(Commit),
  /** Whether nothing is uncommitted, untracked files included. */
  is_clean: z.boolean(),
  /** Commits that the upstream lacks, and that HEAD lacks. */
  ahead_behind: z.looseObject({ ahead: count, behind: count }),
  status: z.looseObject({
    clean: z.boolean(),
    /** Changed in the worktree, not staged. */
    modified: texts,
    staged: texts,
    untracked: texts,
    /** Every changed tracked path, the list claude-mpm writes. */
    modified_files: texts,
    untracked_files: texts,
  }),
});

export const Agent = z.looseObject({
  /** `claude-code`. */
  name: text,
  session_id: text,
  transcript_path: z.nullable(text),
});

/** Set by `mpm sessions import`: the save is somebody else's words. */
export const Imported = z.looseObject({
  /** The file or folder it came from, as it was given. */
  from: text,
  /** ISO 8601, UTC. */
  at: text,
  /** The id it had there. */
  session_id: text,
  /** Of the bytes it had there, so that it is not brought in twice. */
  sha256: text,
});

/** A checklist's item, as a work session has it. */
const Item = z.looseObject({ phase: text, text, done: z.boolean() });

/** What a save says of the work session it belongs to. */
export const SavedWork = z.looseObject({
  /** `work-YYYYMMDD-HHMMSS`. */
  id: text,
  name: z.nullable(text),
  task: text,
  /** The state after this pause. */
  state: text,
});

/** A session that the paused one is a detour of. */
export const SavedParent = z.looseObject({
  ...{ id: text, name: z.nullable(text), task: text, state: text },
  /** The git branch it was paused on. */
  branch: z.nullable(text),
  /** The checkpoint that holds its uncommitted work. */
  checkpoint: z.nullable(text),
  checklist: z.array(Item),
});

export const OwnFields = z.looseObject({
  schema: z.literal(1),
  /** `pause` when asked for; other kinds are written by hooks. */
  kind: text,
  /** A name to find it by. */
  name: z.nullable(text),
  /** Absolute path of the worktree that was paused; null: no repository. */
  worktree: z.nullable(text),
  /** The agent's own session, so that it can be continued. */
  agent: z.nullable(Agent),
  /** Id of the session this one is a detour of. */
  parent: z.nullable(text),
  /** The template that the checklist is made from. */
  template: z.nullable(text),
  /** The items of the checklist: phase, text, done. */
  checklist: z.array(z.unknown()),
  /** What was decided, and why. */
  decisions: texts,
  /** What the work waits for. */
  blockers: texts,
  /** Full commit id; null: no commit yet, or no repository. */
  head: z.nullable(text),
  /** The upstream of the branch, and the commit it was at. */
  upstream: z.nullable(
    z.looseObject({ name: text, commit: z.nullable(text) }),
  ),
  /** Whether HEAD was at no branch. */
  detached: z.boolean(),
  /** `merge`, `rebase`, `am`, `cherry-pick`, `revert`, `bisect`, or null. */
  operation: z.nullable(text),
  /** The stash list, the newest first. */
  stashes: z.array(z.looseObject({ commit: text, message: text })),
  /** Every uncommitted path, at most 10,000. */
  files: z.array(FileState),
  /** Dirty paths beyond the limit, known only by number. */
  files_omitted: count,
  /**
   * How many of `files` git was told not to look at (assume-unchanged,
   * skip-worktree); absent: mpm did not look there, nor at ignored submodules.
   */
  unwatched: z.optional(count),
  /** The checkpoint that was taken with it. */
  checkpoint: z.nullable(text),
  /** The work session that was paused; absent: none was current. */
  session: z.optional(SavedWork),
  /** Its parents, from the nearest to the outermost. */
  stack: z.optional(z.array(SavedParent)),
  /**
   * Which store it was written into: an id that stays on the machine, so a
   * clone has another. null: not known.
   */
  store: z.nullable(text),
  imported: z.optional(Imported),
  /** How often each redaction rule applied, by its label. */
  redactions: z.record(text, count),
});

export const Save = z.looseObject({
  /** `session-YYYYMMDD-HHMMSS`, the UTC time of the pause. */
  session_id: text.check(z.regex(READ_ID)),
  /** ISO 8601, UTC. */
  paused_at: text,
  /** How long the session was, in hours; 0: not known. */
  duration_hours: z.number(),
  /** How full the context of the agent was; zeros: not known. */
  context_usage: z.looseObject({
    tokens_used: z.number(),
    tokens_total: z.number(),
    percentage: z.number(),
    /**
     * `status-line`, `transcript`, `compaction` (an estimate) or `claude-mpm`;
     * null: not known. Version 0.1.0 did not write it.
     */
    source: z.optional(z.nullable(text)),
  }) satisfies z.ZodMiniType<ContextUsage>,
  /** What was being done, as it was told at the pause. */
  conversation: z.looseObject({
    primary_task: text,
    current_phase: text,
    summary: text,
    accomplishments: texts,
    next_steps: texts,
  }),
  /** Where git stood. */
  git_context: GitContext,
  /** The folder that was worked in. */
  active_context: z.looseObject({ working_directory: text }),
  /** What whoever resumes must know. */
  important_reminders: texts,
  /** How to take the work up again. */
  resume_instructions: z.looseObject({
    quick_start: texts,
    files_to_review: texts,
    validation_commands: z.record(text, text),
  }),
  /** What is not decided yet. */
  open_questions: texts,
  /** Figures of claude-mpm, kept as they are. */
  performance_metrics: z.record(text, z.unknown()),
  /** The agent's list, and what was given to the pause. */
  todos: z.looseObject({
    active: z.array(Todo),
    completed: z.array(Todo),
  }),
  /** Claude Code's tasks, in claude-mpm's form. */
  task_list: z.looseObject({
    pending_tasks: z.array(Task),
    in_progress_tasks: z.array(Task),
    completed_count: count,
  }),
  /** The version of the program that wrote it. */
  version: text,
  /** Its build. */
  build: text,
  /** Absolute, without links; empty: any project. */
  project_path: text,
  /** Absent in the saves of other programs. */
  mpm: z.optional(OwnFields),
  /** Only beside no `mpm`, which would say that mpm itself had written it. */
  imported: z.optional(Imported),
});

export type Commit = z.infer<typeof Commit>;
export type GitContext = z.infer<typeof GitContext>;
export type Agent = z.infer<typeof Agent>;
export type Imported = z.infer<typeof Imported>;
export type SavedWork = z.infer<typeof SavedWork>;
export type OwnFields = z.infer<typeof OwnFields>;
export type Save = z.infer<typeof Save>;
