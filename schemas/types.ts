/**
 * Types of what mpm prints with --json and of the files it writes. "deno task
 * generate" makes them from the JSON Schemas beside this file. An index signature
 * marks where a file may hold fields that mpm does not know.
 */

/** A save: .claude-mpm/sessions/session-*.json. */
export interface Save {
  /** `session-YYYYMMDD-HHMMSS`, the UTC time of the pause. */
  session_id: string;
  /** ISO 8601, UTC. */
  paused_at: string;
  /** Length of the session in hours; 0 if unknown. */
  duration_hours: number;
  /** Use of the agent's context; zeros if unknown. */
  context_usage: {
    tokens_used: number;
    tokens_total: number;
    percentage: number;
    /**
     * `status-line`, `transcript`, `compaction` (an estimate) or `claude-mpm`;
     * null: unknown. Absent in saves of version 0.1.0.
     */
    source?: string | null;
    [name: string]: unknown;
  };
  /** The work in progress, as described at the pause. */
  conversation: {
    primary_task: string;
    current_phase: string;
    summary: string;
    accomplishments: string[];
    next_steps: string[];
    [name: string]: unknown;
  };
  /** State of git. */
  git_context: {
    /** True if there is a repository. */
    is_git_repo: boolean;
    /** null: detached, or no repository. */
    branch: string | null;
    /**
     * The full ID of the last commit that a pause did not make; null: no commit
     * yet, or no repository. `mpm.head` is HEAD.
     */
    commit: string | null;
    /** The subject of that commit. */
    commit_message: string | null;
    /**
     * The last commits of HEAD, except those that pauses made, newest first.
     */
    recent_commits: {
      /** The commit ID: full in mpm's saves, abbreviated in claude-mpm's. */
      sha: string;
      author: string;
      /** `YYYY-MM-DD HH:MM:SS +ZZZZ`, the author's time. */
      timestamp: string;
      /** The subject line. */
      message: string;
      [name: string]: unknown;
    }[];
    /** True if nothing is uncommitted and there are no untracked files. */
    is_clean: boolean;
    /**
     * Number of commits that the upstream does not have (`ahead`), and that
     * HEAD does not have (`behind`).
     */
    ahead_behind: {
      ahead: number;
      behind: number;
      [name: string]: unknown;
    };
    status: {
      clean: boolean;
      /** Paths that are changed in the worktree but not staged. */
      modified: string[];
      staged: string[];
      untracked: string[];
      /** Every changed tracked path, the list that claude-mpm writes. */
      modified_files: string[];
      untracked_files: string[];
      [name: string]: unknown;
    };
    [name: string]: unknown;
  };
  /** The working folder. */
  active_context: {
    working_directory: string;
    [name: string]: unknown;
  };
  /** Reminders for the next session. */
  important_reminders: string[];
  /** Instructions for the next session. */
  resume_instructions: {
    quick_start: string[];
    files_to_review: string[];
    validation_commands: Record<string, string>;
    [name: string]: unknown;
  };
  /** Open questions. */
  open_questions: string[];
  /** Metrics of claude-mpm, kept unchanged. */
  performance_metrics: Record<string, unknown>;
  /** The agent's todo list, and the todos given to the pause. */
  todos: {
    active: {
      content: string;
      status: string;
      [name: string]: unknown;
    }[];
    completed: {
      content: string;
      status: string;
      [name: string]: unknown;
    }[];
    [name: string]: unknown;
  };
  /** Claude Code's tasks, in claude-mpm's format. */
  task_list: {
    pending_tasks: {
      id: string;
      title: string;
      description: string;
      priority: string;
      created_at: string | null;
      file: string;
      [name: string]: unknown;
    }[];
    in_progress_tasks: {
      id: string;
      title: string;
      description: string;
      priority: string;
      created_at: string | null;
      file: string;
      [name: string]: unknown;
    }[];
    completed_count: number;
    [name: string]: unknown;
  };
  /** The version of the program that wrote the save. */
  version: string;
  /** Its build. */
  build: string;
  /** Absolute path with links resolved; empty: any project. */
  project_path: string;
  /** Absent in the saves of other programs. */
  mpm?: {
    schema: 1;
    /** `pause` if a person requested it; other kinds are written by hooks. */
    kind: string;
    /**
     * Absent: its agent's client ended normally. Otherwise the client was
     * killed, and the save was made when the next session began. The value is
     * the time of the last activity, ISO 8601, UTC.
     */
    recovered?: string;
    /** A name for finding it. */
    name: string | null;
    /** Absolute path of the paused worktree; null: no repository. */
    worktree: string | null;
    /** The name of git's user, which anyone can set; absent if unknown. */
    author?: string;
    /** The name of the agent that paused (`MPM_AGENT`); absent: no name. */
    agent_name?: string;
    /** The agent's own session, which allows it to be continued. */
    agent: {
      /** `claude-code`. */
      name: string;
      session_id: string;
      transcript_path: string | null;
      [name: string]: unknown;
    } | null;
    /** ID of the session from which this one is a detour. */
    parent: string | null;
    /** The template of the checklist. */
    template: string | null;
    /** The items of the checklist: phase, text, done. */
    checklist: unknown[];
    /** Decisions, with their reasons. */
    decisions: string[];
    /** Blockers of the work. */
    blockers: string[];
    /** Full commit ID; null: no commit yet, or no repository. */
    head: string | null;
    /** The upstream of the branch, and its commit. */
    upstream: {
      name: string;
      commit: string | null;
      [name: string]: unknown;
    } | null;
    /** True if HEAD was not on a branch. */
    detached: boolean;
    /** `merge`, `rebase`, `am`, `cherry-pick`, `revert`, `bisect`, or null. */
    operation: string | null;
    /** The stash list, newest first. */
    stashes: {
      commit: string;
      message: string;
      [name: string]: unknown;
    }[];
    /** Every uncommitted path, at most 10,000. */
    files: {
      path: string;
      /** Two letters, index and worktree, as in `git status --porcelain`. */
      status: string;
      /** SHA-256 of the content, or of a link's target; null: not read. */
      sha256: string | null;
      /** Bytes; null: no file. */
      size: number | null;
      /** Milliseconds since the epoch; null: no file. */
      mtime: number | null;
      /** The old path of a rename or copy. */
      from?: string;
      /**
       * Git's object ID of the content. For a staged path, it is the ID in the
       * index. It is the ID in the worktree if the name cannot be opened or the
       * file is a repository.
       */
      object?: string;
      /**
       * `100644`, `100755` (executable), `120000` (a link) or `160000` (a
       * repository), as in git; absent if unknown.
       */
      mode?: string;
      /**
       * Why the content was not read: `large`, `budget` (too much was read
       * before it), `denied`, `special` (such as a pipe); absent if it was
       * read.
       */
      unread?: string;
      [name: string]: unknown;
    }[];
    /** Number of changed paths beyond the limit. */
    files_omitted: number;
    /**
     * Number of `files` that git was told to ignore (assume-unchanged,
     * skip-worktree). Absent if mpm checked neither these nor ignored
     * submodules.
     */
    unwatched?: number;
    /** The checkpoint that was taken with the save. */
    checkpoint: string | null;
    /** The session that was paused; absent: there was no current session. */
    session?: {
      /** `work-YYYYMMDD-HHMMSS`. */
      id: string;
      name: string | null;
      task: string;
      /** The state of the session after this pause. */
      state: string;
      [name: string]: unknown;
    };
    /** The session's parents, from the nearest to the outermost. */
    stack?: {
      id: string;
      name: string | null;
      task: string;
      state: string;
      /** The git branch on which the parent was paused. */
      branch: string | null;
      /** The checkpoint with the parent's uncommitted work. */
      checkpoint: string | null;
      checklist: {
        phase: string;
        text: string;
        done: boolean;
        [name: string]: unknown;
      }[];
      [name: string]: unknown;
    }[];
    /**
     * ID of the store into which the save was written. It stays on the machine,
     * so a clone has a different one. null: unknown.
     */
    store: string | null;
    imported?: {
      /** The file or folder of the import, as given. */
      from: string;
      /** ISO 8601, UTC. */
      at: string;
      /** Its original ID. */
      session_id: string;
      /** SHA-256 of the original bytes, which prevents a second import. */
      sha256: string;
      [name: string]: unknown;
    };
    /** The hand-off for the next session. Absent in saves of 0.1.0. */
    handoff?: {
      schema: 1;
      /** The open items and the items of the conversation, oldest first. */
      items: {
        /** 12 random hex digits, the same in every copy of the item. */
        id: string;
        /**
         * The number with which the item is closed in this project; absent: it
         * cannot be closed by number.
         */
        number?: number;
        kind:
          | "goal"
          | "constraint"
          | "next"
          | "decision"
          | "rejected"
          | "question"
          | "blocker"
          | "done"
          | "verify"
          | "prompt"
          | "message"
          | "plan"
          | "summary"
          | "report"
          | "error"
          | "background";
        text: string;
        /** The reason for a decision, or the description of a todo. */
        why?: string;
        state: "open" | "doing" | "done" | "dropped" | "superseded";
        source: "user" | "agent" | "transcript" | "git" | "model";
        /**
         * The way it was added: `pause`, `command`, `prompt`, `todo`, `task`,
         * `answer`, `plan`, `compaction`, `last message`, `sub-agent`, `error`.
         */
        via: string;
        /** Time at which it was added, ISO 8601, UTC. */
        at: string;
        /** The first save that contained the item; null: no save yet. */
        save: string | null;
        /** The agent session in which it was added. */
        agent?: string;
        /**
         * Identifies the item within the conversation, so it is added only
         * once.
         */
        key?: string;
        /** Time at which it was closed, ISO 8601, UTC. */
        closed_at?: string;
        /** The ID of the item that replaced it. */
        superseded_by?: string;
        /** The command that verifies the item, one of `commands`. */
        evidence?: string;
        [name: string]: unknown;
      }[];
      /** The files, the last touched first. */
      files: {
        /** Relative to the worktree if it is inside, otherwise absolute. */
        path: string;
        how: "created" | "edited" | "deleted" | "read";
        /** Number of times. */
        times: number;
        /** The time of the last touch, ISO 8601, UTC. */
        at: string;
        /** Names of functions, classes and similar in the edited code. */
        symbols?: string[];
        [name: string]: unknown;
      }[];
      /** The runs, newest first, each command once. */
      runs: {
        command: string;
        kind: "test" | "build" | "lint" | "types" | "other";
        /** Exit status; null: unknown, for example after a pipe. */
        exit: number | null;
        /** Time at which it ended, ISO 8601, UTC. */
        at: string;
        /** The end of its output. */
        tail: string;
        /** The SHA-256 of the known part of its output. */
        digest: string;
        /** Absent: not known. */
        tree?: {
          /** Full commit ID; null: no commit. */
          head: string | null;
          /** SHA-256 of the uncommitted files: paths, modes and contents. */
          changes: string;
          /**
           * The uncommitted files, sorted by path; absent: there are more than
           * 100.
           */
          files?: {
            path: string;
            /** Mode and start of the SHA-256, or `gone`. */
            content: string;
            [name: string]: unknown;
          }[];
          [name: string]: unknown;
        };
        /** Why the exit status means nothing, e.g. `a pipe hides it`. */
        doubt?: string;
        /**
         * `user`: `mpm evidence --run` ran it; absent: it ran in a
         * conversation.
         */
        source?: "user" | "agent" | "transcript" | "git" | "model";
        [name: string]: unknown;
      }[];
      /** State variables (`mpm var`). */
      vars?: Record<string, string>;
      /** The searched patterns, newest last. */
      searches?: string[];
      /** Files that commands and searches named, the most relevant first. */
      seen?: string[];
      /** The current partition. */
      partition?: string;
      /** Open hand-off documents, newest first, at most 50. */
      handoffs?: {
        id: string;
        /** Names of agents. */
        from: string;
        to: string;
        title: string;
        state: "waiting" | "accepted" | "disputed";
        [name: string]: unknown;
      }[];
      /**
       * The parts of the conversation that mpm could not read, one sentence
       * each.
       */
      unread: string[];
      /** The number of entries that were left out to keep the save small. */
      left_out?: number;
      [name: string]: unknown;
    };
    /** Context files of the project and of the current partition. */
    contexts?: {
      /** Relative to the worktree, `/` between folders. */
      path: string;
      /** SHA-256 of the file's bytes. */
      sha256: string;
      /** The redacted text; absent: it is in the save `held_by`. */
      text?: string;
      /** The ID of the save that has the text. */
      held_by?: string;
      [name: string]: unknown;
    }[];
    /**
     * Number and size of the uncommitted files kept with the save, under
     * `refs/mpm/contents/`; absent if there are no files.
     */
    contents?: {
      files: number;
      bytes: number;
      [name: string]: unknown;
    };
    /** Number of matches of each redaction rule, by label. */
    redactions: Record<string, number>;
    [name: string]: unknown;
  };
  /** Only without `mpm`, which means that mpm itself wrote the save. */
  imported?: {
    /** The file or folder of the import, as given. */
    from: string;
    /** ISO 8601, UTC. */
    at: string;
    /** Its original ID. */
    session_id: string;
    /** SHA-256 of the original bytes, which prevents a second import. */
    sha256: string;
    [name: string]: unknown;
  };
  [name: string]: unknown;
}

/** A session: .claude-mpm/state/work/work-*.json. */
export interface WorkSession {
  /** The version of the format. */
  schema: 1;
  /** `work-YYYYMMDD-HHMMSS`. */
  id: string;
  /** A name for finding it. */
  name: string | null;
  /** The task. */
  task: string;
  /** The session's state in the life cycle. */
  state:
    | "new"
    | "active"
    | "working"
    | "paused"
    | "complete"
    | "archived"
    | "cancelled";
  /** ISO 8601, UTC. */
  started_at: string;
  /** Every state change, oldest first. */
  transitions: {
    from:
      | "new"
      | "active"
      | "working"
      | "paused"
      | "complete"
      | "archived"
      | "cancelled";
    to:
      | "new"
      | "active"
      | "working"
      | "paused"
      | "complete"
      | "archived"
      | "cancelled";
    /** ISO 8601, UTC. */
    at: string;
    [name: string]: unknown;
  }[];
  /** ID of the session from which this one is a detour. */
  parent: string | null;
  /** The session's place: `main` or the name of a linked worktree's place. */
  place: string;
  /** The absolute path of that worktree. */
  worktree: string;
  /** The branch and the commit of git at the start. */
  git: {
    branch: string | null;
    head: string | null;
    [name: string]: unknown;
  };
  /** The agent's own session at the start. */
  agent_session: string | null;
  /** The template for the checklist. */
  template: {
    /** The short name, e.g. `bug-fix`. */
    name: string;
    /** The values of the template's placeholders. */
    variables: Record<string, string>;
    [name: string]: unknown;
  } | null;
  /** The checklist, in order. */
  checklist: {
    /** The heading above the item; empty: no heading. */
    phase: string;
    text: string;
    done: boolean;
    /** ISO 8601, UTC. */
    done_at: string | null;
    [name: string]: unknown;
  }[];
  /** The IDs of the session's saves, newest last. */
  saves: string[];
  /** The results of the session's detours. */
  children: {
    id: string;
    name: string | null;
    summary: string;
    at: string;
    [name: string]: unknown;
  }[];
  /**
   * The changes that `mpm branch` made for the session; null if it is not a
   * detour.
   */
  detour: {
    /**
     * The kind of the detour: `stash`, `git-branch`, `worktree`, or `plain`.
     */
    kind: string;
    /** The checkpoint with the parent's uncommitted work. */
    checkpoint: string | null;
    /** The previous git branch, to return to; null: detached HEAD or no git. */
    branch_before: string | null;
    /** The full ID of the previous commit. */
    head_before: string | null;
    /** The worktree created for the detour, absolute. */
    worktree: string | null;
    /** True if the detour began with a clean tree, as after `--stash`. */
    cleared?: boolean;
    [name: string]: unknown;
  } | null;
  /** The summary from when the session was completed or cancelled. */
  summary: string | null;
  /**
   * The signature with the user's own key: HMAC-SHA256 of the text before this
   * field.
   */
  seal?: string;
  [name: string]: unknown;
}

/** The record of a checkpoint: .claude-mpm/checkpoints/*.json. */
export interface CheckpointRecord {
  /** The version of the format. */
  schema: 1;
  /** The last part of the checkpoint's ref and the name of its file. */
  id: string;
  /** The name as given. */
  name: string;
  /**
   * `parked`: parked by `mpm branch`. `batch`: taken after a tool batch of an
   * agent.
   */
  kind: "named" | "auto" | "safety" | "parked" | "batch";
  /** The text of `--message`. */
  note: string | null;
  /** ISO 8601, UTC. */
  created_at: string;
  /** The top folder of the project, absolute. */
  project_path: string;
  /** The worktree that was captured, absolute. */
  worktree: string;
  /** null: detached, or no repository. */
  branch: string | null;
  /** Full commit ID; null: no commit yet, or no repository. */
  head: string | null;
  /** True if HEAD was not on a branch. */
  detached: boolean;
  /** A merge, rebase or similar operation in progress. */
  operation: string | null;
  /** Identifies the state: SHA-256 over trees, index and HEAD. */
  print: string;
  /** Changed paths at that moment; the maximum is 10,000. */
  files: {
    /**
     * The path, as in a save: a byte that is not UTF-8 becomes U+DC00 plus the
     * byte.
     */
    path: string;
    /** Two letters, index and worktree, as in `git status --porcelain`. */
    status: string;
    /** Git's ID of the raw content; null: no file, or content not captured. */
    hash: string | null;
    /** The mode as in git; null: no file. */
    mode: string | null;
    /** Bytes; null: no file. */
    size: number | null;
    [name: string]: unknown;
  }[];
  /** Number of changed paths beyond the limit. */
  files_omitted: number;
  /** Paths that were left out, with the reason. */
  left_out: {
    path: string;
    reason: string;
    [name: string]: unknown;
  }[];
  /** The data in the index other than its tree. */
  index: {
    unmerged: {
      path: string;
      stages: {
        stage: number;
        mode: string;
        id: string;
        [name: string]: unknown;
      }[];
      [name: string]: unknown;
    }[];
    intent_to_add: {
      path: string;
      mode: string;
      [name: string]: unknown;
    }[];
    assume_unchanged: string[];
    skip_worktree: string[];
    [name: string]: unknown;
  };
  /** Unusual permission bits of files, by path. */
  permissions: Record<string, number>;
  /** Bytes of the files that were read. */
  size: number;
  /** `.claude/context.md` at that moment; null if it was missing. */
  context: string | null;
  /** The environment in which it was taken. */
  environment: {
    folder: string;
    os: string;
    /** Versions that project files require; absent: not read. */
    runtimes?: {
      name: string;
      version: string;
      from: string;
      [name: string]: unknown;
    }[];
    [name: string]: unknown;
  };
  /** The next steps of the worktree's newest save, if it has one. */
  last_save?: {
    session_id: string;
    next_steps: string[];
    [name: string]: unknown;
  };
  /** The preceding tool batch; only for kind `batch`. */
  batch?: {
    agent_session: string;
    /** IDs of the batch's tool calls, as given by the client. */
    calls: string[];
    [name: string]: unknown;
  };
  /** The save that a pause at that moment would have written. */
  session: Save;
  /** The version of mpm that took it. */
  version: string;
  /** Its build. */
  build: string;
  commit: string;
  [name: string]: unknown;
}

/** An answer to a hand-off: .claude-mpm/handoffs/.answers/*.json. */
export interface HandoffAnswer {
  schema: 1;
  /** 12 hex digits computed from the content: the same in every copy. */
  id: string;
  /** The id of the document. */
  document: string;
  state: "accepted" | "done" | "rejected";
  /** Why it was rejected, or what was done. */
  reason?: string;
  /** The name of the agent or person. */
  by: string;
  person: boolean;
  /** ISO 8601, UTC. */
  at: string;
  /** IDs of the answers that it follows. */
  after: string[];
  [name: string]: unknown;
}

/** A note: .claude/shared-context/*.json. */
export interface NoteFile {
  schema: 1;
  /** 12 hex digits, the start of the SHA-256 of all other fields. */
  id: string;
  /** The agent or the person who wrote it. */
  by: string;
  /** True if a person wrote it. */
  person: boolean;
  /** The time at which it was written, ISO 8601, UTC. */
  at: string;
  /**
   * Higher than the order of every note that the writer had. Notes are sorted
   * by this number, since clocks may differ.
   */
  order: number;
  /** The git branch on which it was written; null: no branch. */
  branch: string | null;
  /** The ids of the notes that it replaces. */
  supersedes: string[];
  text: string;
  [name: string]: unknown;
}

/** One mpm operation, a line of .claude-mpm/state/journal.jsonl. */
export interface JournalLine {
  /** Counts from 1. */
  id: number;
  /** ISO 8601, UTC. */
  at: string;
  /** The command, or `undo`, `automatic save`, `automatic checkpoint`. */
  operation: string;
  /** One line for people. */
  title: string;
  /** The absolute path of the worktree in which the operation ran. */
  worktree: string;
  /** The state before the operation. */
  before: {
    /**
     * Changed files by path, relative to the project or absolute; null: there
     * was no file.
     */
    files?: Record<
      string,
      {
        /** Of the content. */
        sha256: string;
        /**
         * The path of the content below the trash; null if the content was not
         * kept.
         */
        kept: string | null;
        [name: string]: unknown;
      } | null
    >;
    [name: string]: unknown;
  };
  /** The state after the operation. */
  after: {
    /**
     * Changed files by path, relative to the project or absolute; null: there
     * was no file.
     */
    files?: Record<
      string,
      {
        /** Of the content. */
        sha256: string;
        /**
         * The path of the content below the trash; null if the content was not
         * kept.
         */
        kept: string | null;
        [name: string]: unknown;
      } | null
    >;
    [name: string]: unknown;
  };
  /** In an undo: the operation that was undone. */
  undoes?: number;
  /** Present and true if a hook ran the operation. */
  automatic?: true;
  /**
   * HMAC-SHA256 of the line up to here, with the user's key; absent without a
   * key.
   */
  seal?: string;
  [name: string]: unknown;
}

/** A failure in an agent session: .claude-mpm/errors/error-*.json. */
export interface ErrorRecord {
  version: 1;
  /** ISO 8601, UTC. */
  at: string;
  /** The name of the event in Claude Code. */
  event: string;
  /** The agent's session. */
  session_id: string;
  /** The tool; null: an error ended the turn. */
  tool: string | null;
  /**
   * The tool's input as JSON, redacted and shortened; null without a tool, or
   * if `handoff.errors` is off.
   */
  input: string | null;
  /** Redacted and shortened. */
  error: string;
  /** The repository at that time; null: no repository, or git took too long. */
  git?: {
    /** null: detached. */
    branch: string | null;
    /** Full commit ID; null before the first commit. */
    head: string | null;
    changes: string[];
    changes_omitted: number;
    /** The newest five commits: abbreviated ID and subject. */
    commits: string[];
    [name: string]: unknown;
  } | null;
  [name: string]: unknown;
}

/** Several saves in one file, written by mpm saves export --all. */
export interface Bundle {
  /** The version of this format. */
  mpm_bundle: 1;
  /** ISO 8601, UTC. */
  created_at: string;
  saves: {
    session_id: string;
    /** The SHA-256 of the text in UTF-8. */
    sha256: string;
    /** The exact text of the save's JSON file. */
    json: string;
    [name: string]: unknown;
  }[];
  [name: string]: unknown;
}

/** The input of mpm pause --input. */
export interface PauseInput {
  /** The task; without it, a summary is generated. */
  summary?: string;
  /** A name to find the session by. */
  name?: string;
  primary_task?: string;
  current_phase?: string;
  /** Finished work. */
  accomplishments?: string[];
  /** Next steps, most important first. */
  next_steps?: string[];
  /** Decisions, with their reasons. */
  decisions?: string[];
  /** Blockers of the work. */
  blockers?: string[];
  open_questions?: string[];
  /** The purpose of the work; it replaces an earlier goal. */
  goal?: string;
  /** Constraints of the work. */
  constraints?: string[];
  /** Approaches that should not be tried again, with the reasons. */
  rejected?: string[];
  /** Commands that show whether the work is correct. */
  verify?: string[];
  /** Numbers of open items that are finished, as listed by "mpm done". */
  close?: number[];
  important_reminders?: string[];
  /** Paths. */
  files_to_review?: string[];
  /** Each todo is an object, or a text, which counts as pending. */
  todos?: (string | {
    content: string;
    status: "pending" | "in_progress" | "completed";
    activeForm?: string;
  })[];
  /** Todos that are finished. */
  done?: string[];
}

/** The error that any command prints on stderr with --json. */
export interface ErrorResult {
  error: {
    /** The kind of error; `BUG` is an error in mpm itself. */
    code:
      | "USAGE"
      | "NOT_FOUND"
      | "AMBIGUOUS"
      | "CONFLICT"
      | "FOREIGN"
      | "LOCKED"
      | "CORRUPT"
      | "UNREADABLE"
      | "GIT_FAILED"
      | "FILE_FAILED"
      | "CANCELLED"
      | "BUG";
    /** The problem, with its location. */
    message: string;
    /** The next command or step. */
    hint?: string;
    /** For a bug: the place in mpm's code. */
    trace?: string;
  };
}

/**
 * mpm pause --json: Save the session: what was done, what is next, and the git
 * state.
 */
export interface PauseResult {
  /** True if nothing was written. The ID is the one the save would have. */
  dry_run: boolean;
  session_id: string;
  /** ISO 8601, UTC. */
  paused_at: string;
  /** The folder of the save, absolute. */
  folder: string;
  /** The same folder, relative to the working folder if it is inside it. */
  location: string;
  /** Names in `folder`. */
  files: string[];
  /** The session that was paused; null: no current session. */
  session: {
    id: string;
    name: string | null;
    task: string;
    state: string;
    /** Number of finished checklist items. */
    done: number;
    total: number;
  } | null;
  /** Paths with uncommitted changes, at most 10,000. */
  uncommitted: string[];
  /** Open next steps, most important first. */
  next_steps: string[];
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: string[] | null;
  summary: string;
  /** True if the summary was generated from the repository's state. */
  summary_generated: boolean;
  /** Absolute path of the copy made by `--export`. */
  exported: string | null;
  /** False outside git, where mpm does not know which files are uncommitted. */
  repository: boolean;
  /** The checked-out branch; null: detached, or no repository. */
  branch: string | null;
  /** The second copy, a commit in git that is on no branch. */
  commit: {
    made: boolean;
    sha: string | null;
    /** The full name of the ref; null: no commit was made. */
    ref: string | null;
    /** The reason why no commit was, or would be, made. */
    reason: string | null;
  };
  /** The uncommitted files; null if contents are not kept here. */
  contents: {
    /** Also false if there are no uncommitted files. */
    kept: boolean;
    /** The commit that contains the contents. */
    commit: string | null;
    files: number;
    bytes: number;
    /** Files that are not kept, and why. */
    left_out: {
      path: string;
      reason: string;
    }[];
    /** Number of changed paths beyond the first 10,000. */
    omitted: number;
    /** Saves whose contents were removed to make room. */
    removed: string[];
    /** Why nothing could be kept. */
    reason: string | null;
  } | null;
  /** Ignored files; folders end with `/`. null: without `--verbose`. */
  ignored: string[] | null;
  /** The commit on the branch; null if it was not requested. */
  branch_commit: {
    made: boolean;
    sha: string | null;
    branch: string | null;
    reason: string | null;
  } | null;
  redactions: Record<string, number>;
  warnings: string[];
  /** Results for leftover worktrees; null if mpm did not look for any. */
  worktrees: WorktreesPruneResult | null;
}

/** mpm resume --json: Load a save and report what changed since. */
export type ResumeResult = ResumeReport | SavesListResult;

/** mpm restore --json: Restore uncommitted files from a save. */
export interface RestoreResult {
  dry_run: boolean;
  worktree: string;
  /** Written to another folder; null: restored in place. */
  to: string | null;
  written: string[];
  removed: string[];
  trashed: string[];
  kept: string[];
  moved_aside: string[];
  skipped: {
    path: string;
    reason: string;
  }[];
  index_restored: boolean;
  /** The name of the safety checkpoint. */
  safety: string | null;
  /** The trash folder. */
  trash: string | null;
  /** The number of the operation in the journal. */
  operation: number | null;
  notes: string[];
  session_id: string;
  /** False if nothing is lost and no files were named. */
  restoring: boolean;
  /** Files that changed since the save but are neither lost nor named. */
  others: string[];
  /** Lost files that the save does not contain. */
  not_kept: {
    path: string;
    reason: string;
  }[];
}

/** mpm start --json: Start a session, optionally from a template. */
export interface StartResult {
  dry_run: boolean;
  session: SessionInfo;
  checklist: ChecklistItem[];
  /** The paused session that was previously current in this worktree. */
  left: SessionInfo | null;
  warnings: string[];
}

/**
 * mpm status --json: Show the current session, its checklist and the git state.
 */
export type StatusResult = StackResult | StatusReport;

/** mpm check --json: Tick checklist items, or print the checklist. */
export interface CheckResult {
  dry_run: boolean;
  session: SessionInfo;
  checklist: ChecklistItem[];
  /** Numbers of the items that were checked or unchecked. */
  changed: number[];
  undo: boolean;
}

/** mpm next --json: Add a next step, or list the next steps. */
export interface NextResult {
  dry_run: boolean;
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: string;
  kind:
    | "goal"
    | "constraint"
    | "next"
    | "decision"
    | "rejected"
    | "question"
    | "blocker"
    | "done"
    | "verify"
    | "prompt"
    | "message"
    | "plan"
    | "summary"
    | "report"
    | "error"
    | "background";
  /** The added item; null: the items were only listed. */
  item: {
    /** The number to use with "mpm done". */
    number: number;
    /** 12 hex digits, the same in every copy. */
    id: string;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why: string | null;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /** The way it was added, e.g. `pause` or `command`. */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
    closed_at: string | null;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** True if it belongs to this worktree and session. */
    here: boolean;
  } | null;
  /** True if the item is new; false: an open item has the same text. */
  added: boolean;
  /** The item that the new one replaced. */
  superseded: {
    /** The number to use with "mpm done". */
    number: number;
    /** 12 hex digits, the same in every copy. */
    id: string;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why: string | null;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /** The way it was added, e.g. `pause` or `command`. */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
    closed_at: string | null;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** True if it belongs to this worktree and session. */
    here: boolean;
  } | null;
  /** The open items of one kind. */
  items: {
    /** The number to use with "mpm done". */
    number: number;
    /** 12 hex digits, the same in every copy. */
    id: string;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why: string | null;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /** The way it was added, e.g. `pause` or `command`. */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
    closed_at: string | null;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** True if it belongs to this worktree and session. */
    here: boolean;
  }[];
  /** Problems with the item files. */
  warnings: string[];
}

/**
 * mpm decide --json: Record a decision and its reason, or list the decisions.
 */
export type DecideResult = NextResult;

/** mpm ask --json: Record an open question, or list the open questions. */
export type AskResult = NextResult;

/** mpm block --json: Record a blocker, or list the blockers. */
export type BlockResult = NextResult;

/** mpm done --json: Close next steps and other items, or list open items. */
export interface DoneResult {
  dry_run: boolean;
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: string;
  /** True if the items were dropped. */
  dropped: boolean;
  closed: {
    /** The number to use with "mpm done". */
    number: number;
    /** 12 hex digits, the same in every copy. */
    id: string;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why: string | null;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /** The way it was added, e.g. `pause` or `command`. */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
    closed_at: string | null;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** True if it belongs to this worktree and session. */
    here: boolean;
  }[];
  /** Items that were already closed. */
  already: {
    /** The number to use with "mpm done". */
    number: number;
    /** 12 hex digits, the same in every copy. */
    id: string;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why: string | null;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /** The way it was added, e.g. `pause` or `command`. */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
    closed_at: string | null;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** True if it belongs to this worktree and session. */
    here: boolean;
  }[];
  /** The items that are still open. */
  open: {
    /** The number to use with "mpm done". */
    number: number;
    /** 12 hex digits, the same in every copy. */
    id: string;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why: string | null;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /** The way it was added, e.g. `pause` or `command`. */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
    closed_at: string | null;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** True if it belongs to this worktree and session. */
    here: boolean;
  }[];
  warnings: string[];
}

/** mpm var set --json: Set a state variable of the session. */
export interface VarSetResult {
  dry_run: boolean;
  name: string;
  /** The value before the change; null: not set. */
  before: string | null;
  /** The value after the change; null: not set. */
  value: string | null;
  warnings: string[];
}

/** mpm var get --json: Print the value of a state variable. */
export interface VarGetResult {
  name: string;
  value: string;
}

/** mpm var list --json: List the state variables of the session. */
export interface VarListResult {
  vars: VarGetResult[];
}

/** mpm var unset --json: Remove a state variable of the session. */
export type VarUnsetResult = VarSetResult;

/** mpm complete --json: Complete a session. */
export interface CompleteResult {
  dry_run: boolean;
  session: SessionInfo;
  /** Texts of the unchecked items. */
  open: string[];
}

/** mpm cancel --json: Cancel a session. */
export type CancelResult = CompleteResult;

/** mpm archive --json: Archive a completed session. */
export type ArchiveResult = CompleteResult;

/** mpm branch --json: Start a detour and come back later. */
export interface BranchResult {
  dry_run: boolean;
  session: SessionInfo;
  checklist: ChecklistItem[];
  parent: SessionInfo;
  /** True if there was no session to return to, so that one was created. */
  made_parent: boolean;
  /** The save of the parent; null in a dry run. */
  save: string | null;
  from: {
    /** null: detached, or no repository. */
    branch: string | null;
    /** Full commit ID; null: no commit. */
    head: string | null;
  };
  to: {
    /** null: detached, or no repository. */
    branch: string | null;
    /** Full commit ID; null: no commit. */
    head: string | null;
  };
  /**
   * The start point of a new git branch; null if the branch existed, or if no
   * branch was requested.
   */
  started_from: string | null;
  parked: {
    /** Name of the checkpoint; in a dry run, the name that it would get. */
    checkpoint: string;
    /** The paths that differ from HEAD. */
    paths: string[];
  } | null;
  /** Uncommitted paths that stay in the tree. */
  carried: string[];
  /** The worktree created for the detour, absolute. */
  worktree: string | null;
  warnings: string[];
}

/** mpm return --json: End a detour and restore the earlier work. */
export interface ReturnResult {
  dry_run: boolean;
  /** The time of this answer, ISO 8601, for computing ages. */
  at: string;
  session: SessionInfo;
  /** null: the parent's record is gone. */
  parent: SessionInfo | null;
  /** The age of the session in milliseconds. */
  lasted: number;
  /** New commits on its git branch, newest first. */
  commits: Commit[];
  /** null: the start of the detour is no longer in the history. */
  files: {
    /** Letter of `git diff --name-status`: A, C, D, M, R or T. */
    status: string;
    path: string;
    /** The old path of a rename or copy. */
    from?: string;
    /** The file's partition; absent: no partition. */
    partition?: string;
  }[] | null;
  from: {
    /** null: detached, or no repository. */
    branch: string | null;
    /** Full commit ID; null: no commit. */
    head: string | null;
  };
  to: {
    /** null: detached, or no repository. */
    branch: string | null;
    /** Full commit ID; null: no commit. */
    head: string | null;
  };
  /** The parked work, if it was restored. */
  restored: {
    checkpoint: string;
    paths: string[];
    /**
     * True if the work was merged onto a branch that has moved since it was
     * parked.
     */
    merged: boolean;
  } | null;
  /** The checkpoint of parked work that was not restored. */
  kept: string | null;
  /** The session's uncommitted work, and what was done with it. */
  leftovers: {
    how: "parked" | "carried" | "discarded";
    checkpoint: string;
    paths: string[];
  } | null;
  /** The worktree of the detour; `reason`: why it still exists. */
  worktree: {
    path: string;
    removed: boolean;
    reason: string | null;
    /** ID of the parent. */
    parent: string;
  } | null;
  /** Changes on the parent's side since the parent's save; null if unknown. */
  changes: Changes | null;
  warnings: string[];
}

/** mpm template list --json: List the templates for sessions. */
export interface TemplateListResult {
  templates: {
    name: string;
    title: string;
    description: string;
    /** `project`, `user` or `shipped`; the nearest source takes precedence. */
    source: "project" | "user" | "shipped";
    /** The path of the file; null: the template is part of mpm. */
    path: string | null;
    phases: number;
    items: number;
    /** The problem; null: no problem. */
    problem: string | null;
  }[];
}

/** mpm template show --json: Print a template. */
export interface TemplateShowResult {
  name: string;
  title: string;
  description: string;
  source: "project" | "user" | "shipped";
  path: string | null;
  variables: {
    name: string;
    description: string;
    required: boolean;
    default: string | null;
  }[];
  items: {
    phase: string;
    text: string;
    done: boolean;
  }[];
  /** The template as written. */
  text: string;
}

/** mpm template new --json: Create a template in the project. */
export interface TemplateNewResult {
  dry_run: boolean;
  name: string;
  /** The file, absolute. */
  path: string;
  text: string;
}

/** mpm saves list --json: List the saves of this project. */
export interface SavesListResult {
  project: string;
  /** The time of the list, ISO 8601, for computing ages. */
  listed_at: string;
  sessions: SaveRow[];
  /** Count without filters. */
  total: number;
  /** Number of saves that match the filters, listed in `sessions` or not. */
  matching: number;
  /** Value of `--limit`; null: no limit was given, so all are listed. */
  limit: number | null;
  /** Number of hidden saves of archived and cancelled sessions. */
  hidden: number;
  /** Saves that are missing from the disk but have a copy in git. */
  lost: {
    session_id: string;
    /** Based on the copy in git, which may have come with a fetch. */
    origin: "own" | "trusted" | "foreign";
    /** First line only. */
    summary: string;
  }[];
}

/** mpm saves show --json: Show the contents of a save. */
export interface SavesShowResult {
  source: string;
  origin: "own" | "trusted" | "foreign";
  format: "md" | "json" | "yaml";
  session: Save;
  /** The session in the requested format. */
  text: string;
  warnings: string[];
}

/** mpm saves verify --json: Check saves against their checksums and format. */
export interface SavesVerifyResult {
  /** True if no save is damaged. */
  intact: boolean;
  sessions: {
    session_id: string;
    source: string;
    state: "intact" | "unchecked" | "damaged";
    problems: string[];
    notes: string[];
    /** Files repaired by `--repair`. */
    repaired: string[];
  }[];
}

/** mpm saves diff --json: Show the differences between two saves. */
export interface SavesDiffResult {
  before: {
    session_id: string;
    paused_at: string;
  };
  after: {
    session_id: string;
    paused_at: string;
  };
  /** True if all compared parts are equal. */
  same: boolean;
  values: {
    field: string;
    before: string | null;
    after: string | null;
  }[];
  lists: {
    field: string;
    added: string[];
    removed: string[];
  }[];
  /** Files that were uncommitted in one of the two saves. */
  files: {
    path: string;
    change: "added" | "removed" | "content" | "status";
  }[];
  /** `name`: one of the two saves recorded no contents. */
  files_by: "content" | "name";
}

/** mpm saves rm --json: Move saves to the trash. */
export interface SavesRmResult {
  dry_run: boolean;
  /** The trash folder that the files were moved to; null: nothing was moved. */
  trash: string | null;
  removed: {
    session_id: string;
    paused_at: string;
    summary: string;
    branch: string | null;
    /** Absolute original paths. */
    files: string[];
    /** True if git tracks any of the files. */
    tracked: boolean;
  }[];
  /** Saves that match the options of "saves prune" but were kept, and why. */
  spared: {
    session_id: string;
    reason: string;
  }[];
  warnings: string[];
}

/** mpm saves prune --json: Move old saves to the trash. */
export type SavesPruneResult = SavesRmResult;

/** mpm saves export --json: Export one save, or a bundle of several saves. */
export interface SavesExportResult {
  /** The written file, absolute; null: nothing was written. */
  file: string | null;
  bundle: boolean;
  sessions: string[];
  /** Saves that could not be read and are not in the bundle. */
  skipped: {
    session_id: string;
    reason: string;
  }[];
}

/** mpm saves trust --json: Trust saves made by someone else. */
export interface SavesTrustResult {
  dry_run: boolean;
  sessions: {
    /** For a checkpoint, `checkpoint/<id>`. */
    session_id: string;
    summary: string;
    /** The SHA-256 of the content; null: the content cannot be read. */
    sha256: string | null;
    /**
     * `own`: made here, so it needs no trust; `unchanged`: it already had this
     * state.
     */
    change: "trusted" | "revoked" | "own" | "unchanged" | "unreadable";
  }[];
  /** With `--list`: everything trusted in any project; null: not requested. */
  trusted: {
    session_id: string;
    /** Absolute. */
    project: string;
    /** ISO 8601, UTC. */
    at: string;
    sha256: string;
  }[] | null;
}

/**
 * mpm saves recover --json: Recover saves from git, or an interrupted automatic
 * pause.
 */
export interface SavesRecoverResult {
  dry_run: boolean;
  /** State of an automatic pause, or of recovered saves. */
  state: "none" | "active" | "finalized" | "discarded" | "recovered";
  /** The record, absolute. */
  source: string;
  /** The ID with which the pause began, or with which it was saved. */
  session_id: string | null;
  summary: string;
  started_at: string | null;
  last_action_at: string | null;
  actions: number;
  /** Numbers of unreadable lines. */
  torn_lines: number[];
  /** The trash folder that the record was moved to. */
  trash: string | null;
  /** Saves whose files were restored from git. */
  recovered: {
    session_id: string;
    /** Based on the copy in git, which may have come with a fetch. */
    origin: "own" | "trusted" | "foreign";
    /** First line only. */
    summary: string;
  }[];
  /** Saves that are missing from the disk but have a copy in git. */
  lost: {
    session_id: string;
    /** Based on the copy in git, which may have come with a fetch. */
    origin: "own" | "trusted" | "foreign";
    /** First line only. */
    summary: string;
  }[];
  warnings: string[];
}

/**
 * mpm saves keep --json: Add uncommitted files to a save without file contents.
 */
export interface SavesKeepResult {
  dry_run: boolean;
  session_id: string;
  contents: {
    /** Also false if there are no uncommitted files. */
    kept: boolean;
    /** The commit that contains the contents. */
    commit: string | null;
    files: number;
    bytes: number;
    /** Files that are not kept, and why. */
    left_out: {
      path: string;
      reason: string;
    }[];
    /** Number of changed paths beyond the first 10,000. */
    omitted: number;
    /** Saves whose contents were removed to make room. */
    removed: string[];
    /** Why nothing could be kept. */
    reason: string | null;
  };
}

/**
 * mpm checkpoint save --json: Save the whole working tree and its context under
 * a name.
 */
export interface CheckpointSaveResult {
  /** False if nothing was written; see `reason`. */
  saved: boolean;
  reason: string | null;
  /** Null if an automatic checkpoint was not due, so none was made. */
  name: string | null;
  id: string | null;
  commit: string | null;
  kind: "named" | "auto" | "safety" | "parked" | "batch";
  created_at: string | null;
  branch: string | null;
  head: string | null;
  /** The number of changed paths in the checkpoint. */
  files: number;
  /** Bytes of these files. */
  size: number;
  left_out: {
    path: string;
    reason: string;
  }[];
  /** The checkpoint's next steps; empty if nothing was written. */
  next_steps: string[];
  /** Names of old automatic checkpoints that were removed. */
  pruned: string[];
}

/** mpm checkpoint list --json: List the checkpoints of this project. */
export interface CheckpointListResult {
  project: string;
  /** The time of the list, ISO 8601, for computing ages. */
  listed_at: string;
  checkpoints: {
    /** The position in the list, from 0; works as a selector. */
    index: number;
    name: string;
    id: string;
    kind: "named" | "auto" | "safety" | "parked" | "batch";
    created_at: string;
    branch: string | null;
    head: string | null;
    worktree: string;
    /** True if it was taken in the current worktree. */
    here: boolean;
    files: number;
    size: number;
    note: string | null;
    commit: string;
    /**
     * Its author: you on this machine (`own`), someone you trust (`trusted`),
     * or anyone (`foreign`).
     */
    origin: "own" | "trusted" | "foreign";
  }[];
  /** Number of safety and automatic checkpoints that are not shown. */
  hidden: number;
}

/** mpm checkpoint show --json: Show the contents of a checkpoint. */
export interface CheckpointShowResult {
  name: string;
  id: string;
  kind: "named" | "auto" | "safety" | "parked" | "batch";
  commit: string;
  /** ISO 8601, UTC. */
  timestamp: string;
  branch: string;
  files: {
    path: string;
    /** Git's ID of the raw content; empty: no file. */
    hash: string;
    status: "added" | "modified" | "deleted";
  }[];
  /** `.claude/context.md`; empty if it was missing. */
  context: string;
  todos: string[];
  notes: string;
  head: string | null;
  /** Two letters each, as in `git status --short`. */
  status: {
    /**
     * The path, as in a save: a byte that is not UTF-8 becomes U+DC00 plus the
     * byte.
     */
    path: string;
    /** Two letters, index and worktree, as in `git status --porcelain`. */
    status: string;
    /** Git's ID of the raw content; null: no file, or content not captured. */
    hash: string | null;
    /** The mode as in git; null: no file. */
    mode: string | null;
    /** Bytes; null: no file. */
    size: number | null;
    [name: string]: unknown;
  }[];
  files_omitted: number;
  worktree: string;
  operation: string | null;
  left_out: {
    path: string;
    reason: string;
  }[];
  size: number;
  environment: {
    folder: string;
    os: string;
    mpm: string;
    /** Versions that project files require. */
    runtimes: {
      name: string;
      version: string;
      from: string;
    }[];
  };
  next_steps: string[];
  decisions: string[];
  blockers: string[];
  summary: string;
  origin: "own" | "trusted" | "foreign";
}

/**
 * mpm checkpoint diff --json: Show the differences between a checkpoint and the
 * working tree.
 */
export interface CheckpointDiffResult {
  from: string;
  /** null: the working tree. */
  to: string | null;
  files: {
    path: string;
    status: "added" | "modified" | "deleted" | "type changed";
  }[];
  /** Paths that neither side contains. */
  left_out: {
    path: string;
    reason: string;
  }[];
  /** null: not requested. */
  patch: string | null;
}

/**
 * mpm checkpoint load --json: Print what an agent needs to continue from a
 * checkpoint.
 */
export interface CheckpointLoadResult {
  name: string;
  id: string;
  commit: string;
  origin: "own" | "trusted" | "foreign";
  /** The text for an agent; between fences unless the origin is `own`. */
  text: string;
}

/** mpm checkpoint restore --json: Restore a checkpoint's files and index. */
export interface CheckpointRestoreResult {
  dry_run: boolean;
  worktree: string;
  /** Written to another folder; null: restored in place. */
  to: string | null;
  written: string[];
  removed: string[];
  trashed: string[];
  kept: string[];
  moved_aside: string[];
  skipped: {
    path: string;
    reason: string;
  }[];
  index_restored: boolean;
  /** The name of the safety checkpoint. */
  safety: string | null;
  /** The trash folder. */
  trash: string | null;
  /** The number of the operation in the journal. */
  operation: number | null;
  notes: string[];
  checkpoint: string;
}

/** mpm checkpoint rm --json: Remove checkpoints. */
export interface CheckpointRmResult {
  dry_run: boolean;
  removed: {
    name: string;
    id: string;
    commit: string;
  }[];
  operation: number | null;
}

/** mpm undo --json: Undo the last operation. */
export interface UndoResult {
  dry_run: boolean;
  /** The operation that was undone. */
  undone: {
    number: number;
    operation: string;
    title: string;
    at: string;
  };
  /** Newer operations that can never be undone, and why. */
  passed: {
    number: number;
    title: string;
    reason: string;
  }[];
  /** Lines about what was restored. */
  details: string[];
  /**
   * Things that were not changed, and why; the exit status is 4 if there are
   * any.
   */
  left: string[];
  /** The number of the undo; null: no change was needed. */
  operation: number | null;
}

/** mpm undo list --json: List the operations that you can undo. */
export interface UndoListResult {
  project: string;
  listed_at: string;
  operations: {
    number: number;
    at: string;
    operation: string;
    title: string;
    worktree: string;
    /** The operation that this undo undid. */
    undoes: number | null;
    undone: boolean;
    /** True if a hook did it automatically. */
    automatic: boolean;
    /** False if this user's mpm did not do it here, so it cannot be undone. */
    own: boolean;
    /** Why the operation can never be undone; null: no known reason. */
    lasting: string | null;
    /** The state before and after, as in the log. */
    before: Record<string, unknown>;
    after: Record<string, unknown>;
  }[];
  /** Number of older operations that are not listed. */
  more: number;
  /** The operation that `mpm undo` would undo next; null: no operation. */
  undo: number | null;
}

/**
 * mpm undo trash --json: List or prune the files that mpm removed or replaced.
 */
export interface UndoTrashResult {
  /** True if nothing was removed. */
  dry_run: boolean;
  listed_at: string;
  /** The newest first. */
  items: {
    /** The folder below `.claude-mpm/trash/`. */
    name: string;
    /** ISO 8601, UTC. */
    at: string;
    bytes: number;
    /**
     * True if the policy removes it; if `dry_run` is false, it is already gone.
     */
    remove: boolean;
    reason: string;
  }[];
}

/**
 * mpm worktrees list --json: List agents' worktrees and show which can be
 * removed.
 */
export interface WorktreesListResult {
  folder: string;
  /** Why no worktree was checked. */
  skipped: string | null;
  worktrees: WorktreeRow[];
  /** Removals that can be undone, newest first. */
  removed: {
    name: string;
    branch: string | null;
    head: string;
    /** ISO 8601, UTC. */
    removed_at: string;
    rescue: string;
  }[];
  /** The time of the list, ISO 8601, for computing ages. */
  listed_at: string;
}

/**
 * mpm worktrees prune --json: Remove agents' worktrees that are no longer
 * needed.
 */
export interface WorktreesPruneResult {
  /**
   * True if nothing was removed; the result then shows what would be removed.
   */
  dry_run: boolean;
  /** The absolute path of `.claude/worktrees` in the main worktree. */
  folder: string;
  /** Why no worktree was checked. */
  skipped: string | null;
  /** Why no unregistered directory was checked. */
  orphan_sweep_skipped: string | null;
  removed: {
    /** Absolute. */
    path: string;
    /** The same path, relative to `.claude/worktrees/`. */
    name: string;
    /** `orphan`: not registered in git. */
    kind: "worktree" | "orphan";
    /** null: HEAD is detached, or unknown. */
    branch: string | null;
    head: string | null;
    /** True if a cleanup removes the folder. */
    remove: boolean;
    /** The reason for or against the removal. */
    reason: string;
    /**
     * True if the folder is kept because work would be lost, and not only
     * because it is in use.
     */
    unsaved: boolean;
    /** Bytes freed by the removal; null: not measured. */
    bytes: number | null;
    /** The ref for undoing the removal; null for an empty directory. */
    rescue: string | null;
    branch_deleted: boolean;
  }[];
  preserved: WorktreeRow[];
  reclaimed_bytes: number;
}

/** mpm worktrees restore --json: Undo the removal of a worktree. */
export interface WorktreesRestoreResult {
  dry_run: boolean;
  name: string;
  /** Absolute. */
  path: string;
  /** null: HEAD is detached. */
  branch: string | null;
  head: string;
  /** Differences from the earlier state. */
  notes: string[];
}

/** mpm context --json: Show how full the agent's context is. */
export interface ContextResult {
  /** The agent's session; null: no session. */
  session_id: string | null;
  transcript_path: string | null;
  gauge: ContextUsage;
  level: "normal" | "pause" | "urgent" | "block";
  thresholds: {
    level: "normal" | "pause" | "urgent" | "block";
    percentage: number;
    tokens: number | null;
    /** The actions that mpm takes from this level on. */
    does: string;
  }[];
  /** True if the hooks are on. */
  enabled: boolean;
  acknowledged: "normal" | "pause" | "urgent" | "block" | null;
  acknowledged_at: string | null;
  crossings: {
    level: "normal" | "pause" | "urgent" | "block";
    at: string;
    tokens: number;
    window: number;
  }[];
  /** Errors in the configuration, which then counts as not set. */
  warnings: string[];
}

/**
 * mpm context acknowledge --json: Confirm that you have seen the recommendation
 * to pause.
 */
export interface ContextAcknowledgeResult {
  session_id: string;
  level: "normal" | "pause" | "urgent" | "block";
  acknowledged_at: string | null;
  changed: boolean;
}

/**
 * mpm context resume-file --json: Write the state of the work to a file before
 * the context is lost.
 */
export interface ContextResumeFileResult {
  dry_run: boolean;
  file: string;
  text: string;
}

/**
 * mpm context update --json: Update branch, time and next steps in
 * .claude/context.md.
 */
export interface ContextUpdateResult {
  file: string;
  state: "absent" | "created" | "updated" | "unchanged";
  dry_run: boolean;
}

/**
 * mpm context inject --json: Print the text for an agent at the start of its
 * session.
 */
export interface ContextInjectResult {
  /** The text for an agent; empty if there is nothing to tell. */
  text: string;
  parts: {
    part: string;
    characters: number;
  }[];
  limit: number;
  warnings: string[];
}

/** mpm context diff --json: Show how context files changed since a save. */
export interface ContextDiffResult {
  files: {
    /** Relative to the worktree. */
    path: string;
    before: {
      /** null: the current file. */
      session_id: string | null;
      /** ISO 8601, UTC. */
      at: string;
    };
    after: {
      /** null: the current file. */
      session_id: string | null;
      /** ISO 8601, UTC. */
      at: string;
    };
    same: boolean;
    /** A unified diff; empty: the two sides are the same. */
    diff: string;
  }[];
  /** The files that could not be compared. */
  warnings: string[];
}

/** mpm context history --json: List the saved versions of context files. */
export interface ContextHistoryResult {
  files: {
    /** Relative to the worktree. */
    path: string;
    /** The newest first. */
    versions: {
      /** The first save that contains it. */
      session_id: string;
      /** ISO 8601, UTC. */
      at: string;
      sha256: string;
      /**
       * Lines compared with the version before it; null: a text is not stored.
       */
      added: number | null;
      removed: number | null;
    }[];
    /** Number of older versions that are not listed. */
    omitted: number;
  }[];
  warnings: string[];
}

/** mpm statusline --json: Print a status line for Claude Code. */
export interface StatuslineResult {
  session_id: string | null;
  model: string | null;
  gauge: ContextUsage | null;
  level: "normal" | "pause" | "urgent" | "block";
  branch: string | null;
  name: string | null;
  /** True if the reading was stored for the hooks. */
  kept: boolean;
  color: boolean;
}

/** mpm config get --json: Print the value of one setting. */
export interface ConfigGetResult {
  key:
    | "commit"
    | "pause.contents"
    | "pause.contents_exclude"
    | "pause.contents_max_mb"
    | "pause.contents_total_mb"
    | "pause.branch_commit"
    | "sessions.keep_auto"
    | "tasks.keep"
    | "tasks.max_age"
    | "worktrees.min_age"
    | "worktrees.trash"
    | "agents.client"
    | "claims.auto"
    | "checkpoint.auto_minutes"
    | "checkpoint.every"
    | "checkpoint.keep_batch"
    | "checkpoint.batch_max_mb"
    | "checkpoint.keep_auto"
    | "checkpoint.keep_safety"
    | "checkpoint.max_file_mb"
    | "checkpoint.max_total_mb"
    | "sync.auto"
    | "sync.max_age"
    | "sync.max_mb"
    | "trash.max_age"
    | "trash.max_mb"
    | "redaction.enabled"
    | "redaction.allow"
    | "redaction.rules"
    | "hooks.enabled"
    | "context.pause_at"
    | "context.urgent_at"
    | "context.block_at"
    | "context.stale_after"
    | "context.windows"
    | "context.inject"
    | "context.inject_limit"
    | "context.architecture"
    | "partitions"
    | "summarizer.command"
    | "summarizer.timeout"
    | "handoff.folder"
    | "handoff.git"
    | "handoff.prompts"
    | "handoff.messages"
    | "handoff.answers"
    | "handoff.plans"
    | "handoff.summaries"
    | "handoff.tasks"
    | "handoff.commands"
    | "handoff.files"
    | "handoff.agents"
    | "handoff.errors"
    | "handoff.compaction"
    | "team.keys";
  /** In the form used in a file. */
  value: unknown;
  default: unknown;
  origin: "default" | "user" | "project" | "local" | "environment";
  /** The file, absolute, or the variable; null: the default. */
  source: string | null;
  /** The line in the file, from 1. */
  line: number | null;
  /**
   * Sources of a table's entries that are in more distant layers, the most
   * distant first.
   */
  adds_to: {
    origin: "user" | "project" | "local" | "environment";
    source: string;
    line: number | null;
  }[];
  /** The environment variable that sets it; null: no variable. */
  variable: string | null;
  summary: string;
}

/** mpm config set --json: Set one setting in a configuration file. */
export interface ConfigSetResult {
  key: string;
  /** The current value in the file; null: not set there. */
  value: unknown;
  file: string;
  changed: boolean;
  /** The nearer file or variable that overrides this value. */
  overridden_by: string | null;
  dry_run: boolean;
}

/** mpm config unset --json: Remove one setting from a configuration file. */
export type ConfigUnsetResult = ConfigSetResult;

/** mpm config list --json: List all settings with their values. */
export interface ConfigListResult {
  settings: ConfigGetResult[];
  /** True if the text output shows the source of each value. */
  show_origin: boolean;
}

/** mpm scan --json: Find secrets in files. */
export interface ScanResult {
  /**
   * The scope of the scan. `project`: files that git tracks or does not ignore.
   * `folder`: a folder outside git. `named`: the given paths.
   */
  scope: "project" | "folder" | "named";
  /** Number of files read. */
  files: number;
  /** Bytes of these files. */
  bytes: number;
  findings: {
    /**
     * The path as given, or as found in a given folder; `-`: standard input.
     */
    file: string;
    /** From 1. */
    line: number;
    /** The column in characters, from 1. */
    column: number;
    /** The kind of secret; never the secret itself. */
    label: string;
  }[];
  /** Number of matches for each label. */
  labels: Record<string, number>;
  /**
   * Number of paths that were left out, by kind: `binary` files, each nested
   * `repository`, and folders by name.
   */
  left_out: Record<string, number>;
  /** Files that could not be read, and why. */
  skipped: {
    file: string;
    reason: string;
  }[];
}

/** mpm migrate --json: Move saves from an older layout. */
export type MigrateResult = MigrateReport | RollbackReport;

/** mpm hooks install --json: Add mpm's hooks to a client's settings. */
export type HooksInstallResult = HooksInstallReport | ClientFilesResult;

/** mpm hooks uninstall --json: Remove mpm's hooks from a client's settings. */
export type HooksUninstallResult = HooksUninstallReport | ClientFilesResult;

/**
 * mpm hooks status --json: Show where mpm's hooks are installed and report
 * problems.
 */
export type HooksStatusResult = HooksReport | HooksListResult | {
  name: string;
  text: string;
};

/**
 * mpm hooks eject --json: Copy shell hooks into the project so that you can
 * edit them.
 */
export interface HooksEjectResult {
  dry_run: boolean;
  hooks: {
    name: string;
    path: string;
    action:
      | "written"
      | "upgraded"
      | "kept"
      | "edited"
      | "not-allowed"
      | "refused";
  }[];
}

/** mpm hooks test --json: Run each installed hook once and check its effect. */
export type HooksTestResult = HookChecks | HooksProfileResult | HooksRunResult;

/** mpm hook --json: Handle an event from an agent's client. */
export interface HookResult {
  event: string;
  /** The answer in the protocol of Claude Code; empty: no answer. */
  output: string;
}

/** mpm doctor --json: Check mpm and its data, and suggest fixes. */
export interface DoctorResult {
  /** The checked folder, absolute. */
  project: string;
  /** ISO 8601, UTC. */
  checked_at: string;
  version: string;
  /** The worst state of all checks. */
  state: "ok" | "unchecked" | "warning" | "error";
  checks: {
    /** Stable across versions. */
    name: string;
    state: "ok" | "unchecked" | "warning" | "error";
    /** The state of the checked thing. */
    summary: string;
    findings: {
      state: "unchecked" | "warning" | "error";
      /** For an error: a code as in other commands. */
      code: string | null;
      detail: string;
      /** The command that fixes the problem, or one line of advice. */
      hint: string | null;
      /** The fix that `--fix` applies; null: no fix. */
      fix: string | null;
    }[];
  }[];
  /** With `--fix`: the fixes applied before everything was checked again. */
  fixes: {
    dry_run: boolean;
    done: string[];
    failed: {
      fix: string;
      reason: string;
    }[];
  } | null;
}

/** mpm completions --json: Print the completion script for a shell. */
export interface CompletionsResult {
  shell: "bash" | "zsh" | "fish" | "powershell";
  script: string;
}

/** mpm help --json: Show help for a command or a topic. */
export interface HelpResult {
  /** The words after `mpm help`; null: there are no words. */
  topic: string | null;
  /** The page as it is printed. */
  text: string;
  /** The commands on the page; all commands if no page was requested. */
  commands: {
    /** The words after `mpm`. */
    name: string;
    summary: string;
    usage: string;
    description: string;
    arguments: {
      name: string;
      required: boolean;
      /** True if it takes all following words. */
      rest: boolean;
      summary: string;
    }[];
    /**
     * The command's own options; every command also takes the global options.
     */
    options: OptionInfo[];
    examples: string[];
  }[];
  /** Options of every command. */
  global_options: OptionInfo[];
  /** The requested JSON Schema; null: none was requested. */
  schema: Record<string, unknown> | null;
}

/** mpm summary --json: Summarize the work, with more detail for recent work. */
export interface SummaryResult {
  /** ISO 8601; the ages of the layers count from here. */
  generated_at: string;
  /** Start of the span, ISO 8601; null: everything, or one session. */
  since: string | null;
  /** The session that the summary covers; null: not a single session. */
  session: string | null;
  /** Number of saves that were read. */
  saves: number;
  layers: {
    layer: number;
    title: string;
    /** The lines from the saves, under their headings. */
    blocks: {
      /** Empty: none. */
      heading: string;
      lines: {
        text: string;
        /** ISO 8601. */
        at: string;
        /** The ID of its save; null: no save. */
        save: string | null;
        /** The number of the carried item; null: no number. */
        item: number | null;
      }[];
    }[];
    /** The layer as printed. */
    text: string;
    /** The program that rewrote `text`; null: written by mpm. */
    rewritten_by: string | null;
  }[];
  /** The whole document. */
  text: string;
  /** The file of `--output`, absolute; null: not given. */
  file: string | null;
  /** True if the file changed. */
  changed: boolean;
  dry_run: boolean;
  warnings: string[];
}

/** mpm allow --json: Allow a command or a script of this project to run. */
export interface AllowResult {
  /** True if nothing was changed. */
  dry_run: boolean;
  /** `none`: it already had this state. */
  change: "allowed" | "removed" | "none" | "listed";
  commands: {
    text: string;
    /** The program and its arguments; null: a shell runs the text. */
    args: string[] | null;
    /** The time when it was allowed, ISO 8601; null: not allowed. */
    at: string | null;
  }[];
  files: {
    /** Absolute. */
    path: string;
    /** The digest of the allowed content; null: not allowed. */
    sha256: string | null;
    /** True if the content has changed, so the file does not run. */
    changed: boolean;
  }[];
}

/** mpm evidence --json: Show which checks still hold, or run them again. */
export interface EvidenceResult {
  /** True if nothing ran; the commands in `chosen` would run. */
  dry_run: boolean;
  /** The ID of the checked save; null: nothing was saved here. */
  save: string | null;
  /** Author of the save: `foreign` is not verified. */
  origin: "own" | "trusted" | "foreign" | null;
  /** The current state of each command, after the runs. */
  evidence: {
    command: string;
    /** False if the command only did something, such as a deployment. */
    verifies: boolean;
    /**
     * `holds`: it exited with 0 on the current files. `stale`: files have
     * changed since it ran. `contradicted`: its last run failed. `unproved`: it
     * did not run, or its result or its files are unknown.
     */
    state: "holds" | "stale" | "contradicted" | "unproved";
    /** The reason for that state, without a period. */
    why: string;
    /** Exit status of the last run; null: unknown, or not run. */
    exit: number | null;
    /** Time at which the last run ended, ISO 8601, UTC; null: not run. */
    at: string | null;
    /** The first files that have changed since the last run. */
    changed: string[];
    /** Number of changed files; null: unknown. */
    changes: number | null;
    /** The texts of the items that the evidence supports. */
    claims: string[];
    [name: string]: unknown;
  }[];
  /** Number of other commands that ran; `--all` lists them. */
  others: number;
  /** The commands that `--run` may run. */
  allowed: string[];
  /** The commands chosen to run. */
  chosen: string[];
  ran: {
    command: string;
    /** null: the command was terminated. */
    exit: number | null;
    /** `timeout`: the command exceeded its time limit. */
    outcome: "exited" | "timeout";
    milliseconds: number;
    /** The end of its output. */
    output: string;
  }[];
  /** The commands that did not run, and the reasons. */
  skipped: {
    command: string;
    reason: string;
  }[];
}

/** mpm partition list --json: List the partitions and show the current one. */
export interface PartitionListResult {
  partitions: {
    name: string;
    /** Empty: none. */
    description: string;
    paths: string[];
    /** Its context file, relative to the worktree; null: no file. */
    context: string | null;
    /** True if the context file exists. */
    context_exists: boolean;
    /** The number of uncommitted files in the partition. */
    changed: number;
    in_use: boolean;
  }[];
  in_use: {
    name: string;
    /** `changes`: the partition has most of the uncommitted files. */
    by: "choice" | "changes" | "save";
  } | null;
  /**
   * The chosen name; null: nothing was chosen, or it was chosen to have no
   * partition.
   */
  chosen: string | null;
  warnings: string[];
}

/** mpm partition show --json: Show a partition and its uncommitted files. */
export interface PartitionShowResult {
  partition: {
    name: string;
    /** Empty: none. */
    description: string;
    paths: string[];
    /** Its context file, relative to the worktree; null: no file. */
    context: string | null;
    /** True if the context file exists. */
    context_exists: boolean;
    /** The number of uncommitted files in the partition. */
    changed: number;
    in_use: boolean;
  };
  /** Its uncommitted files. */
  files: string[];
  warnings: string[];
}

/**
 * mpm partition suggest --json: Suggest partitions from workspaces and
 * CODEOWNERS.
 */
export interface PartitionSuggestResult {
  partitions: {
    name: string;
    paths: string[];
    description: string;
  }[];
  /** Their TOML. */
  toml: string;
  /** The project's configuration file, absolute. */
  file: string;
  written: boolean;
  dry_run: boolean;
  /** Notes about files that were not read, and about omissions. */
  notes: string[];
}

/** mpm partition use --json: Choose the current partition of this worktree. */
export interface PartitionUseResult {
  /** The partition from now on; null: no partition. */
  partition: string | null;
  /** True if the changed files determine the partition from now on. */
  automatic: boolean;
  changed: boolean;
  dry_run: boolean;
}

/** mpm setup --json: Set up a project: its folder, hooks and saved data. */
export type SetupResult = SetupReport | SetupRemoveResult;

/**
 * mpm setup instructions --json: Tell agents without hooks how to read the
 * hand-off.
 */
export interface SetupInstructionsResult {
  dry_run: boolean;
  changes: {
    /** Its name, e.g. AGENTS.md. */
    file: string;
    /** Absolute. */
    path: string;
    action: "created" | "updated" | "removed" | "unchanged" | "absent";
  }[];
}

/** mpm replay --json: Show what happened in an agent session, step by step. */
export interface ReplayResult {
  /** The transcript. */
  path: string;
  agent_session: string | null;
  /** The save from which the transcript was found. */
  session_id: string | null;
  /** Empty if a page was written. */
  steps: {
    /** Counts from 1, in time order, whether or not other steps are shown. */
    step: number;
    /** ISO 8601, UTC; null: the client recorded no time. */
    at: string | null;
    /**
     * A key that is the same in every report of the same thing, such as a tool
     * call's ID. null: a step by mpm or git.
     */
    key: string | null;
    type:
      | "prompt"
      | "answer"
      | "thinking"
      | "tool_call"
      | "file_edit"
      | "todo"
      | "question"
      | "plan"
      | "agent"
      | "compaction"
      | "rewind"
      | "model"
      | "usage"
      | "error"
      | "pause"
      | "resume"
      | "checkpoint"
      | "detour"
      | "operation"
      | "commit";
    /** One line. */
    description: string;
    /**
     * The sub-agent that performed the step; null: the main agent, a person, or
     * mpm.
     */
    agent: {
      id: string;
      name: string;
    } | null;
    /** True if this is on a branch that was withdrawn or rewound. */
    withdrawn: boolean;
    /** The full text, to the extent that mpm keeps it. */
    text: string | null;
    tool: string | null;
    /** The arguments of the tool, with long texts shortened. */
    args: unknown;
    /** Result of the tool; null if the transcript has no result. */
    result: string | null;
    /** True if the tool failed or was refused. */
    failed: boolean | null;
    /** When the tool ended, ISO 8601, UTC. */
    ended_at: string | null;
    /** The checkpoint that was taken in this step. */
    checkpoint: {
      id: string;
      commit: string;
    } | null;
    /** The files changed by the tool, to the extent that the client noticed. */
    edits: {
      path: string;
      how: "created" | "edited" | "deleted";
      /** Unified diff; null: the client did not record it. */
      diff: string | null;
    }[];
  }[];
  /** The page that was written. */
  page: {
    path: string;
    bytes: number;
    /** Number of steps in the page. */
    steps: number;
  } | null;
  /** The files at the step given with `--at`; null: not requested. */
  tree: {
    step: number;
    /** The tree; null: it is unknown. */
    exact: {
      step: number;
      /** Its ID. */
      checkpoint: string;
      /** When the files were read, ISO 8601, UTC. */
      at: string;
    } | null;
    /**
     * The nearest known trees on both sides, if the tree at the step is
     * unknown.
     */
    before: {
      step: number;
      /** Its ID. */
      checkpoint: string;
      /** When the files were read, ISO 8601, UTC. */
      at: string;
    } | null;
    after: {
      step: number;
      /** Its ID. */
      checkpoint: string;
      /** When the files were read, ISO 8601, UTC. */
      at: string;
    } | null;
    head: string | null;
    branch: string | null;
    /** Every path. */
    files: string[];
    /** Uncommitted files; the status as in `git status --short`. */
    changed: {
      path: string;
      status: string;
    }[];
    /** Paths that are not in the checkpoint. */
    left_out: {
      path: string;
      reason: string;
    }[];
    /** The requested file; `text` is null if the content is not text. */
    file: {
      path: string;
      bytes: number;
      text: string | null;
    } | null;
    /** The folder that `--to` wrote. */
    written: {
      folder: string;
      written: string[];
      skipped: {
        path: string;
        reason: string;
      }[];
    } | null;
  } | null;
  /** Number of all steps, shown or not. */
  total: number;
  /** True if texts are printed in full. */
  full: boolean;
  /** Parts that could not be read, one sentence each. */
  warnings: string[];
}

/** mpm carry --json: Copy an agent's conversation to another client. */
export interface CarryResult {
  dry_run: boolean;
  from: {
    client: string;
    /** The ID of the agent session; null: unknown. */
    session: string | null;
    /** The transcript, absolute. */
    path: string;
  };
  to: string;
  /** The version of the client; null: unknown. */
  version: string | null;
  /** Why the client did not receive the conversation; null: it did. */
  reason: string | null;
  /** The client's ID of the new session. */
  session: string | null;
  /** Number of carried turns. */
  turns: number;
  /** Parts of the conversation that are not carried. */
  left_out: string[];
  /** The new files, absolute. */
  files: string[];
  /**
   * The command line that continues the session, or that starts from the
   * hand-off if there is a reason.
   */
  start: string[];
}

/**
 * mpm timeline --json: Show what happened in a project over hours or months.
 */
export interface TimelineResult {
  project: string;
  /** The oldest first. */
  events: {
    /** ISO 8601, UTC. */
    at: string;
    /**
     * The time when the event ended; null: it has no duration, or has not ended
     * yet.
     */
    end: string | null;
    type:
      | "session"
      | "detour"
      | "save"
      | "checkpoint"
      | "agent_session"
      | "commit"
      | "operation"
      | "error";
    /** ID of the session, save, checkpoint, agent session or commit. */
    id: string | null;
    /** One line. */
    title: string;
    /** ID of the session that the event belongs to. */
    session: string | null;
    /** ID of the session that a detour branched off from. */
    parent: string | null;
    /** State of a session, as in "mpm status". */
    state: string | null;
    branch: string | null;
    /** Origin of a save or checkpoint, if mpm knows it. */
    origin: "own" | "trusted" | "foreign" | null;
    /** Name of the author of a save or commit. */
    author: string | null;
    /** Token counts of an agent session's context, in time order. */
    context: {
      at: string;
      tokens: number;
    }[];
    /** The command that shows more. */
    command: string[] | null;
  }[];
  /** True if there may be older events that `--limit` left out. */
  more: boolean;
  /** The page that was written. */
  page: {
    path: string;
    bytes: number;
    /** Number of events in the page. */
    events: number;
  } | null;
  /** Parts that could not be read, one sentence each. */
  warnings: string[];
}

/**
 * mpm replay fork --json: Continue from a step of an agent session in a new
 * worktree.
 */
export interface ReplayForkResult {
  dry_run: boolean;
  step: number;
  /** The checkpoint with the files. */
  checkpoint: string;
  name: string;
  /** The new worktree, absolute. */
  worktree: string;
  branch: string;
  /** The commit at which the branch begins. */
  head: string;
  /** The session of the fork; null: nothing was created. */
  session: SessionInfo | null;
  /** The save with the hand-off. */
  save: string | null;
  /** Identifies the files, index and HEAD of the worktree. */
  print: string | null;
  /** Paths that are not in the checkpoint. */
  left_out: {
    path: string;
    reason: string;
  }[];
  warnings: string[];
}

/** mpm handoff accept --json: Accept a hand-off. */
export interface HandoffAcceptResult {
  dry_run: boolean;
  /** False if the hand-off already had the same answer. */
  changed: boolean;
  /** The time of this answer, ISO 8601, for computing ages. */
  answered_at: string;
  answer: "accepted" | "done" | "rejected";
  /** The hand-off after the command. */
  handoff: {
    /** Its number in "mpm handoff list". */
    number: number;
    /** The name of its file, without `.md`. */
    id: string;
    /** Relative to the project. */
    path: string;
    /** True if it is in the folder that is committed to git. */
    shared: boolean;
    /** The person who sent it through a sync; null: created in this clone. */
    sender: {
      name: string;
      verified: boolean;
    } | null;
    /** Agent names as written in the document. */
    from: string;
    to: string;
    /** The first completed item, or else the first need. */
    title: string;
    /** `disputed`: two independent answers differ. */
    state: "waiting" | "accepted" | "done" | "rejected" | "disputed";
    /** The time in its ID, ISO 8601, UTC; null: the ID has no time. */
    created_at: string | null;
    /** Sorted so that each answer comes after the answers it follows. */
    answers: {
      state: "accepted" | "done" | "rejected";
      /** The name of the agent or person. */
      by: string;
      person: boolean;
      /** ISO 8601, UTC. */
      at: string;
      reason: string | null;
      /** True if no other answer follows it. */
      last: boolean;
    }[];
  };
  warnings: string[];
}

/**
 * mpm handoff check --json: Check a hand-off document before the other agent
 * gets it.
 */
export interface HandoffCheckResult {
  checked: {
    /** Absolute. */
    path: string;
    /** Places where the document breaks a rule, by line. */
    findings: {
      rule:
        | "parties"
        | "completed"
        | "needs"
        | "criteria"
        | "vague"
        | "file"
        | "link"
        | "anchor"
        | "evidence"
        | "secret";
      /** From 1. */
      line: number;
      message: string;
    }[];
  }[];
  /** Total number of findings. */
  findings: number;
  warnings: string[];
}

/** mpm handoff done --json: Mark a hand-off as done. */
export type HandoffDoneResult = HandoffAcceptResult;

/** mpm handoff list --json: List the open hand-off documents. */
export interface HandoffListResult {
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: string;
  /** The newest first. */
  handoffs: {
    /** Its number in "mpm handoff list". */
    number: number;
    /** The name of its file, without `.md`. */
    id: string;
    /** Relative to the project. */
    path: string;
    /** True if it is in the folder that is committed to git. */
    shared: boolean;
    /** The person who sent it through a sync; null: created in this clone. */
    sender: {
      name: string;
      verified: boolean;
    } | null;
    /** Agent names as written in the document. */
    from: string;
    to: string;
    /** The first completed item, or else the first need. */
    title: string;
    /** `disputed`: two independent answers differ. */
    state: "waiting" | "accepted" | "done" | "rejected" | "disputed";
    /** The time in its ID, ISO 8601, UTC; null: the ID has no time. */
    created_at: string | null;
    /** Sorted so that each answer comes after the answers it follows. */
    answers: {
      state: "accepted" | "done" | "rejected";
      /** The name of the agent or person. */
      by: string;
      person: boolean;
      /** ISO 8601, UTC. */
      at: string;
      reason: string | null;
      /** True if no other answer follows it. */
      last: boolean;
    }[];
  }[];
  /** Number of finished hand-offs that are not listed. */
  hidden: number;
  warnings: string[];
}

/** mpm handoff new --json: Write a hand-off document for another agent. */
export interface HandoffNewResult {
  dry_run: boolean;
  id: string;
  /** Absolute. */
  path: string;
  /** True if it is in the folder that is committed to git. */
  shared: boolean;
  from: string;
  to: string;
  text: string;
  /** Number of findings of "mpm handoff check". */
  findings: number;
  warnings: string[];
}

/** mpm handoff reject --json: Reject a hand-off, with a reason. */
export type HandoffRejectResult = HandoffAcceptResult;

/** mpm handoff show --json: Show a hand-off document and its answers. */
export interface HandoffShowResult {
  /** The time of this answer, ISO 8601, for computing ages. */
  shown_at: string;
  handoff: {
    /** Its number in "mpm handoff list". */
    number: number;
    /** The name of its file, without `.md`. */
    id: string;
    /** Relative to the project. */
    path: string;
    /** True if it is in the folder that is committed to git. */
    shared: boolean;
    /** The person who sent it through a sync; null: created in this clone. */
    sender: {
      name: string;
      verified: boolean;
    } | null;
    /** Agent names as written in the document. */
    from: string;
    to: string;
    /** The first completed item, or else the first need. */
    title: string;
    /** `disputed`: two independent answers differ. */
    state: "waiting" | "accepted" | "done" | "rejected" | "disputed";
    /** The time in its ID, ISO 8601, UTC; null: the ID has no time. */
    created_at: string | null;
    /** Sorted so that each answer comes after the answers it follows. */
    answers: {
      state: "accepted" | "done" | "rejected";
      /** The name of the agent or person. */
      by: string;
      person: boolean;
      /** ISO 8601, UTC. */
      at: string;
      reason: string | null;
      /** True if no other answer follows it. */
      last: boolean;
    }[];
  };
  /** The document, redacted. */
  text: string;
}

/** mpm note --json: Write a note for all agents and people in the project. */
export interface NoteResult {
  dry_run: boolean;
  note: {
    /** 12 hex digits, the same in every clone. */
    id: string;
    /** The agent or the person who wrote it. */
    by: string;
    /** True if a person wrote it. */
    person: boolean;
    /** The time at which it was written, ISO 8601, UTC. */
    at: string;
    /** The git branch on which it was written; null: no branch. */
    branch: string | null;
    text: string;
    /** The IDs of the notes that it replaces, including unknown notes. */
    supersedes: string[];
    /** The IDs of the notes that replace it; empty: it is current. */
    superseded_by: string[];
    /** The IDs of other current notes that replace the same note. */
    contradicts: string[];
    /** True if it is in a cycle of notes that supersede each other. */
    cyclic: boolean;
    /** True if someone changed its file, or wrote it by hand. */
    changed: boolean;
    /** True if its file is in this worktree. */
    here: boolean;
  };
  /** The ids of superseded notes that are not here yet. */
  unknown: string[];
  /** The file with all current notes, absolute. */
  file: string;
}

/** mpm notes --json: List the notes of agents and people. */
export interface NotesResult {
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: string;
  /** The newest first. */
  notes: {
    /** 12 hex digits, the same in every clone. */
    id: string;
    /** The agent or the person who wrote it. */
    by: string;
    /** True if a person wrote it. */
    person: boolean;
    /** The time at which it was written, ISO 8601, UTC. */
    at: string;
    /** The git branch on which it was written; null: no branch. */
    branch: string | null;
    text: string;
    /** The IDs of the notes that it replaces, including unknown notes. */
    supersedes: string[];
    /** The IDs of the notes that replace it; empty: it is current. */
    superseded_by: string[];
    /** The IDs of other current notes that replace the same note. */
    contradicts: string[];
    /** True if it is in a cycle of notes that supersede each other. */
    cyclic: boolean;
    /** True if someone changed its file, or wrote it by hand. */
    changed: boolean;
    /** True if its file is in this worktree. */
    here: boolean;
  }[];
  /** The file with all current notes, absolute; null: there are no notes. */
  file: string | null;
  /** Problems with the files of the notes. */
  warnings: string[];
}

/** mpm notes rm --json: Remove notes from this worktree. */
export interface NotesRmResult {
  dry_run: boolean;
  removed: {
    /** 12 hex digits, the same in every clone. */
    id: string;
    /** The agent or the person who wrote it. */
    by: string;
    /** True if a person wrote it. */
    person: boolean;
    /** The time at which it was written, ISO 8601, UTC. */
    at: string;
    /** The git branch on which it was written; null: no branch. */
    branch: string | null;
    text: string;
    /** The IDs of the notes that it replaces, including unknown notes. */
    supersedes: string[];
    /** The IDs of the notes that replace it; empty: it is current. */
    superseded_by: string[];
    /** The IDs of other current notes that replace the same note. */
    contradicts: string[];
    /** True if it is in a cycle of notes that supersede each other. */
    cyclic: boolean;
    /** True if someone changed its file, or wrote it by hand. */
    changed: boolean;
    /** True if its file is in this worktree. */
    here: boolean;
  }[];
}

/**
 * mpm notes settle --json: Keep one of several notes that contradict each
 * other.
 */
export type NotesSettleResult = NoteResult;

/**
 * mpm claim --json: Claim files and folders so that other agents do not edit
 * them.
 */
export interface ClaimResult {
  dry_run: boolean;
  /** The time of this answer, ISO 8601, for computing ages. */
  at: string;
  claims: {
    /** Relative to its worktree, with `/` between folders. */
    path: string;
    /** The top folder of the worktree, absolute. */
    worktree: string;
    holder: {
      kind: "agent" | "person";
      name: string;
      /** The agent session; null: not in an agent session. */
      session_id: string | null;
    };
    /** True if the claim is yours. */
    yours: boolean;
    /** True if its agent session is known to be running. */
    alive: boolean;
    /** The purpose; null: not given. */
    task: string | null;
    /** ISO 8601. */
    since: string;
    /** The time after which the path is free, ISO 8601. */
    until: string;
    /** True if an edit made the claim (`claims.auto`). */
    automatic: boolean;
  }[];
  /** Claims by others that --force took over. */
  taken_over: {
    /** Relative to its worktree, with `/` between folders. */
    path: string;
    /** The top folder of the worktree, absolute. */
    worktree: string;
    holder: {
      kind: "agent" | "person";
      name: string;
      /** The agent session; null: not in an agent session. */
      session_id: string | null;
    };
    /** True if the claim is yours. */
    yours: boolean;
    /** True if its agent session is known to be running. */
    alive: boolean;
    /** The purpose; null: not given. */
    task: string | null;
    /** ISO 8601. */
    since: string;
    /** The time after which the path is free, ISO 8601. */
    until: string;
    /** True if an edit made the claim (`claims.auto`). */
    automatic: boolean;
  }[];
}

/** mpm claims --json: List claimed paths, their holders and expiry times. */
export interface ClaimsResult {
  /** The time of this answer, ISO 8601, for computing ages. */
  at: string;
  /** The top folder of this worktree, absolute. */
  worktree: string;
  claims: {
    /** Relative to its worktree, with `/` between folders. */
    path: string;
    /** The top folder of the worktree, absolute. */
    worktree: string;
    holder: {
      kind: "agent" | "person";
      name: string;
      /** The agent session; null: not in an agent session. */
      session_id: string | null;
    };
    /** True if the claim is yours. */
    yours: boolean;
    /** True if its agent session is known to be running. */
    alive: boolean;
    /** The purpose; null: not given. */
    task: string | null;
    /** ISO 8601. */
    since: string;
    /** The time after which the path is free, ISO 8601. */
    until: string;
    /** True if an edit made the claim (`claims.auto`). */
    automatic: boolean;
  }[];
  /** Claims made on other machines. They do not block edits here. */
  team: {
    /** Relative to the worktree on that machine, with `/` between folders. */
    path: string;
    holder: {
      kind: "agent" | "person";
      name: string;
    };
    /**
     * The person who sent the claim through a sync; anyone can set this name.
     */
    sender: string;
    task: string | null;
    /** The time after which the path is free, ISO 8601. */
    until: string;
  }[];
}

/** mpm release --json: Release claims so that others can edit the paths. */
export interface ReleaseResult {
  dry_run: boolean;
  released: {
    /** Relative to its worktree, with `/` between folders. */
    path: string;
    /** The top folder of the worktree, absolute. */
    worktree: string;
    holder: {
      kind: "agent" | "person";
      name: string;
      /** The agent session; null: not in an agent session. */
      session_id: string | null;
    };
    /** True if the claim is yours. */
    yours: boolean;
    /** True if its agent session is known to be running. */
    alive: boolean;
    /** The purpose; null: not given. */
    task: string | null;
    /** ISO 8601. */
    since: string;
    /** The time after which the path is free, ISO 8601. */
    until: string;
    /** True if an edit made the claim (`claims.auto`). */
    automatic: boolean;
  }[];
}

/** mpm standup --json: Show what agents and people did and what is next. */
export interface StandupResult {
  /** ISO 8601, UTC: the start of the period. */
  since: string;
  /** ISO 8601, UTC. */
  until: string;
  /** Agents first, then people, each group sorted by name. */
  actors: {
    name: string;
    /** True for a person. */
    person: boolean;
    /** The oldest first. */
    done: {
      text: string;
      /** The kind of source. */
      source: "save" | "item" | "commit" | "handoff";
      /** The id of the save, item, commit or hand-off. */
      id: string;
      /** ISO 8601, UTC. */
      at: string;
    }[];
    next: {
      text: string;
      /** The kind of source. */
      source: "save" | "item" | "commit" | "handoff";
      /** The id of the save, item, commit or hand-off. */
      id: string;
      /** ISO 8601, UTC. */
      at: string;
    }[];
    blocked: {
      text: string;
      /** The kind of source. */
      source: "save" | "item" | "commit" | "handoff";
      /** The id of the save, item, commit or hand-off. */
      id: string;
      /** ISO 8601, UTC. */
      at: string;
    }[];
    /** Hand-offs that are not done yet. */
    waiting: {
      id: string;
      from: string;
      title: string;
      /** `waiting`, `accepted` or `disputed`. */
      state: string;
    }[];
  }[];
  /** Files that several agents or people changed or claimed. */
  overlaps: {
    /** Relative to the worktree, with `/`. */
    path: string;
    by: string[];
    claimed_by: string[];
  }[];
  /** Number of entries that were left out. */
  left_out: number;
  /** Problems with the data that was read. */
  warnings: string[];
}

/** mpm team add --json: Encrypt the entries of this project for someone. */
export interface TeamAddResult {
  dry_run: boolean;
  /** `none`: it already had this state. */
  change: "added" | "removed" | "listed" | "none";
  /** The keys that were added or removed. */
  changed: {
    name: string;
    recipient: string;
  }[];
  /** Everyone for whom entries are encrypted, by name. */
  members: {
    name: string;
    /** `age1…` or `ssh-ed25519 …`. */
    recipient: string;
    /** ISO 8601, UTC. */
    added_at: string;
    /** True if this user has the private key. */
    own: boolean;
  }[];
  /** True if everything sent from this project is encrypted. */
  encrypted: boolean;
  /** The public keys of this user, for others to add. */
  own_recipients: string[];
  /** Problems with the private keys of this user. */
  warnings: string[];
}

/** mpm team list --json: List your team for this project, and your own keys. */
export type TeamListResult = TeamAddResult;

/** mpm team remove --json: Stop encrypting entries for someone. */
export type TeamRemoveResult = TeamAddResult;

/** mpm sync --json: Share saves, hand-offs and notes through a git remote. */
export interface SyncResult {
  /**
   * True if nothing was sent or fetched; `sent` then lists the entries to be
   * sent.
   */
  dry_run: boolean;
  /** The name of the remote. */
  remote: string;
  /** The name of this clone's log; null: it has no log yet. */
  log: string | null;
  /** The entries that were added to the log. */
  sent: {
    kind:
      | "start"
      | "save"
      | "handoff"
      | "answer"
      | "note"
      | "claim"
      | "trust"
      | "key"
      | "removal"
      | "contents"
      | "conversation";
    id: string;
  }[];
  /**
   * True if the log was pushed; false also if the remote already has the whole
   * log.
   */
  pushed: boolean;
  /** The number of entries that --prune removed from the log. */
  dropped: number;
  /** The number of new entries from others. */
  received: number;
  /** The people whose logs were read, by ID. */
  writers: {
    /** 32 hex digits. */
    writer: string;
    /** The name that the writer uses; anyone can set any name. */
    name: string;
    /** Number of readable entries, and of new ones. */
    entries: number;
    new: number;
    /** The number of entries that are not for a key of this user. */
    locked: number;
    /** A sentence for each error in the logs. */
    problems: string[];
  }[];
  /** True if entries are encrypted for the team. */
  encrypted: boolean;
  /** Failures, one sentence each; the next sync tries again. */
  problems: string[];
}

/** mpm trust --json: Trust the keys of people whose saves you have received. */
export interface TrustResult {
  dry_run: boolean;
  /** The ID of this user's own key; null: no sync has created a key yet. */
  own: string | null;
  /** The keys that were named, or all known keys if no name was given. */
  keys: {
    /** The id of the key, 32 hex digits. */
    writer: string;
    /** The name that the writer gives. */
    name: string;
    /** True if this user trusts the key after the command. */
    trusted: boolean;
    /** The number of entries by this key that were read here. */
    entries: number;
    /**
     * The key with which the writer's git signs; null: no entry names a key.
     */
    git_key: {
      /** `unchecked`: mpm cannot check its format. */
      state: "checked" | "unchecked" | "wrong";
      /**
       * `SHA256:…`, as printed by ssh-keygen; empty unless the key was checked.
       */
      fingerprint: string;
    } | null;
    /** Names of the people who trust the key and whom this user trusts. */
    trusted_by: string[];
    change: "trusted" | "revoked" | "none";
  }[];
}

/** mpm export --json: Export your saves, hand-offs and notes to a file. */
export interface ExportResult {
  dry_run: boolean;
  /** The absolute path of the bundle; null: nothing to share. */
  file: string | null;
  /** Its entries. */
  entries: {
    kind:
      | "start"
      | "save"
      | "handoff"
      | "answer"
      | "note"
      | "claim"
      | "trust"
      | "key"
      | "removal"
      | "contents"
      | "conversation";
    id: string;
  }[];
  /** The keys for which the bundle is encrypted; empty: not encrypted. */
  recipients: string[];
  /** Things that were left out, and why. */
  problems: string[];
}

/**
 * mpm import --json: Import saves, hand-offs and notes from a file or another
 * project.
 */
export interface ImportResult {
  dry_run: boolean;
  /** As given. */
  source: string;
  imported: {
    session_id: string;
    /** Its original ID. */
    original_id: string;
    summary: string;
    warnings: string[];
  }[];
  /** Saves that already existed, by their IDs here. */
  present: string[];
  refused: {
    source: string;
    reason: string;
  }[];
  warnings: string[];
  /** The entries of a bundle from "mpm export"; null: another source. */
  entries: {
    /** The ID of the writer, 32 hex digits. */
    writer: string;
    /** The name that the writer uses; anyone can set any name. */
    name: string;
    count: number;
    /** True if this bundle or a newer one had already been imported. */
    present: boolean;
  } | null;
}

/** mpm schedule add --json: Schedule a task, a pipeline or a standup. */
export interface ScheduleAddResult {
  dry_run: boolean;
  id: string;
  name: string;
  times: string;
  starts: string;
  via: "systemd" | "cron" | "launchd" | "schtasks";
  /** The text of the entry in the scheduler's format. */
  entry: string;
  /** The next three runs, ISO 8601, UTC. */
  next: string[];
  /** False: the schedule existed, and mpm rewrote its entry. */
  added: boolean;
}

/**
 * mpm schedule list --json: List the schedules with their next run and last
 * result.
 */
export interface ScheduleListResult {
  /** The time of this answer. */
  at: string;
  schedules: {
    /** Its ID: the name, and a digest of the project. */
    id: string;
    /**
     * null: the schedule exists only in the scheduler, and mpm has no record of
     * it.
     */
    name: string | null;
    /** The top folder of the project. */
    project: string | null;
    /** Five fields, in the machine's time zone. */
    times: string | null;
    /** The work that it starts, such as `task smells`. */
    starts: string | null;
    via: "systemd" | "cron" | "launchd" | "schtasks";
    /**
     * The entry in the scheduler. `changed`: someone edited it. `disabled`: the
     * scheduler does not start it. `unknown`: mpm has no record of it.
     * `unreadable`: the scheduler could not be queried.
     */
    entry:
      | "present"
      | "changed"
      | "disabled"
      | "missing"
      | "unknown"
      | "unreadable";
    /** The missing thing that the entry needs. */
    problem: "project-gone" | "program-gone" | null;
    /** The next run, ISO 8601, UTC; null: the scheduler will not start it. */
    next: string | null;
    /** The last run; null: it has not run. */
    last: {
      started_at: string;
      ended_at: string | null;
      /** `refused`: the definition is no longer allowed. */
      state: "done" | "failed" | "refused" | "running" | "interrupted";
      /** The exit status; null: it did not exit by itself. */
      exit: number | null;
      reason: string | null;
    } | null;
    /** The file with the output of the schedule's runs. */
    log: string | null;
  }[];
  /** Number of schedules of other projects, which are not in the list. */
  others: number;
  /** Schedulers that could not be queried. */
  problems: string[];
}

/** mpm schedule remove --json: Remove schedules and their entries. */
export interface ScheduleRemoveResult {
  dry_run: boolean;
  removed: {
    id: string;
    via: "systemd" | "cron" | "launchd" | "schtasks";
  }[];
}

/** mpm schedule run --json: Run a schedule now, as the scheduler would. */
export interface ScheduleRunResult {
  id: string;
  name: string;
  starts: string;
  state: "done" | "failed" | "refused";
  exit: number | null;
  reason: string | null;
  started_at: string;
  ended_at: string;
  /** The file with the output. */
  log: string;
}

/** mpm pipeline --json: List the pipelines and the latest run of each. */
export interface PipelineResult {
  at: string;
  pipelines: {
    name: string;
    /** The path relative to the project, with `/` between folders. */
    path: string;
    description: string;
    allowed: boolean;
    /** Why it cannot run; null: it can. */
    problem: string | null;
    /** Its newest run. */
    run: {
      /** The ID, which consists of the pipeline and the start time in UTC. */
      run: string;
      pipeline: string;
      /** `interrupted`: mpm was killed, or the machine crashed. */
      state:
        | "running"
        | "done"
        | "failed"
        | "cancelled"
        | "stopped"
        | "limited"
        | "conflict"
        | "interrupted";
      /** The number of steps, and the number in each state. */
      total: number;
      done: number;
      failed: number;
      flagged: number;
      skipped: number;
      limited: number;
      waiting: number;
      running: number;
      started_at: string;
      /** The time when the log of the run last changed. */
      changed_at: string;
      /** Why the run ended, if the state alone does not say enough. */
      reason: string | null;
      /** False if someone else made the run, so mpm only lists it. */
      own: boolean;
    } | null;
  }[];
}

/** mpm pipeline cancel --json: Cancel a pipeline run. */
export interface PipelineCancelResult {
  dry_run: boolean;
  /** The ID of the run. */
  run: string;
  /** True if the run ended while the command waited. */
  ended: boolean;
}

/**
 * mpm pipeline export --json: Export a pipeline as a workflow for GitHub
 * Actions.
 */
export interface PipelineExportResult {
  pipeline: string;
  /** The workflow, YAML. */
  workflow: string;
  /** The file with the workflow; null: it was printed. */
  file: string | null;
}

/**
 * mpm pipeline graph --json: Draw the steps of a pipeline and their
 * dependencies.
 */
export interface PipelineGraphResult {
  pipeline: string;
  /** The run whose states are shown; null: the pipeline never ran. */
  run: string | null;
  steps: {
    name: string;
    needs: string[];
    worktree: boolean;
    state:
      | "waiting"
      | "running"
      | "done"
      | "failed"
      | "flagged"
      | "skipped"
      | "limited"
      | null;
  }[];
  /** The graph as a Mermaid flowchart. */
  mermaid: string;
  /** The format of the output without --json. */
  form: "drawing" | "mermaid";
}

/** mpm pipeline list --json: List pipeline runs. */
export interface PipelineListResult {
  at: string;
  /** The newest first. */
  runs: {
    /** The ID, which consists of the pipeline and the start time in UTC. */
    run: string;
    pipeline: string;
    /** `interrupted`: mpm was killed, or the machine crashed. */
    state:
      | "running"
      | "done"
      | "failed"
      | "cancelled"
      | "stopped"
      | "limited"
      | "conflict"
      | "interrupted";
    /** The number of steps, and the number in each state. */
    total: number;
    done: number;
    failed: number;
    flagged: number;
    skipped: number;
    limited: number;
    waiting: number;
    running: number;
    started_at: string;
    /** The time when the log of the run last changed. */
    changed_at: string;
    /** Why the run ended, if the state alone does not say enough. */
    reason: string | null;
    /** False if someone else made the run, so mpm only lists it. */
    own: boolean;
  }[];
  /** Runs that cannot be read, and why. */
  problems: string[];
}

/** mpm pipeline logs --json: Print the output of a run's steps. */
export interface PipelineLogsResult {
  run: string;
  logs: {
    step: string;
    /** True if it is the log of the step's `verify`. */
    verify: boolean;
    /** The output of its program, redacted. */
    text: string;
  }[];
}

/** mpm pipeline report --json: Print a Markdown report of a pipeline run. */
export interface PipelineReportResult {
  /** The ID, which consists of the pipeline and the start time in UTC. */
  run: string;
  pipeline: string;
  /** `interrupted`: mpm was killed, or the machine crashed. */
  state:
    | "running"
    | "done"
    | "failed"
    | "cancelled"
    | "stopped"
    | "limited"
    | "conflict"
    | "interrupted";
  /** The number of steps, and the number in each state. */
  total: number;
  done: number;
  failed: number;
  flagged: number;
  skipped: number;
  limited: number;
  waiting: number;
  running: number;
  started_at: string;
  /** The time when the log of the run last changed. */
  changed_at: string;
  /** Why the run ended, if the state alone does not say enough. */
  reason: string | null;
  /** False if someone else made the run, so mpm only lists it. */
  own: boolean;
  /** The time of this answer. */
  at: string;
  steps: {
    name: string;
    state:
      | "waiting"
      | "running"
      | "done"
      | "failed"
      | "flagged"
      | "skipped"
      | "limited";
    /** The steps that must be finished first. */
    needs: string[];
    /** True if the step has its own worktree. */
    worktree: boolean;
    attempts: number;
    /** The exit status; null: the program did not exit by itself. */
    exit: number | null;
    /** The reason for the state, redacted; null: nothing to add. */
    reason: string | null;
    started_at: string | null;
    ms: number | null;
    /** When a usage limit ends, ISO 8601, UTC; null: no limit, or unknown. */
    until: string | null;
    /** Files that the step produced. */
    artefacts: string[];
    /** The end of its output, or its agent's answer, redacted. */
    output: string;
    /** The commit of a step with a worktree; null: no result yet. */
    result: string | null;
    /** The file with its output, relative to the project; null: no output. */
    log: string | null;
  }[];
  /** The last merge; null: nothing was merged yet. */
  merge: {
    state: "done" | "conflict" | "stopped";
    reason: string | null;
    merged: string[];
    conflicts: {
      step: string;
      paths: string[];
      commit: string;
      worktree: string | null;
      folder: string | null;
    }[];
    /** Number of files that changed in the user's working tree. */
    changed: number;
  } | null;
  /** The ID of the process that runs it; null: it is not running. */
  pid: number | null;
  /** The file with the report; null: it was printed. */
  file: string | null;
}

/** mpm pipeline rm --json: Move pipeline runs to the trash. */
export interface PipelineRmResult {
  dry_run: boolean;
  /** IDs of the runs. */
  removed: string[];
  /** The folder in the trash; null: nothing was moved. */
  folder: string | null;
}

/** mpm pipeline resume --json: Continue a pipeline run. */
export interface PipelineResumeResult {
  /** The ID, which consists of the pipeline and the start time in UTC. */
  run: string;
  pipeline: string;
  /** `interrupted`: mpm was killed, or the machine crashed. */
  state:
    | "running"
    | "done"
    | "failed"
    | "cancelled"
    | "stopped"
    | "limited"
    | "conflict"
    | "interrupted";
  /** The number of steps, and the number in each state. */
  total: number;
  done: number;
  failed: number;
  flagged: number;
  skipped: number;
  limited: number;
  waiting: number;
  running: number;
  started_at: string;
  /** The time when the log of the run last changed. */
  changed_at: string;
  /** Why the run ended, if the state alone does not say enough. */
  reason: string | null;
  /** False if someone else made the run, so mpm only lists it. */
  own: boolean;
  /** The time of this answer. */
  at: string;
  steps: {
    name: string;
    state:
      | "waiting"
      | "running"
      | "done"
      | "failed"
      | "flagged"
      | "skipped"
      | "limited";
    /** The steps that must be finished first. */
    needs: string[];
    /** True if the step has its own worktree. */
    worktree: boolean;
    attempts: number;
    /** The exit status; null: the program did not exit by itself. */
    exit: number | null;
    /** The reason for the state, redacted; null: nothing to add. */
    reason: string | null;
    started_at: string | null;
    ms: number | null;
    /** When a usage limit ends, ISO 8601, UTC; null: no limit, or unknown. */
    until: string | null;
    /** Files that the step produced. */
    artefacts: string[];
    /** The end of its output, or its agent's answer, redacted. */
    output: string;
    /** The commit of a step with a worktree; null: no result yet. */
    result: string | null;
    /** The file with its output, relative to the project; null: no output. */
    log: string | null;
  }[];
  /** The last merge; null: nothing was merged yet. */
  merge: {
    state: "done" | "conflict" | "stopped";
    reason: string | null;
    merged: string[];
    conflicts: {
      step: string;
      paths: string[];
      commit: string;
      worktree: string | null;
      folder: string | null;
    }[];
    /** Number of files that changed in the user's working tree. */
    changed: number;
  } | null;
  /** The ID of the process that runs it; null: it is not running. */
  pid: number | null;
}

/** mpm pipeline run --json: Run the steps of a pipeline. */
export interface PipelineRunResult {
  dry_run: boolean;
  pipeline: string;
  /** The steps and what they need; null: not a dry run. */
  plan: {
    name: string;
    needs: string[];
    /** The program and its arguments, or the agent's prompt. */
    runs: string;
    worktree: boolean;
  }[] | null;
  /** null: a dry run. */
  status: PipelineResumeResult | null;
}

/**
 * mpm pipeline status --json: Show the state of a pipeline run and its steps.
 */
export type PipelineStatusResult = PipelineResumeResult;

/** mpm pipeline watch --json: Show the progress of a run until it ends. */
export type PipelineWatchResult = PipelineResumeResult;

/** mpm pipeline new --json: Create a pipeline from a built-in pipeline. */
export interface PipelineNewResult {
  dry_run: boolean;
  name: string;
  /** The file, absolute. */
  path: string;
  text: string;
  /** The next commands. */
  next: string[];
}

/** mpm task cancel --json: Cancel a task run. */
export type TaskCancelResult = PipelineCancelResult;

/** mpm task list --json: List task runs. */
export interface TaskListResult {
  at: string;
  /** The newest first. */
  runs: {
    /** The ID of the run: its task, and the UTC second in which it began. */
    run: string;
    task: string;
    /** `interrupted`: the mpm process was killed, or the machine crashed. */
    state:
      | "running"
      | "done"
      | "failed"
      | "cancelled"
      | "stopped"
      | "interrupted";
    /** Items. */
    total: number;
    done: number;
    failed: number;
    /** Number of items whose program started and whose end is unknown. */
    flagged: number;
    /** Number of items that have not started, or are running. */
    waiting: number;
    started_at: string;
    /** The time when the log of the run last changed. */
    changed_at: string;
    /** Why the run ended, if the state alone does not say enough. */
    reason: string | null;
    /** False if someone else made the run, so mpm only lists it. */
    own: boolean;
  }[];
  /** Runs that cannot be read, and why. */
  problems: string[];
}

/** mpm task logs --json: Print the output of a run's programs. */
export interface TaskLogsResult {
  run: string;
  logs: {
    /** Counted from 0. */
    chunk: number;
    items: string[];
    /** The output of the programs, redacted. */
    text: string;
  }[];
  /** Number of logs that were left out to limit the answer. */
  left_out: number;
}

/** mpm task report --json: Print a Markdown report of a task run. */
export interface TaskReportResult {
  /** The ID of the run: its task, and the UTC second in which it began. */
  run: string;
  task: string;
  /** `interrupted`: the mpm process was killed, or the machine crashed. */
  state:
    | "running"
    | "done"
    | "failed"
    | "cancelled"
    | "stopped"
    | "interrupted";
  /** Items. */
  total: number;
  done: number;
  failed: number;
  /** Number of items whose program started and whose end is unknown. */
  flagged: number;
  /** Number of items that have not started, or are running. */
  waiting: number;
  started_at: string;
  /** The time when the log of the run last changed. */
  changed_at: string;
  /** Why the run ended, if the state alone does not say enough. */
  reason: string | null;
  /** False if someone else made the run, so mpm only lists it. */
  own: boolean;
  /** Milliseconds between the start of the run and its last change. */
  ms: number;
  /** The first items that failed or are flagged. */
  trouble: {
    item: string | null;
    state: "done" | "failed" | "flagged";
    /** The exit status; null: a signal or a limit ended the program. */
    exit: number | null;
    /** The end of the program's output, redacted. */
    output: string;
    /** The result that the program reported; any JSON value. */
    result: unknown;
    attempts: number;
    ms: number;
  }[];
  /** The results of the first finished items. */
  results: {
    item: string | null;
    state: "done" | "failed" | "flagged";
    /** The exit status; null: a signal or a limit ended the program. */
    exit: number | null;
    /** The end of the program's output, redacted. */
    output: string;
    /** The result that the program reported; any JSON value. */
    result: unknown;
    attempts: number;
    ms: number;
  }[];
  /** The file with the report; null: it was printed. */
  file: string | null;
}

/** mpm task rm --json: Move task runs to the trash. */
export type TaskRmResult = PipelineRmResult;

/** mpm task status --json: Show the state of a task run. */
export interface TaskStatusResult {
  /** The ID of the run: its task, and the UTC second in which it began. */
  run: string;
  task: string;
  /** `interrupted`: the mpm process was killed, or the machine crashed. */
  state:
    | "running"
    | "done"
    | "failed"
    | "cancelled"
    | "stopped"
    | "interrupted";
  /** Items. */
  total: number;
  done: number;
  failed: number;
  /** Number of items whose program started and whose end is unknown. */
  flagged: number;
  /** Number of items that have not started, or are running. */
  waiting: number;
  started_at: string;
  /** The time when the log of the run last changed. */
  changed_at: string;
  /** Why the run ended, if the state alone does not say enough. */
  reason: string | null;
  /** False if someone else made the run, so mpm only lists it. */
  own: boolean;
  /** The time of this answer. */
  at: string;
  /**
   * The items whose program is running, or was running when the run was
   * interrupted; null: no program is running.
   */
  at_work: {
    /** The numbers of the first and the last item, from 1. */
    first: number;
    last: number;
    /**
     * The item, if the run was interrupted and each chunk has a single item.
     */
    item: string | null;
  } | null;
  /**
   * The last progress that the running program reported; null: not reported.
   */
  progress: {
    /** Number of running items that are finished, including fractions. */
    items: number;
    /** A text for people, redacted. */
    text: string | null;
  } | null;
  /**
   * The ID of the process that works on the run; null: not running, or unknown.
   */
  pid: number | null;
}

/** mpm task watch --json: Show the progress of a run until it ends. */
export type TaskWatchResult = TaskStatusResult;

/** mpm task resume --json: Continue an interrupted run. */
export interface TaskResumeResult {
  /** null: a dry run. */
  run: string | null;
  task: string;
  state:
    | "running"
    | "done"
    | "failed"
    | "cancelled"
    | "stopped"
    | "interrupted"
    | null;
  /** Items. */
  total: number;
  done: number;
  failed: number;
  /** Number of items whose program started and whose end is unknown. */
  flagged: number;
  /** Number of items that have not started, or are running. */
  waiting: number;
  started_at: string | null;
  changed_at: string | null;
  /** Why the run ended, if the state alone does not say enough. */
  reason: string | null;
  /** False if someone else made the run, so mpm only lists it. */
  own: boolean;
  dry_run: boolean;
  /** In a dry run, the first items; otherwise null. */
  items: string[] | null;
}

/** mpm task run --json: Run a task on all its items. */
export type TaskRunResult = TaskResumeResult;

/** mpm task --json: List the project's tasks and the latest run of each. */
export interface TaskResult {
  at: string;
  tasks: {
    name: string;
    /** The path relative to the project, with `/` between folders. */
    path: string;
    description: string;
    allowed: boolean;
    /** Why it cannot run; null: it can. */
    problem: string | null;
    /** Its newest run. */
    run: {
      /** The ID of the run: its task, and the UTC second in which it began. */
      run: string;
      task: string;
      /** `interrupted`: the mpm process was killed, or the machine crashed. */
      state:
        | "running"
        | "done"
        | "failed"
        | "cancelled"
        | "stopped"
        | "interrupted";
      /** Items. */
      total: number;
      done: number;
      failed: number;
      /** Number of items whose program started and whose end is unknown. */
      flagged: number;
      /** Number of items that have not started, or are running. */
      waiting: number;
      started_at: string;
      /** The time when the log of the run last changed. */
      changed_at: string;
      /** Why the run ended, if the state alone does not say enough. */
      reason: string | null;
      /** False if someone else made the run, so mpm only lists it. */
      own: boolean;
    } | null;
  }[];
}

/** A save and what changed since. */
export interface ResumeReport {
  /** The time of the resume, ISO 8601, for computing ages. */
  resumed_at: string;
  /** The file that was read, absolute. */
  source: string;
  origin: "own" | "trusted" | "foreign";
  session: Save;
  /**
   * Automatically saved agent sessions that ended at the same time as the
   * session or later, oldest first. The text formats combine their content with
   * the session's.
   */
  later: {
    session_id: string;
    paused_at: string;
    handoff: {
      schema: 1;
      /** The open items and the items of the conversation, oldest first. */
      items: {
        /** 12 random hex digits, the same in every copy of the item. */
        id: string;
        /**
         * The number with which the item is closed in this project; absent: it
         * cannot be closed by number.
         */
        number?: number;
        kind:
          | "goal"
          | "constraint"
          | "next"
          | "decision"
          | "rejected"
          | "question"
          | "blocker"
          | "done"
          | "verify"
          | "prompt"
          | "message"
          | "plan"
          | "summary"
          | "report"
          | "error"
          | "background";
        text: string;
        /** The reason for a decision, or the description of a todo. */
        why?: string;
        state: "open" | "doing" | "done" | "dropped" | "superseded";
        source: "user" | "agent" | "transcript" | "git" | "model";
        /**
         * The way it was added: `pause`, `command`, `prompt`, `todo`, `task`,
         * `answer`, `plan`, `compaction`, `last message`, `sub-agent`, `error`.
         */
        via: string;
        /** Time at which it was added, ISO 8601, UTC. */
        at: string;
        /** The first save that contained the item; null: no save yet. */
        save: string | null;
        /** The agent session in which it was added. */
        agent?: string;
        /**
         * Identifies the item within the conversation, so it is added only
         * once.
         */
        key?: string;
        /** Time at which it was closed, ISO 8601, UTC. */
        closed_at?: string;
        /** The ID of the item that replaced it. */
        superseded_by?: string;
        /** The command that verifies the item, one of `commands`. */
        evidence?: string;
        [name: string]: unknown;
      }[];
      /** The files, the last touched first. */
      files: {
        /** Relative to the worktree if it is inside, otherwise absolute. */
        path: string;
        how: "created" | "edited" | "deleted" | "read";
        /** Number of times. */
        times: number;
        /** The time of the last touch, ISO 8601, UTC. */
        at: string;
        /** Names of functions, classes and similar in the edited code. */
        symbols?: string[];
        [name: string]: unknown;
      }[];
      /** The runs, newest first, each command once. */
      runs: {
        command: string;
        kind: "test" | "build" | "lint" | "types" | "other";
        /** Exit status; null: unknown, for example after a pipe. */
        exit: number | null;
        /** Time at which it ended, ISO 8601, UTC. */
        at: string;
        /** The end of its output. */
        tail: string;
        /** The SHA-256 of the known part of its output. */
        digest: string;
        /** Absent: not known. */
        tree?: {
          /** Full commit ID; null: no commit. */
          head: string | null;
          /** SHA-256 of the uncommitted files: paths, modes and contents. */
          changes: string;
          /**
           * The uncommitted files, sorted by path; absent: there are more than
           * 100.
           */
          files?: {
            path: string;
            /** Mode and start of the SHA-256, or `gone`. */
            content: string;
            [name: string]: unknown;
          }[];
          [name: string]: unknown;
        };
        /** Why the exit status means nothing, e.g. `a pipe hides it`. */
        doubt?: string;
        /**
         * `user`: `mpm evidence --run` ran it; absent: it ran in a
         * conversation.
         */
        source?: "user" | "agent" | "transcript" | "git" | "model";
        [name: string]: unknown;
      }[];
      /** State variables (`mpm var`). */
      vars?: Record<string, string>;
      /** The searched patterns, newest last. */
      searches?: string[];
      /** Files that commands and searches named, the most relevant first. */
      seen?: string[];
      /** The current partition. */
      partition?: string;
      /** Open hand-off documents, newest first, at most 50. */
      handoffs?: {
        id: string;
        /** Names of agents. */
        from: string;
        to: string;
        title: string;
        state: "waiting" | "accepted" | "disputed";
        [name: string]: unknown;
      }[];
      /**
       * The parts of the conversation that mpm could not read, one sentence
       * each.
       */
      unread: string[];
      /** The number of entries that were left out to keep the save small. */
      left_out?: number;
      [name: string]: unknown;
    };
  }[];
  /** null: not requested. */
  changes: Changes | null;
  /** Verification commands and their states; empty with `--no-changes`. */
  evidence: {
    command: string;
    /** False if the command only did something, such as a deployment. */
    verifies: boolean;
    /**
     * `holds`: it exited with 0 on the current files. `stale`: files have
     * changed since it ran. `contradicted`: its last run failed. `unproved`: it
     * did not run, or its result or its files are unknown.
     */
    state: "holds" | "stale" | "contradicted" | "unproved";
    /** The reason for that state, without a period. */
    why: string;
    /** Exit status of the last run; null: unknown, or not run. */
    exit: number | null;
    /** Time at which the last run ended, ISO 8601, UTC; null: not run. */
    at: string | null;
    /** The first files that have changed since the last run. */
    changed: string[];
    /** Number of changed files; null: unknown. */
    changes: number | null;
    /** The texts of the items that the evidence supports. */
    claims: string[];
    [name: string]: unknown;
  }[];
  /**
   * Currently open items: the save's items that no one has closed since, and
   * later items. "mpm done" accepts their numbers.
   */
  items: {
    /** 12 random hex digits, the same in every copy of the item. */
    id: string;
    /**
     * The number with which the item is closed in this project; absent: it
     * cannot be closed by number.
     */
    number?: number;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why?: string;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /**
     * The way it was added: `pause`, `command`, `prompt`, `todo`, `task`,
     * `answer`, `plan`, `compaction`, `last message`, `sub-agent`, `error`.
     */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** The agent session in which it was added. */
    agent?: string;
    /**
     * Identifies the item within the conversation, so it is added only once.
     */
    key?: string;
    /** Time at which it was closed, ISO 8601, UTC. */
    closed_at?: string;
    /** The ID of the item that replaced it. */
    superseded_by?: string;
    /** The command that verifies the item, one of `commands`. */
    evidence?: string;
    [name: string]: unknown;
  }[];
  /** The current state variables, by name. */
  vars: Record<string, string>;
  /** Open hand-off documents of the save, as they are now. */
  handoffs: {
    id: string;
    /** Names of agents. */
    from: string;
    to: string;
    title: string;
    state: "waiting" | "accepted" | "disputed";
    [name: string]: unknown;
  }[];
  /** The session that it belongs to, and its state; null: no session. */
  work: {
    id: string;
    name: string | null;
    task: string;
    /** The hand-off after the command. */
    state: string;
    /** `rebuilt`: the session was not known here, so the save recreated it. */
    change: "resumed" | "rebuilt" | "unchanged";
    /** Number of finished checklist items. */
    done: number;
    total: number;
    /** The session's open items, each with its phase. */
    open: string[];
  } | null;
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: string[] | null;
  /** The client chosen with `--in`, and the result of starting it. */
  take_over: {
    client: string;
    title: string;
    status: number | null;
    /** The client's program on PATH, absolute; null: not installed. */
    program: string | null;
    /** The command line as words; one of them is the prompt. */
    args: string[];
  } | null;
  /** The format chosen with `--format`; the text report by default. */
  format: "text" | "md" | "json" | "context" | "full";
  /** The fence around the data in the format for agents. */
  fence: string;
  warnings: string[];
}

/** The session, and where git stands. */
export interface StatusReport {
  /** The project's folder; null without an mpm project. */
  project: string | null;
  /** The time of this answer, ISO 8601, for computing ages. */
  at: string;
  form: "text" | "porcelain" | "short";
  session: SessionInfo | null;
  /** True if it is paused and has a save to resume. */
  resumable: boolean;
  /** Its parents, nearest first. */
  parents: SessionInfo[];
  /**
   * The newest save of this worktree; null if there is no save, or if
   * --porcelain was given.
   */
  last_save: {
    session_id: string;
    paused_at: string;
    summary: string;
    /** `own`, `trusted`, or `foreign`: not verified. */
    origin: "own" | "trusted" | "foreign";
    /** The author's name from git, as written in the save; null if unknown. */
    author: string | null;
    /** A short summary of the changes since the save; null: unknown. */
    changes: string | null;
    /** Open next steps, most important first. */
    next_steps: string[];
    /**
     * The command that continues the agent's conversation; null: no command.
     */
    agent_command: string[] | null;
  } | null;
  checklist: ChecklistItem[];
  /** The newest checkpoint; null: no checkpoint. */
  checkpoint: {
    name: string;
    created_at: string;
    /**
     * Its author: you on this machine (`own`), someone you trust (`trusted`),
     * or anyone (`foreign`).
     */
    origin: "own" | "trusted" | "foreign";
  } | null;
  /** null: no repository, or git failed. */
  git: {
    /** null: detached. */
    branch: string | null;
    /** Full commit id; null: no commit yet. */
    head: string | null;
    upstream: string | null;
    /** null: there is no upstream, or it is gone. */
    ahead: number | null;
    behind: number | null;
    /** Number of staged, changed, untracked and conflicting paths. */
    staged: number;
    changed: number;
    untracked: number;
    conflicts: number;
  } | null;
  /** Open items carried from save to save. */
  items: {
    /** The number to use with "mpm done". */
    number: number;
    /** 12 hex digits, the same in every copy. */
    id: string;
    kind:
      | "goal"
      | "constraint"
      | "next"
      | "decision"
      | "rejected"
      | "question"
      | "blocker"
      | "done"
      | "verify"
      | "prompt"
      | "message"
      | "plan"
      | "summary"
      | "report"
      | "error"
      | "background";
    text: string;
    /** The reason for a decision, or the description of a todo. */
    why: string | null;
    state: "open" | "doing" | "done" | "dropped" | "superseded";
    source: "user" | "agent" | "transcript" | "git" | "model";
    /** The way it was added, e.g. `pause` or `command`. */
    via: string;
    /** Time at which it was added, ISO 8601, UTC. */
    at: string;
    /** Time at which it was closed, ISO 8601, UTC; null: it is open. */
    closed_at: string | null;
    /** The first save that contained the item; null: no save yet. */
    save: string | null;
    /** True if it belongs to this worktree and session. */
    here: boolean;
  }[];
  /** Open hand-off documents, newest first; empty with --porcelain. */
  handoffs: {
    id: string;
    /** Names of agents. */
    from: string;
    to: string;
    title: string;
    state: "waiting" | "accepted" | "disputed";
    [name: string]: unknown;
  }[];
  /**
   * The newest run of a task, if it is running or was interrupted; null with
   * --porcelain.
   */
  run: {
    /** The ID of the run: its task, and the UTC second in which it began. */
    run: string;
    task: string;
    /** `interrupted`: the mpm process was killed, or the machine crashed. */
    state:
      | "running"
      | "done"
      | "failed"
      | "cancelled"
      | "stopped"
      | "interrupted";
    /** Items. */
    total: number;
    done: number;
    failed: number;
    /** Number of items whose program started and whose end is unknown. */
    flagged: number;
    /** Number of items that have not started, or are running. */
    waiting: number;
    started_at: string;
    /** The time when the log of the run last changed. */
    changed_at: string;
    /** Why the run ended, if the state alone does not say enough. */
    reason: string | null;
    /** False if someone else made the run, so mpm only lists it. */
    own: boolean;
  } | null;
  /** The newest run of a pipeline, under the same conditions. */
  pipeline_run: {
    /** The ID, which consists of the pipeline and the start time in UTC. */
    run: string;
    pipeline: string;
    /** `interrupted`: mpm was killed, or the machine crashed. */
    state:
      | "running"
      | "done"
      | "failed"
      | "cancelled"
      | "stopped"
      | "limited"
      | "conflict"
      | "interrupted";
    /** The number of steps, and the number in each state. */
    total: number;
    done: number;
    failed: number;
    flagged: number;
    skipped: number;
    limited: number;
    waiting: number;
    running: number;
    started_at: string;
    /** The time when the log of the run last changed. */
    changed_at: string;
    /** Why the run ended, if the state alone does not say enough. */
    reason: string | null;
    /** False if someone else made the run, so mpm only lists it. */
    own: boolean;
  } | null;
  /** Your name, or that of your agent; null if no hand-offs are open. */
  you: string | null;
  /** Agent sessions in this project; only in the text format. */
  agents: {
    session_id: string;
    /** The name of its agent; null: no name. */
    name: string | null;
    /** The top folder of its worktree, absolute. */
    worktree: string;
    /** null: detached, or unknown. */
    branch: string | null;
    /** The time when it began, ISO 8601. */
    since: string;
    /** True if its process is known to be running; only Linux shows that. */
    alive: boolean;
    subagents: {
      /** The ID given by its client. */
      id: string;
      /** Its type; null if the type is not a valid name. */
      name: string | null;
      /** The time when it began, ISO 8601. */
      since: string;
    }[];
  }[];
  /** The current claims; only in the text format. */
  claims: {
    /** Relative to its worktree, with `/` between folders. */
    path: string;
    /** The top folder of the worktree, absolute. */
    worktree: string;
    holder: {
      kind: "agent" | "person";
      name: string;
      /** The agent session; null: not in an agent session. */
      session_id: string | null;
    };
    /** True if the claim is yours. */
    yours: boolean;
    /** True if its agent session is known to be running. */
    alive: boolean;
    /** The purpose; null: not given. */
    task: string | null;
    /** ISO 8601. */
    since: string;
    /** The time after which the path is free, ISO 8601. */
    until: string;
    /** True if an edit made the claim (`claims.auto`). */
    automatic: boolean;
  }[];
  /** The top folder of this worktree, absolute. */
  worktree: string;
  /**
   * The context use of the latest agent session; null: no session, no reading,
   * or with --porcelain.
   */
  context: {
    tokens: number;
    /** The model's context window in tokens; null: unknown. */
    window: number | null;
    /** The age of the reading, in seconds. */
    age: number;
    /** The reason the reading does not count; null if it counts. */
    unknown: string | null;
  } | null;
  problems: string[];
}

/** All sessions as a tree. */
export interface StackResult {
  /** The project's folder; null without an mpm project. */
  project: string;
  /** The time of this answer, ISO 8601, for computing ages. */
  listed_at: string;
  /** The current session of this worktree. */
  current: string | null;
  /** In the order of the tree: each session follows its parent. */
  sessions: {
    session: SessionInfo;
    /** 0: the session has no parent here. */
    depth: number;
    /**
     * The checkpoint that contains the work parked for a detour; null: no
     * parked work.
     */
    parked: string | null;
  }[];
  /** Number of hidden sessions. */
  hidden: number;
  problems: string[];
}

/** A place of installed hooks. */
export interface HooksReport {
  /** This program, absolute; null: it runs from source. */
  binary: string | null;
  version: string;
  /** Places of mpm hooks, in the client's order of precedence. */
  installed: {
    scope: "project" | "local" | "user";
    path: string;
    binary: string;
    version: string;
    events: string[];
    status_line: boolean;
  }[];
  /** Other clients with mpm hooks. */
  clients: {
    client: "claude" | "codex" | "gemini" | "opencode" | "copilot";
    title: string;
    path: string;
    binary: string;
    version: string;
    events: string[];
  }[];
  /**
   * The settings files that enable mpm as a plugin, which has the same hooks.
   */
  plugins: string[];
  findings: {
    problem:
      | "unreadable"
      | "ignored"
      | "disabled"
      | "binary-missing"
      | "binary-other"
      | "version"
      | "edited"
      | "missing"
      | "duplicate"
      | "twice"
      | "script"
      | "untrusted";
    /** The client that the problem concerns. */
    client: "claude" | "codex" | "gemini" | "opencode" | "copilot";
    path: string;
    /** The problem, one line. */
    detail: string;
    /** The fix: a command, or one line of advice. */
    hint: string;
  }[];
}

/** The shell hooks. */
export interface HooksListResult {
  /** Absolute path of the project's own copies. */
  folder: string;
  hooks: {
    name: string;
    events: string[];
    summary: string;
    /** The project's copy, absolute. */
    path: string;
    state:
      | "none"
      | "shipped"
      | "older"
      | "edited"
      | "changed"
      | "foreign"
      | "unusable";
  }[];
}

/** Claude Code's hooks. */
export interface HooksInstallReport {
  /** True if nothing was written; the diffs show what would change. */
  dry_run: boolean;
  scope: "project" | "local" | "user";
  /** The settings file, absolute. */
  path: string;
  /** `at` is an event or `statusLine`. */
  changes: {
    action: "added" | "replaced" | "removed" | "kept";
    at: string;
  }[];
  /** The copy of the earlier file, absolute; null: the file was not changed. */
  backup: string | null;
  /** The change in the format of `diff -u`. */
  diff: string;
  skills: {
    name: string;
    path: string;
    action: "added" | "replaced" | "removed" | "kept" | "foreign";
  }[];
  warnings: string[];
  /** The program that the entries start, absolute; null: they are removed. */
  binary: string;
  /** True if there was no settings file before. */
  created: boolean;
  /** Rules that mpm adds to git's `info/exclude`. */
  excluded: string[];
}

/** The hooks removed. */
export interface HooksUninstallReport {
  /** True if nothing was written; the diffs show what would change. */
  dry_run: boolean;
  scope: "project" | "local" | "user";
  /** The settings file, absolute. */
  path: string;
  /** `at` is an event or `statusLine`. */
  changes: {
    action: "added" | "replaced" | "removed" | "kept";
    at: string;
  }[];
  /** The copy of the earlier file, absolute; null: the file was not changed. */
  backup: string | null;
  /** The change in the format of `diff -u`. */
  diff: string;
  skills: {
    name: string;
    path: string;
    action: "added" | "replaced" | "removed" | "kept" | "foreign";
  }[];
  warnings: string[];
  /** True if the file is exactly as it was before. */
  restored: boolean;
  /** True if the file was removed, since it did not exist before. */
  removed: boolean;
}

/** Files of a client. */
export interface ClientFilesResult {
  /** True if nothing was written; the diffs show what would change. */
  dry_run: boolean;
  client: "claude" | "codex" | "gemini" | "opencode" | "copilot";
  /** E.g. `Codex CLI`. */
  title: string;
  /** The program that the entries start, absolute; null: they are removed. */
  binary: string | null;
  files: {
    /** Absolute. */
    path: string;
    /** `restored`: as it was before. `foreign`: mpm does not change it. */
    action: "added" | "changed" | "kept" | "removed" | "restored" | "foreign";
    /** mpm's names of the events that have an entry in the file. */
    events: string[];
    /** Why the file is not changed; null: it is changed. */
    reason: string | null;
    /** The change in the format of `diff -u`. */
    diff: string;
  }[];
  /** Why the client does not run these hooks. */
  problems: {
    problem:
      | "unreadable"
      | "ignored"
      | "disabled"
      | "binary-missing"
      | "binary-other"
      | "version"
      | "edited"
      | "missing"
      | "duplicate"
      | "twice"
      | "script"
      | "untrusted";
    /** The client that the problem concerns. */
    client: "claude" | "codex" | "gemini" | "opencode" | "copilot";
    path: string;
    /** The problem, one line. */
    detail: string;
    /** The fix: a command, or one line of advice. */
    hint: string;
  }[];
  warnings: string[];
}

/** The result of each hook. */
export interface HookChecks {
  tests: {
    scope: "project" | "local" | "user";
    event: string;
    /** The expected effect of the event. */
    expected: string;
    /** The problem; null if it works. */
    fault: string | null;
    milliseconds: number;
  }[];
  warnings: string[];
}

/** The parts that were set up. */
export interface SetupReport {
  dry_run: boolean;
  /** The Claude Code that was found; null: not found. */
  client: {
    /** null: not on PATH, or its version is unknown. */
    version: string | null;
    /** Its folder of settings and transcripts, absolute. */
    folder: string;
  } | null;
  /** Names of the other clients on this machine. */
  other_clients: string[];
  init: {
    /** Absolute path of `.claude-mpm`. */
    folder: string;
    created: boolean;
    /** True if git ignores the folder. */
    ignored: boolean;
    /** The file that contains the ignore rule. */
    ignore_file: string | null;
  };
  /** Parts of a conversation with an agent that mpm keeps. */
  conversation: {
    setting: string;
    kept: boolean;
    summary: string;
  }[];
  /** `git version 2.39.5`; null: git does not run. */
  git: string | null;
  /** True if saves keep the contents of uncommitted files. */
  contents: boolean;
  /** True if pauses also commit saves to the branch. */
  branch_commits: boolean;
  /** Completion scripts of the user's shells. */
  completions: {
    shell: "bash" | "zsh" | "fish";
    path: string;
    /** `foreign`: mpm did not write the file and does not change it. */
    action: "added" | "replaced" | "kept" | "foreign";
  }[];
  /** Saves of claude-mpm that are not trusted; anyone may have made them. */
  claude_mpm: {
    saves: {
      session_id: string;
      summary: string;
    }[];
    /** True if the user says that they made these saves. */
    trusted: boolean;
  };
  /** The configuration file that setup changed; null: not changed. */
  config: string | null;
  /** null: hooks were not wanted, or there is no client. */
  hooks: HooksInstallReport | null;
  /** The files of the other clients. */
  clients: ClientFilesResult[];
}

/** The parts that were removed. */
export interface SetupRemoveResult {
  dry_run: boolean;
  /** Files outside mpm's folders that were removed or changed. */
  removed: {
    part:
      | "hooks"
      | "skill"
      | "completion"
      | "man page"
      | "ignore rules"
      | "context part"
      | "instructions"
      | "schedule";
    /** An absolute path, or the ID of a schedule. */
    path: string;
    /**
     * `removed`: the file is gone. `restored`: it is exactly as it was before.
     * `changed`: only mpm's part is gone.
     */
    action: "removed" | "restored" | "changed";
  }[];
  /** Files that contain a part of mpm and stay. */
  kept: {
    path: string;
    reason: string;
  }[];
  /** Settings and schedules of other projects, and how to remove them. */
  elsewhere: {
    path: string;
    command: string;
  }[];
  /** The data that stays, and how to delete it. */
  data: {
    kind: "project" | "refs" | "git" | "settings" | "machine" | "program";
    /** An absolute path, or a prefix of ref names. */
    name: string;
    /** Number of files or refs; null: unknown. */
    count: number | null;
    /** Bytes on the disk; null: unknown. */
    bytes: number | null;
    /** A shell command that deletes it. */
    command: string;
  }[];
}

/** The cost of each hook. */
export interface HooksProfileResult {
  /** Number of runs of each hook. */
  runs: number;
  hooks: {
    scope: "project" | "local" | "user";
    event: string;
    /** Milliseconds from the start to the end of the hook's process. */
    p50: number;
    p95: number;
    /** The longest answer in bytes. */
    output: number;
  }[];
  warnings: string[];
}

/** The result of a script. */
export interface HooksRunResult {
  name: string;
  path: string;
  outcome: "exited" | "missing" | "timeout" | "denied" | "started";
  /** The exit status; -1 if the script did not exit. */
  status: number;
  milliseconds: number;
  /** Its output, shortened. */
  stdout: string;
  stderr: string;
  log: string;
}

/** Files that a migration moved. */
export interface MigrateReport {
  action: "migrate";
  /** True if nothing was written; the steps show what would be done. */
  dry_run: boolean;
  /** The old folder, absolute. */
  folder: string;
  /** True if an interrupted earlier run was finished. */
  resumed: boolean;
  /** New backups, absolute. */
  backups: string[];
  /** Files that stay, and why. */
  left: {
    path: string;
    reason: string;
    /** True if the file is not a session file. */
    foreign: boolean;
  }[];
  /** True if everything was done; otherwise the exit status is 4. */
  complete: boolean;
  /** Number of files tracked by git that moved or changed; 0 outside git. */
  tracked: number;
  /**
   * Shell commands that commit the move, to be run in the project; empty
   * without changes.
   */
  commands: string[];
  milliseconds: number;
  steps: {
    action:
      | "move"
      | "rewrite"
      | "duplicate"
      | "conflict"
      | "leave"
      | "restore"
      | "remove";
    /** Files, absolute. */
    from: string;
    to: string | null;
    note: string | null;
  }[];
  /** The new folder, absolute. */
  sessions: string;
  /** True if the old folder no longer exists. */
  folder_gone: boolean;
  /** Number of sessions whose files were moved. */
  saves: number;
  /** Number of moved files, including those of `rewritten`. */
  moved: number;
  rewritten: number;
  /** Number of files that the new folder already had. */
  duplicates: number;
  /** Sessions that needed a different ID. */
  conflicts: {
    session_id: string;
    new_id: string;
  }[];
}

/** Files that a rollback restored. */
export interface RollbackReport {
  action: "rollback";
  /** True if nothing was written; the steps show what would be done. */
  dry_run: boolean;
  /** The old folder, absolute. */
  folder: string;
  /** True if an interrupted earlier run was finished. */
  resumed: boolean;
  /** New backups, absolute. */
  backups: string[];
  /** Files that stay, and why. */
  left: {
    path: string;
    reason: string;
    /** True if the file is not a session file. */
    foreign: boolean;
  }[];
  /** True if everything was done; otherwise the exit status is 4. */
  complete: boolean;
  /** Number of files tracked by git that moved or changed; 0 outside git. */
  tracked: number;
  /**
   * Shell commands that commit the move, to be run in the project; empty
   * without changes.
   */
  commands: string[];
  milliseconds: number;
  steps: {
    action:
      | "move"
      | "rewrite"
      | "duplicate"
      | "conflict"
      | "leave"
      | "restore"
      | "remove";
    /** Files, absolute. */
    from: string;
    to: string | null;
    note: string | null;
  }[];
  /** The backup that was restored, absolute. */
  restored_from: string;
  restored: number;
  removed: number;
}

/** Changes in the repository since a save. */
export interface Changes {
  /** Says whether a repository was there at the pause, and is there now. */
  repository: "both" | "neither" | "appeared" | "gone" | "unreadable";
  /**
   * The place of the save. `here`: this worktree. `moved`: this worktree under
   * another path. `elsewhere` or `gone`: another worktree, which may no longer
   * exist. `foreign`: another copy of the project.
   */
  place: "here" | "moved" | "elsewhere" | "gone" | "foreign";
  /**
   * Relation of HEAD to the commit of the pause, ignoring mpm's commits.
   * `behind`: after a reset, for example. `diverged`: after a rebase, an amend
   * or a switch, for example. `unknown`: also if a shallow history is cut off
   * in between.
   */
  relation: "same" | "ahead" | "behind" | "diverged" | "unknown";
  /**
   * The base of the comparison: the recorded `head`, another of the
   * `recent-commit`s, commits by `time`, the `start` of the history, nothing.
   */
  compared_by: "head" | "recent-commit" | "time" | "start" | "nothing";
  /**
   * True if the history is cut off, as in a shallow clone. If HEAD is both
   * ahead of and behind an upstream, the numbers may then be wrong.
   */
  shallow: boolean;
  /** The base commit; null: no commit. */
  from: string | null;
  /** HEAD now; null: no commit. */
  to: string | null;
  /** All lists are newest first. */
  commits: {
    new: Commit[];
    rewritten: {
      from: Commit;
      to: Commit;
      /**
       * `changed`: same author, author's time and subject, but a different
       * patch. `unknown`: the same three, but too many commits to compare
       * patches.
       */
      patch: "same" | "changed" | "unknown";
    }[];
    /**
     * Commits that were in the history at the pause, are no longer in it, and
     * have no counterpart. Empty, like `rewritten`, if a shallow history cannot
     * show them.
     */
    lost: Commit[];
    /**
     * Commits that were in the history at the pause and no longer are. One
     * later commit has their combined change (`commit`) or the same tree
     * (`tree`).
     */
    squashed: {
      into: Commit;
      how: "commit" | "tree";
      commits: Commit[];
    } | null;
    /** Number of commits of saves. The other fields leave these out. */
    own: number;
    /** Number of commits omitted because of the limit. */
    omitted: number;
  };
  branch: {
    /** null: detached, or unknown. */
    then: string | null;
    now: string | null;
    /**
     * `other-copy`: the save is from another copy of the project, so no one
     * switched branches here.
     */
    change:
      | "same"
      | "switched"
      | "renamed"
      | "detached"
      | "attached"
      | "other-copy";
    /**
     * State of the branch of the pause; null if there was no branch. `absent`:
     * not a local branch, with no sign that it ever was.
     */
    recorded: "exists" | "renamed" | "deleted" | "absent" | null;
    renamed_to: string | null;
    /** True if HEAD, now elsewhere, has all commits of the branch. */
    merged: boolean | null;
    /** The remote-tracking branch of that name, if no local branch has it. */
    remote: {
      name: string;
      /** True if HEAD has all commits of the remote-tracking branch. */
      merged: boolean | null;
    } | null;
  };
  upstream: {
    then: {
      name: string;
      /** null: the ref does not exist, or was not recorded. */
      commit: string | null;
      ahead: number;
      behind: number;
    } | null;
    now: {
      name: string;
      /** null: the ref does not exist, or was not recorded. */
      commit: string | null;
      ahead: number;
      behind: number;
    } | null;
    /**
     * Change of the upstream. `pushed`: moved by a push from here. `pulled`:
     * moved by a fetch, and in HEAD. `fetched`: moved by a fetch, and not in
     * HEAD. `diverged`: both sides have new commits. `moved`: moved by
     * something else, or by something unknown. `rewritten`: the recorded commit
     * is no longer in the upstream. `gone`: the ref was removed. `set`,
     * `removed`, `changed`: the setting was set, removed or changed. `unknown`:
     * not recorded.
     */
    change:
      | "same"
      | "pushed"
      | "pulled"
      | "fetched"
      | "diverged"
      | "moved"
      | "rewritten"
      | "gone"
      | "set"
      | "removed"
      | "changed"
      | "unknown";
  };
  /** Differences between the two commits, without saves. */
  files: {
    /** Letter of `git diff --name-status`: A, C, D, M, R or T. */
    status: string;
    path: string;
    /** The old path of a rename or copy. */
    from?: string;
    /** The file's partition; absent: no partition. */
    partition?: string;
  }[];
  working_directory: {
    /** null: unknown. */
    clean: boolean | null;
    paths: {
      path: string;
      from?: string;
      /** Status letters at the pause; null: not listed, or unknown. */
      then: string | null;
      now: string | null;
      change:
        | "same"
        | "edited-further"
        | "discarded"
        | "staged"
        | "unstaged"
        | "conflicted"
        | "resolved"
        | "deleted"
        | "restored"
        | "still-changed"
        | "committed"
        | "superseded"
        | "reverted"
        | "removed"
        | "not-in-head"
        | "hidden"
        | "new"
        | "edited"
        | "renamed"
        | "unknown";
      /** For `edited-further`: only the mode differs. */
      mode_only?: true;
      /** The file's partition; absent: no partition. */
      partition?: string;
    }[];
  };
  conflicts: {
    path: string;
    /** `touched`: changed before the pause and by commits since. */
    reason: "touched" | "unmerged";
  }[];
  /** Recorded files that no longer exist, although no commit removed them. */
  missing: string[];
  /** Uncommitted work in the save that was lost since; null: none known. */
  contents: {
    /** The commit with the kept files; null: no files were kept. */
    commit: string | null;
    /** False if the commit may be from someone else. */
    verified: boolean;
    /** Kept files that were reverted or deleted, and not committed. */
    lost: {
      path: string;
      change:
        | "same"
        | "edited-further"
        | "discarded"
        | "staged"
        | "unstaged"
        | "conflicted"
        | "resolved"
        | "deleted"
        | "restored"
        | "still-changed"
        | "committed"
        | "superseded"
        | "reverted"
        | "removed"
        | "not-in-head"
        | "hidden"
        | "new"
        | "edited"
        | "renamed"
        | "unknown";
    }[];
    /** The command that restores the lost files; null: none are lost. */
    restore: string | null;
    /** Files that have since been reverted or deleted, and were not kept. */
    not_kept: {
      path: string;
      change:
        | "same"
        | "edited-further"
        | "discarded"
        | "staged"
        | "unstaged"
        | "conflicted"
        | "resolved"
        | "deleted"
        | "restored"
        | "still-changed"
        | "committed"
        | "superseded"
        | "reverted"
        | "removed"
        | "not-in-head"
        | "hidden"
        | "new"
        | "edited"
        | "renamed"
        | "unknown";
      reason: string;
    }[];
  } | null;
  stashes: {
    added: {
      commit: string;
      message: string;
    }[];
    removed: {
      commit: string;
      message: string;
    }[];
  };
  operation: {
    then: string | null;
    now: string | null;
    change: "same" | "begun" | "ended" | "changed";
  };
  /** The worktree of the save; null: it is this one. */
  worktree: {
    path: string;
    gone: boolean;
    /** A shell command that recreates the worktree. */
    restore: string | null;
  } | null;
  /** Parts that were not compared or are uncertain, one sentence each. */
  notes: string[];
}

/** A commit, as reports list it. */
export interface Commit {
  /** Full id. */
  sha: string;
  author: string;
  /** The author's time, `YYYY-MM-DD HH:MM:SS +ZZZZ`. */
  timestamp: string;
  /** The committer's time, milliseconds since the epoch. */
  time: number;
  /** The subject line. */
  message: string;
}

/** A session. */
export interface SessionInfo {
  id: string;
  name: string | null;
  task: string;
  state:
    | "new"
    | "active"
    | "working"
    | "paused"
    | "complete"
    | "archived"
    | "cancelled";
  /** ISO 8601, UTC. */
  started_at: string;
  /** The time of its last state change. */
  since: string;
  /** The ID of the session from which this one is a detour. */
  parent: string | null;
  /** The absolute path of the session's worktree. */
  worktree: string;
  /** The short name of the session's template. */
  template: string | null;
  /** Number of finished checklist items. */
  done: number;
  total: number;
  /** Its newest save. */
  save: string | null;
  /** The summary written at the end of the session. */
  summary: string | null;
}

/** An item of a session's checklist. */
export interface ChecklistItem {
  /** The number, from 1; it works as a selector. */
  number: number;
  /** Empty: none. */
  phase: string;
  text: string;
  done: boolean;
  /** ISO 8601, UTC. */
  done_at: string | null;
}

/** A save in the list. */
export interface SaveRow {
  /**
   * The position in the list, which can be used as a selector; null: shown only
   * with `--all`. Starts at 0, or at 1 with `mpm session resume`, as in
   * claude-mpm.
   */
  index: number | null;
  session_id: string;
  paused_at: string;
  /** First line only. */
  summary: string;
  name: string | null;
  branch: string | null;
  worktree: string | null;
  project_path: string;
  format: "json" | "yaml" | "md" | "jsonl";
  location: "sessions" | "pause" | "kept" | "global" | "resume-logs" | "team";
  /** True if it is a log from claude-mpm and not a save. */
  log: boolean;
  /** True if an agent's session end made it; a resume prefers other saves. */
  automatic: boolean;
  /** True if "saves import" added it, with someone else's words. */
  imported: boolean;
  /** `own`, `trusted`, or `foreign` (not verified); null: not readable. */
  origin: "own" | "trusted" | "foreign" | null;
  /** The author's name from git, as written in the save; null if unknown. */
  author: string | null;
  /** The name of the agent that made the save; null: no name. */
  agent_name: string | null;
  /** The command that continues the agent's conversation; null: no command. */
  agent_command: string[] | null;
  /** The session that it belongs to. */
  session: {
    id: string;
    name: string | null;
    task: string;
    /** Null if nothing is known about the session here. */
    state: string | null;
  } | null;
  /** The file, absolute. */
  source: string;
  /** The reason why the save cannot be read. */
  problem: {
    code: string;
    message: string;
  } | null;
}

/** A worktree in the list. */
export interface WorktreeRow {
  /** Absolute. */
  path: string;
  /** The same path, relative to `.claude/worktrees/`. */
  name: string;
  /** `orphan`: not registered in git. */
  kind: "worktree" | "orphan";
  /** null: HEAD is detached, or unknown. */
  branch: string | null;
  head: string | null;
  /** True if a cleanup removes the folder. */
  remove: boolean;
  /** The reason for or against the removal. */
  reason: string;
  /**
   * True if the folder is kept because work would be lost, and not only because
   * it is in use.
   */
  unsaved: boolean;
  /** Bytes freed by the removal; null: not measured. */
  bytes: number | null;
}

/** The use of an agent session's context. */
export interface ContextUsage {
  /** Why the use is not known; null if it is known. */
  unknown: string | null;
  tokens: number | null;
  window: number | null;
  percentage: number | null;
  model: string | null;
  source: "status-line" | "transcript" | "compaction" | null;
  window_source:
    | "configuration"
    | "status-line"
    | "transcript"
    | "model"
    | "usage"
    | "auto-compact"
    | null;
  read_at: string | null;
  /** Seconds. */
  age: number | null;
  compaction: string | null;
}

/** An option of a command. */
export interface OptionInfo {
  /** Including its dashes: `--json`. */
  name: string;
  /** `-q`; null: no short form. */
  short: string | null;
  /** Name of its value; null for a switch. */
  value: string | null;
  /** True if it can be repeated. */
  repeatable: boolean;
  /** The allowed values; null: any value. */
  choices: string[] | null;
  default: string | null;
  summary: string;
}
