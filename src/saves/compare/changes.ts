import * as z from "zod/mini";

/**
 * The schema of the changes between a save and the present: the result of
 * `compare`, and the `changes` of `resume --json`. Lists are complete; `notes`
 * reports parts that were not compared.
 */

const text = z.string();
const maybeText = z.nullable(text);
const count = z.int().check(z.nonnegative());

/** A commit that appeared or disappeared. */
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
   * `changed`: same author, author's time and subject, different patch;
   * `unknown`: the same three, and too many commits to compare patches.
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
  /** Its partition; absent: no partition. */
  partition: z.optional(text),
});

/**
 * State of one path of the working directory.
 *
 * States of a recorded path that still differs from HEAD. `same`: equal
 * content, mode and staging. `edited-further`: other content. `discarded`: the
 * unstaged edit is gone and the file is as staged. `staged` or `unstaged`:
 * moved with the same content. `committed`: the staged content is in a commit
 * since. Others are `conflicted`, `resolved`, `deleted` and `restored`.
 * `still-changed`: the contents could not be compared.
 *
 * States of a recorded path that is now as in HEAD. `committed`: the recorded
 * content is in a commit since. `superseded`: a commit since touched it and the
 * content is different. `reverted`: it is as in HEAD again. `removed`: a commit
 * removed it. `not-in-head`: it is in the commit of the pause but not in HEAD,
 * though no commit removed it. `deleted`: it is gone without a commit.
 * `hidden`: it exists, but git no longer reports it, for example as ignored.
 * Otherwise it is `unknown`.
 *
 * Not recorded: `new`, `edited`, `deleted`, `renamed`, `conflicted`; or
 * `unknown`, where the save lists only a part.
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
  /**
   * For `edited-further`: the content is the same and only the mode differs.
   */
  mode_only: z.optional(z.literal(true)),
  /** Its partition; absent: no partition. */
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
  /**
   * Says whether there was a repository at the pause, and whether there is one
   * now.
   */
  repository: z.enum(["both", "neither", "appeared", "gone", "unreadable"]),
  /**
   * The place of the save: this worktree, also under another path (`moved`), or
   * another worktree (`elsewhere`), which may be `gone`. `foreign` is another
   * copy of the project.
   */
  place: z.enum(["here", "moved", "elsewhere", "gone", "foreign"]),
  /**
   * Relation of HEAD to the commit of the pause, without mpm's commits:
   * `behind` after a reset, `diverged` after a rebase, an amend or a switch. It
   * is also `unknown` if a shallow history is cut off in between.
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
     * In the history at the pause, no longer now, and without a counterpart.
     * Empty, like `rewritten`, if a shallow history cannot show it.
     */
    lost: z.array(ChangedCommit),
    /**
     * In the history at the pause and no longer now, but one later commit has
     * their combined change (`commit`), or the same tree (`tree`).
     */
    squashed: z.nullable(z.object({
      into: ChangedCommit,
      how: z.enum(["commit", "tree"]),
      commits: z.array(ChangedCommit),
    })),
    /** Number of commits of saves, which are not counted elsewhere. */
    own: count,
    /** Number of further commits above the limit. */
    omitted: count,
  }),
  branch: z.object({
    /** null: detached, or unknown. */
    then: maybeText,
    now: maybeText,
    /**
     * `other-copy`: the save is from another copy, so no one switched branches
     * here.
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
     * State of the branch of the pause; null without a branch. `absent`: not
     * among the local branches, and nothing shows that it ever was.
     */
    recorded: z.nullable(z.enum(["exists", "renamed", "deleted", "absent"])),
    renamed_to: maybeText,
    /** True if HEAD, now elsewhere, has all its commits. */
    merged: z.nullable(z.boolean()),
    /** The remote-tracking branch of its name, if no local branch has it. */
    remote: z.nullable(z.object({
      name: text,
      /** True if HEAD has all its commits. */
      merged: z.nullable(z.boolean()),
    })),
  }),
  upstream: z.object({
    then: z.nullable(UpstreamPosition),
    now: z.nullable(UpstreamPosition),
    /**
     * Change of the upstream. `pushed`: moved by a push from here. `pulled`:
     * moved by a fetch, and in HEAD. `fetched`: not in HEAD. `diverged`: both
     * sides have new commits. `moved`: by something else or unknown.
     * `rewritten`: the recorded commit is no longer in it. `gone`: the ref was
     * removed. `set`, `removed`, `changed`: the setting was. `unknown`: not
     * recorded.
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
  /** Recorded files that no longer exist and that no commit removed. */
  missing: z.array(text),
  /**
   * Uncommitted work of the save that is lost; null: nothing is known to be
   * lost.
   */
  contents: z.nullable(z.object({
    /** The commit with the kept files; null: the save has none. */
    commit: maybeText,
    /** False if someone else may have made that commit. */
    verified: z.boolean(),
    /** Kept files that were reverted or deleted since, and not committed. */
    lost: z.array(z.object({
      path: text,
      change: PathChange,
    })),
    /** The command that restores these files; null: no files. */
    restore: maybeText,
    /** Files that were reverted or deleted since, and that were not kept. */
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
  /** The worktree of a save made in another one; null: made in this one. */
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
