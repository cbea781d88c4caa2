/**
 * A file, folder or ref of mpm. A path that ends in a slash stands for all files
 * below it; `<id>`, `….json` and dates stand for any name.
 */
export interface FilePlace {
  readonly path: string;
  readonly holds: string;
  /** The most there can be of it. */
  readonly bound: string;
  /** The command or the moment that removes it. */
  readonly removal: string;
}

/** Formats that rows are written in. */
type Row = readonly [
  path: string,
  holds: string,
  bound: string,
  removal: string,
];

/** Returns the rows as places. */
export function places(rows: readonly Row[]): readonly FilePlace[] {
  return rows.map(([path, holds, bound, removal]) => ({
    path,
    holds,
    bound,
    removal,
  }));
}

/** Phrases of several rows. */
export const NO_BOUND = "no bound";
export const BY_YOU = "you";
const EACH_SAVE = "one for each save";
const EACH_WORKTREE = "one for each worktree";
const WITH_SAVE = "`mpm saves rm`, `prune`, into the trash";
export const UNTIL_DONE = "when it is done";
const DERIVED = "written again when needed";

/** Files in `.claude-mpm/` of a project. */
export const PROJECT_FILES: readonly FilePlace[] = places([
  [
    ".gitignore",
    "rules that keep mpm files out of git",
    "1 file",
    BY_YOU,
  ],
  [
    "backups/",
    "the files that migrations moved",
    "one for each migration",
    BY_YOU,
  ],
  [
    "checkpoints/<id>.json",
    "the record of a checkpoint",
    "`checkpoint.keep_auto`, `keep_safety`, `keep_batch`; named ones: no bound",
    "the next automatic one; `mpm checkpoint rm`",
  ],
  [
    "checkpoints.git/",
    "outside git: the objects of checkpoints",
    `${NO_BOUND}: also those of removed checkpoints`,
    "you, with `git gc` in it",
  ],
  [
    "config.toml",
    "optional: settings that come with the project",
    "64 KiB",
    BY_YOU,
  ],
  [
    "config.local.toml",
    "optional: settings for this machine only",
    "64 KiB",
    BY_YOU,
  ],
  [
    "sessions/session-YYYYMMDD-HHMMSS.json",
    "the save",
    "automatic ones: `sessions.keep_auto` a branch; others: no bound",
    WITH_SAVE,
  ],
  [
    "sessions/session-YYYYMMDD-HHMMSS.json.sha256",
    "64 hex digits: SHA-256 of the JSON",
    EACH_SAVE,
    WITH_SAVE,
  ],
  [
    "sessions/session-YYYYMMDD-HHMMSS.yaml",
    "a copy of the save for people and other programs",
    EACH_SAVE,
    WITH_SAVE,
  ],
  [
    "sessions/session-YYYYMMDD-HHMMSS.md",
    "a copy of the save for people and other programs",
    EACH_SAVE,
    WITH_SAVE,
  ],
  [
    "sessions/LATEST-SESSION.txt",
    "the name of the newest save",
    "1 file",
    "with the last save",
  ],
  [
    "sessions/session-resume-YYYY-MM-DD-HHMMSS.md",
    "the resume file, written when the context is nearly full",
    `${NO_BOUND}: a few kB for each threshold and compaction`,
    BY_YOU,
  ],
  [
    "sessions/.pending.json",
    "an unfinished save",
    "1 file",
    UNTIL_DONE,
  ],
  ["<folder>/.gitignore", "keeps a folder out of git", "1 file", BY_YOU],
  [
    "kept/",
    "outside git, a copy of every save's JSON",
    EACH_SAVE,
    "when the trash drops the save",
  ],
  [
    "trash/",
    "removed and replaced files",
    "`trash.max_age`, `trash.max_mb`; never the last 20 operations",
    "once a day; `mpm undo trash --prune`",
  ],
  [
    "handoffs/<id>.md, handoffs/.answers/<id>.<answer>.json",
    "hand-off documents that are not in git, and answers to them",
    "the newest 500 documents of 64 KiB and 5,000 answers are read",
    BY_YOU,
  ],
  [
    "tasks/<name>.yaml",
    "definitions of tasks",
    "1 MiB each",
    BY_YOU,
  ],
  [
    "runs/<id>/",
    "a run of a task: record, items, log, results, output of programs",
    "`tasks.keep` runs of each task; 64 MiB of output a run",
    "`mpm task rm`, the next run of the task; into the trash",
  ],
  ["templates/", "templates of the project", NO_BOUND, BY_YOU],
  ["hooks/", "shell scripts of the project", "one for each hook", BY_YOU],
  ["state/lock", "locked while mpm writes", "1 empty file", BY_YOU],
  [
    "state/.batch-lock",
    "locked while mpm keeps the files of a step",
    "1 empty file",
    BY_YOU,
  ],
  [
    "state/journal.jsonl",
    "the log of operations",
    "2 MiB",
    "mpm drops the older half",
  ],
  [
    "state/detours.lock",
    "the lock of branch and return",
    "1 empty file",
    BY_YOU,
  ],
  [
    "state/work/work-….json",
    "a session",
    `${NO_BOUND}: a few kB for each session`,
    BY_YOU,
  ],
  [
    "state/current/….json",
    "the current session of a worktree",
    EACH_WORKTREE,
    BY_YOU,
  ],
  [
    "errors/error-….json",
    "errors in agent sessions",
    "50 files of 64 KiB",
    "the next error",
  ],
  [
    "state/agents/",
    "measurements, notes and digests of agent sessions",
    "64 KiB a file, digests 512 KiB, for 30 days",
    "the next session",
  ],
  [
    "state/items/",
    "open items and state variables",
    "500 open and 1,000 closed items",
    "30 days after an item is closed",
  ],
  [
    "state/claims/",
    "paths that agents and people have claimed, and a lock",
    "1,000 claims, for 24 hours at most",
    "`mpm release`, the end of the agent session, the next claim",
  ],
  [
    "state/runs.json",
    "the last run of each command that verifies the work",
    "50 commands",
    "the next run",
  ],
  [
    "state/auto-saves.json",
    "saves made at the end of sessions",
    "5,000 entries",
    "the next one",
  ],
  [
    "state/hooks.log, state/hooks.log.1",
    "the log of shell hooks",
    "two files of 256 KiB",
    "mpm deletes the older one",
  ],
  [
    "state/hook-errors.log, state/hook-errors.log.1",
    "errors of hooks",
    "two files of 256 KiB",
    "mpm deletes the older one",
  ],
  [
    "state/index.json",
    "cache: the newest saves",
    "1 file",
    DERIVED,
  ],
  [
    "state/rows.json",
    "cache: the rows of listings",
    "a row for each save",
    DERIVED,
  ],
  [
    "state/items.json",
    "cache: the items",
    "a row for each item",
    DERIVED,
  ],
  [
    "state/raw-….json",
    "cache: files that differ from their blobs",
    EACH_WORKTREE,
    DERIVED,
  ],
  [
    "state/raw.git-…/, state/objects-…/",
    "objects that git does not have yet",
    "one for each command that runs",
    UNTIL_DONE + ", or an hour later",
  ],
  ["state/restore-…", "files of a restore", EACH_WORKTREE, UNTIL_DONE],
  [
    "state/partitions/",
    "the partition chosen for each worktree",
    EACH_WORKTREE,
    BY_YOU,
  ],
  [
    "state/summaries/",
    "layers of summaries, rewritten by your program",
    "50 files of 512 KiB",
    "the next one",
  ],
  [
    "state/uncopied/",
    "saves that still lack their second copy or their contents",
    "one empty file a save",
    "the next pause",
  ],
  [
    "state/contents.json, state/contents-….json",
    "cache: the contents that the last saves kept",
    "one for each worktree, of 16 MiB",
    DERIVED,
  ],
  [
    "state/imports",
    "the number of copies of saves, for git gc",
    "100 bytes",
    "the hundredth copy",
  ],
  [
    "state/told-commit",
    "shows that mpm warned about an old setting",
    "1 empty file",
    BY_YOU,
  ],
  [
    "state/team.json",
    "the remote of `mpm sync`, and the last entry read in each log",
    "a row for each entry of your log",
    BY_YOU,
  ],
  ["state/team.lock", "the lock of `mpm sync`", "1 empty file", BY_YOU],
  [
    "team/",
    "saves, hand-offs, notes and claims that others sent",
    "what the logs of others hold",
    "the next sync; made again from git",
  ],
  [
    "state/ops/",
    "unfinished operations, signed with your key",
    "1 file for each",
    UNTIL_DONE,
  ],
  ["state/pruned", "when the trash was last checked", "1 file", BY_YOU],
  ["state/store-id", "identifies this copy of the project", "1 file", BY_YOU],
]);
