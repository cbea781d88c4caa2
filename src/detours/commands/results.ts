import * as z from "zod/mini";
import {
  ChangedCommit,
  Changes,
  FileChange,
} from "../../saves/compare/changes.ts";
import { schemaOf } from "../../base/schema.ts";
import { OPEN_HANDOFF } from "../../items/mod.ts";
import { ItemView } from "../../items/commands/results.ts";
import {
  ChecklistItem,
  StackResult,
  WorkView,
} from "../../work/commands/results.ts";

/** The schemas of what `branch`, `return` and `status` give. */

const text = z.string();
const maybeText = z.nullable(text);

/** The position of HEAD. */
const PositionView = z.strictObject({
  /** null: detached, or no repository. */
  branch: maybeText,
  /** Full commit id; null: none. */
  head: maybeText,
});

/** Uncommitted work that is in a checkpoint. */
const ParkedView = z.strictObject({
  /** Name of the checkpoint; in a dry run the one it would have. */
  checkpoint: text,
  /** The paths that differ from HEAD. */
  paths: z.array(text),
});

export const BranchResult = z.strictObject({
  dry_run: z.boolean(),
  session: WorkView,
  checklist: z.array(ChecklistItem),
  parent: WorkView,
  /** True if there was no session, so that one was made to come back to. */
  made_parent: z.boolean(),
  /** The save of the parent; null in a dry run. */
  save: maybeText,
  from: PositionView,
  to: PositionView,
  /**
   * Start point of a new git branch; null if it existed, or was not requested.
   */
  started_from: maybeText,
  parked: z.nullable(ParkedView),
  /** Uncommitted paths that stay in the tree. */
  carried: z.array(text),
  /** The worktree made for it, absolute. */
  worktree: maybeText,
  warnings: z.array(text),
});

export const ReturnResult = z.strictObject({
  dry_run: z.boolean(),
  /** ISO 8601: ages count from here. */
  at: text,
  session: WorkView,
  /** null: its record is gone. */
  parent: z.nullable(WorkView),
  /** Milliseconds since the session began. */
  lasted: z.number(),
  /** New commits on its git branch, newest first. */
  commits: z.array(ChangedCommit),
  /** null: the start of the detour is no longer in the history. */
  files: z.nullable(z.array(FileChange)),
  from: PositionView,
  to: PositionView,
  /** The parked work, if it was restored. */
  restored: z.nullable(z.strictObject({
    checkpoint: text,
    paths: z.array(text),
    /** Onto a branch that has moved since. */
    merged: z.boolean(),
  })),
  /** The checkpoint of parked work that is not restored. */
  kept: maybeText,
  /** The session's uncommitted work, and where it went. */
  leftovers: z.nullable(z.strictObject({
    how: z.enum(["parked", "carried", "discarded"]),
    checkpoint: text,
    paths: z.array(text),
  })),
  /** The worktree of the detour; `reason`: why it is still there. */
  worktree: z.nullable(z.strictObject({
    path: text,
    removed: z.boolean(),
    reason: maybeText,
    /** Id of the parent. */
    parent: text,
  })),
  /** Changes on the parent's side since its save; null if not known. */
  changes: z.nullable(Changes),
  warnings: z.array(text),
});

const GitLine = z.strictObject({
  /** null: detached. */
  branch: z.nullable(text),
  /** Full commit id; null: no commit yet. */
  head: z.nullable(text),
  upstream: z.nullable(text),
  /** null: no upstream, or it is gone. */
  ahead: z.nullable(z.int()),
  behind: z.nullable(z.int()),
  /** Paths that are staged, changed, not tracked, in conflict. */
  staged: z.int(),
  changed: z.int(),
  untracked: z.int(),
  conflicts: z.int(),
});

export const StatusResult = z.strictObject({
  /** The project's folder; null without an mpm project. */
  project: z.nullable(text),
  /** ISO 8601: ages count from here. */
  at: text,
  form: z.enum(["text", "porcelain", "short"]),
  session: z.nullable(WorkView),
  /** True if it is paused and a save of it is there to resume. */
  resumable: z.boolean(),
  /** Its parents, the nearest first. */
  parents: z.array(WorkView),
  /** The newest save of this worktree; null: no save, or porcelain. */
  last_save: z.nullable(z.strictObject({
    session_id: text,
    paused_at: text,
    summary: text,
    /** `own`, `trusted`, or `foreign`: no one vouches for it. */
    origin: z.enum(["own", "trusted", "foreign"]),
    /**
     * The name of git's user its author, by its own record; null if not known.
     */
    author: maybeText,
    /** The changes since then in a few words; null: not known. */
    changes: maybeText,
    /** Open next steps, the most important first. */
    next_steps: z.array(text),
    /** The command that continues the agent's own conversation; null: none. */
    agent_command: z.nullable(z.array(text)),
  })),
  checklist: z.array(ChecklistItem),
  /** The newest checkpoint; null: none. */
  checkpoint: z.nullable(z.strictObject({
    name: text,
    created_at: text,
    /**
     * Its author: this user here (`own`), someone the user trusts, or anyone.
     */
    origin: z.enum(["own", "trusted", "foreign"]),
  })),
  /** null: no repository, or git does not answer. */
  git: z.nullable(GitLine),
  /** Open items that are carried here from save to save. */
  items: z.array(ItemView),
  /** Open hand-off documents, the newest first; empty for porcelain. */
  handoffs: z.array(schemaOf(OPEN_HANDOFF)),
  /**
   * Use of the context of the latest agent session; null: no session, no
   * reading, or porcelain.
   */
  context: z.nullable(z.strictObject({
    tokens: z.int(),
    /** The model's window in tokens; null: not known. */
    window: z.nullable(z.int()),
    /** Seconds since the reading. */
    age: z.int(),
    /** Why the reading does not count; null: it does. */
    unknown: maybeText,
  })),
  problems: z.array(text),
});

/** `status --tree` answers with all sessions. */
export const StatusAnswer = z.union([StackResult, StatusResult]);

export type BranchResult = z.infer<typeof BranchResult>;
export type ReturnResult = z.infer<typeof ReturnResult>;
export type StatusResult = z.infer<typeof StatusResult>;
export type StatusAnswer = z.infer<typeof StatusAnswer>;
