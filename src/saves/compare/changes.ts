import * as z from "zod/mini";

/**
 * The schema of the changes between a save and the present: the result of
 * `compare`, and `changes` in `resume --json`. Lists are complete. `notes`
 * reports the parts that were not compared.
 */

const text = z.string();
const maybeText = z.nullable(text);
const count = z.int().check(z.nonnegative());

/** A commit that was added or is no longer in the history. */
export const ChangedCommit = z.object({
  /** Full id. */
  sha: text,
  author: text,
  /** The author's time, `YYYY-MM-DD HH:MM:SS +ZZZZ`. */
  timestamp: text,
  /** The committer's time, milliseconds since the epoch. */
  time: z.number(),
  /** The subject line. */
  message: text,
});

/** A commit and its replacement. */
export const RewrittenCommit = z.object({
  from: ChangedCommit,
  to: ChangedCommit,
  /**
   * `changed`: same author, author's time and subject, but a different patch.
   * `unknown`: the same three, but too many commits to compare patches.
   */
  patch: z.enum(["same", "changed", "unknown"]),
});

/** The changes that commits made to a file. */
export const FileChange = z.object({
  /** Letter of `git diff --name-status`: A, C, D, M, R or T. */
  status: text,
  path: text,
  /** The old path of a rename or copy. */
  from: z.optional(text),
  /** The file's partition; absent: no partition. */
  partition: z.optional(text),
});

/**
 * State of one path in the working directory.
 *
 * States of a recorded path that still differs from HEAD. `same`: same content,
 * mode and staging. `edited-further`: different content. `discarded`: the
 * unstaged edit is gone, and the file is as it was staged. `staged` or
 * `unstaged`: the same content was staged or unstaged. `committed`: a later
 * commit has the staged content. `still-changed`: the contents could not be
 * compared. Other states are `conflicted`, `resolved`, `deleted` and
 * `restored`.
 *
 * States of a recorded path that is now as in HEAD. `committed`: a later commit
 * has the recorded content. `superseded`: a later commit touched the path, and
 * the content is different. `reverted`: the path is as in HEAD again.
 * `removed`: a commit removed the path. `not-in-head`: the path is in the
 * commit of the pause but not in HEAD, though no commit removed it. `deleted`:
 * the path is gone without a commit. `hidden`: the path exists, but git no
 * longer reports it, for example because it is ignored. `unknown`: anything
 * else.
 *
 * States of a path that was not recorded: `new`, `edited`, `deleted`,
 * `renamed`, `conflicted`; or `unknown` if the save lists only some of the
 * paths.
 */
export const PathChange = z.enum([
  "same",
  "edited-further",
  "discarded",
  "staged",
  "unstaged",
  "conflicted",
  "resolved",
  "deleted",
  "restored",
  "still-changed",
  "committed",
  "superseded",
  "reverted",
  "removed",
  "not-in-head",
  "hidden",
  "new",
  "edited",
  "renamed",
  "unknown",
]);

/** A path of the working directory, then and now. */
export const ChangedPath = z.object({
  path: text,
  from: z.optional(text),
  /** Status letters at the pause; null: not listed, or unknown. */
  then: maybeText,
  now: maybeText,
  change: PathChange,
  /** For `edited-further`: only the mode differs. */
  mode_only: z.optional(z.literal(true)),
  /** The file's partition; absent: no partition. */
  partition: z.optional(text),
});

/** An upstream, and its distance from HEAD. */
export const UpstreamPosition = z.object({
  name: text,
  /** null: the ref does not exist, or was not recorded. */
  commit: maybeText,
  ahead: count,
  behind: count,
});

/** Everything that changed. */
export const Changes = z.object({
  /** Says whether a repository was there at the pause, and is there now. */
  repository: z.enum(["both", "neither", "appeared", "gone", "unreadable"]),
  /**
   * The place of the save. `here`: this worktree. `moved`: this worktree
   * under another path. `elsewhere` or `gone`: another worktree, which may no longer
   * exist. `foreign`: another copy of the project.
   */
  place: z.enum(["here", "moved", "elsewhere", "gone", "foreign"]),
  /**
   * Relation of HEAD to the commit of the pause, ignoring mpm's commits.
   * `behind`: after a reset, for example. `diverged`: after a rebase, an amend
   * or a switch, for example. `unknown`: also if a shallow history is cut off
   * in between.
   */
  relation: z.enum(["same", "ahead", "behind", "diverged", "unknown"]),
  /**
   * The base of the comparison: the recorded `head`, another of the
   * `recent-commit`s, commits by `time`, the `start` of the history, nothing.
   */
  compared_by: z.enum(["head", "recent-commit", "time", "start", "nothing"]),
  /**
   * True if the history is cut off, as in a shallow clone. If HEAD is both
   * ahead of and behind an upstream, the numbers may then be wrong.
   */
  shallow: z.boolean(),
  /** The base commit; null: no commit. */
  from: maybeText,
  /** HEAD now; null: no commit. */
  to: maybeText,
  /** All lists are newest first. */
  commits: z.object({
    new: z.array(ChangedCommit),
    rewritten: z.array(RewrittenCommit),
    /**
     * Commits that were in the history at the pause, are no longer in it, and
     * have no counterpart. Empty, like `rewritten`, if a shallow history cannot
     * show them.
     */
    lost: z.array(ChangedCommit),
    /**
     * Commits that were in the history at the pause and no longer are. One
     * later commit has their combined change (`commit`) or the same tree
     * (`tree`).
     */
    squashed: z.nullable(z.object({
      into: ChangedCommit,
      how: z.enum(["commit", "tree"]),
      commits: z.array(ChangedCommit),
    })),
    /** Number of commits of saves. The other fields leave these out. */
    own: count,
    /** Number of commits omitted because of the limit. */
    omitted: count,
  }),
  branch: z.object({
    /** null: detached, or unknown. */
    then: maybeText,
    now: maybeText,
    /**
     * `other-copy`: the save is from another copy of the project, so no one
     * switched branches here.
     */
    change: z.enum([
      "same",
      "switched",
      "renamed",
      "detached",
      "attached",
      "other-copy",
    ]),
    /**
     * State of the branch of the pause; null if there was no branch. `absent`:
     * not a local branch, with no sign that it ever was.
     */
    recorded: z.nullable(z.enum(["exists", "renamed", "deleted", "absent"])),
    renamed_to: maybeText,
    /** True if HEAD, now elsewhere, has all commits of the branch. */
    merged: z.nullable(z.boolean()),
    /** The remote-tracking branch of that name, if no local branch has it. */
    remote: z.nullable(z.object({
      name: text,
      /** True if HEAD has all commits of the remote-tracking branch. */
      merged: z.nullable(z.boolean()),
    })),
  }),
  upstream: z.object({
    then: z.nullable(UpstreamPosition),
    now: z.nullable(UpstreamPosition),
    /**
     * Change of the upstream. `pushed`: moved by a push from here. `pulled`:
     * moved by a fetch, and in HEAD. `fetched`: moved by a fetch, and not in
     * HEAD. `diverged`: both sides have new commits. `moved`: moved by
     * something else, or by something unknown. `rewritten`: the recorded commit
     * is no longer in the upstream. `gone`: the ref was removed. `set`,
     * `removed`, `changed`: the setting was set, removed or changed. `unknown`:
     * not recorded.
     */
    change: z.enum([
      "same",
      "pushed",
      "pulled",
      "fetched",
      "diverged",
      "moved",
      "rewritten",
      "gone",
      "set",
      "removed",
      "changed",
      "unknown",
    ]),
  }),
  /** Differences between the two commits, without saves. */
  files: z.array(FileChange),
  working_directory: z.object({
    /** null: unknown. */
    clean: z.nullable(z.boolean()),
    paths: z.array(ChangedPath),
  }),
  conflicts: z.array(z.object({
    path: text,
    /** `touched`: changed before the pause and by commits since. */
    reason: z.enum(["touched", "unmerged"]),
  })),
  /** Recorded files that no longer exist, although no commit removed them. */
  missing: z.array(text),
  /** Uncommitted work in the save that was lost since; null: none known. */
  contents: z.nullable(z.object({
    /** The commit with the kept files; null: no files were kept. */
    commit: maybeText,
    /** False if the commit may be from someone else. */
    verified: z.boolean(),
    /** Kept files that were reverted or deleted, and not committed. */
    lost: z.array(z.object({ path: text, change: PathChange })),
    /** The command that restores the lost files; null: none are lost. */
    restore: maybeText,
    /** Files that have since been reverted or deleted, and were not kept. */
    not_kept: z.array(z.object({
      path: text,
      change: PathChange,
      reason: text,
    })),
  })),
  stashes: z.object({
    added: z.array(z.object({ commit: text, message: text })),
    removed: z.array(z.object({ commit: text, message: text })),
  }),
  operation: z.object({
    then: maybeText,
    now: maybeText,
    change: z.enum(["same", "begun", "ended", "changed"]),
  }),
  /** The worktree of the save; null: it is this one. */
  worktree: z.nullable(z.object({
    path: text,
    gone: z.boolean(),
    /** A shell command that recreates the worktree. */
    restore: maybeText,
  })),
  /** Parts that were not compared or are uncertain, one sentence each. */
  notes: z.array(text),
});

export type ChangedCommit = z.infer<typeof ChangedCommit>;
export type RewrittenCommit = z.infer<typeof RewrittenCommit>;
export type FileChange = z.infer<typeof FileChange>;
export type PathChange = z.infer<typeof PathChange>;
export type ChangedPath = z.infer<typeof ChangedPath>;
export type UpstreamPosition = z.infer<typeof UpstreamPosition>;
export type Changes = z.infer<typeof Changes>;
