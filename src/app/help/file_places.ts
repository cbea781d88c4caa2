/**
 * A file, folder or ref of mpm. A path with a final slash stands for all files
 * below it; `<id>`, `….json` and dates stand for any name.
 */
export interface FilePlace {
  readonly path: string;
  readonly holds: string;
  /** The maximum amount that mpm keeps of it. */
  readonly bound: string;
  /** The command or the event that removes it. */
  readonly removal: string;
}

/** A table row for a file, folder or ref. */
type Row = readonly [
  path: string,
  holds: string,
  bound: string,
  removal: string,
];

/** Converts the rows to places. */
export function places(rows: readonly Row[]): readonly FilePlace[] {
  return rows.map(([path, holds, bound, removal]) => ({
    path,
    holds,
    bound,
    removal,
  }));
}

/** Phrases that several rows use. */
export const NO_BOUND = "no limit";
export const BY_YOU = "you";
const EACH_SAVE = "one for each save";
const EACH_WORKTREE = "one for each worktree";
const WITH_SAVE = "`mpm saves rm`, `mpm saves prune` (to the trash)";
export const UNTIL_DONE = "at the end of the operation";
const DERIVED = "you; mpm recreates it";

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
    "the files moved by migrations",
    "one for each migration",
    BY_YOU,
  ],
  [
    "checkpoints/<id>.json",
    "a checkpoint record",
    "`checkpoint.keep_auto`, `keep_safety`, `keep_batch`; named checkpoints: no limit",
    "the next automatic checkpoint; `mpm checkpoint rm`",
  ],
  [
    "checkpoints.git/",
    "checkpoint objects, in a project without git",
    `${NO_BOUND}: includes removed checkpoints`,
    "you, with `git gc` in this folder",
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
    "automatic saves: `sessions.keep_auto` for each branch; other saves: no limit",
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
    "the file name of the newest save",
    "1 file",
    "together with the last save",
  ],
  [
    "sessions/session-resume-YYYY-MM-DD-HHMMSS.md",
    "the resume file, written when the context is nearly full",
    `${NO_BOUND}: a few kB for each threshold and compaction`,
    BY_YOU,
  ],
  ["<folder>/.gitignore", "keeps a folder out of git", "1 file", BY_YOU],
  [
    "kept/",
    "a copy of the JSON of every save, in a project without git",
    EACH_SAVE,
    "when the save is deleted from the trash",
  ],
  [
    "trash/",
    "removed and replaced files",
    "`trash.max_age`, `trash.max_mb`, except for the last 20 operations",
    "once a day; `mpm undo trash --prune`",
  ],
  [
    "handoffs/<id>.md, handoffs/.answers/<id>.<answer>.json",
    "hand-off documents that are not in git, and their answers",
    "mpm reads the newest 500 documents, up to 64 KiB each, and 5,000 answers",
    BY_YOU,
  ],
  [
    "tasks/<name>.yaml",
    "task definitions",
    "1 MiB each",
    BY_YOU,
  ],
  [
    "pipelines/<name>.yaml",
    "pipeline definitions",
    "1 MiB each",
    BY_YOU,
  ],
  [
    "runs/<id>/",
    "a task or pipeline run: record, items, log, results, program output",
    "`tasks.keep` runs of each task and pipeline; 64 MiB of output for each run",
    "`mpm task rm`, `mpm pipeline rm`, the next run (to the trash)",
  ],
  ["templates/", "the project's templates", NO_BOUND, BY_YOU],
  ["hooks/", "the project's shell scripts", "one for each hook", BY_YOU],
  ["state/lock", "locked while mpm writes", "1 empty file", BY_YOU],
  [
    "state/.batch-lock",
    "locked while mpm takes a checkpoint after a step",
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
    "the lock for \`mpm branch\` and \`mpm return\`",
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
    "context use, tasks, notes and summaries of agent sessions",
    "64 KiB for each file, 512 KiB for each digest, for 30 days",
    "the next agent session",
  ],
  [
    "state/items/",
    "open items and state variables",
    "500 open and 1,000 closed items",
    "30 days after an item is closed",
  ],
  [
    "state/claims/",
    "paths claimed by agents and people, and a lock",
    "1,000 claims, for at most 24 hours",
    "`mpm release`, the end of the agent session, the next claim",
  ],
  [
    "state/runs.json",
    "the last run of each verification command",
    "50 commands",
    "the next run",
  ],
  [
    "state/auto-saves.json",
    "saves made at the end of agent sessions",
    "5,000 entries",
    "the next save at the end of an agent session",
  ],
  [
    "state/hooks.log, state/hooks.log.1",
    "the log of shell hooks",
    "two files of 256 KiB",
    "mpm deletes the older file",
  ],
  [
    "state/hook-errors.log, state/hook-errors.log.1",
    "hook errors",
    "two files of 256 KiB",
    "mpm deletes the older file",
  ],
  [
    "state/index.json",
    "cache: newest saves",
    "1 file",
    DERIVED,
  ],
  [
    "state/rows.json",
    "cache: list rows",
    "a row for each save",
    DERIVED,
  ],
  [
    "state/items.json",
    "cache: items",
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
    "one for each running command",
    UNTIL_DONE + ", or an hour later",
  ],
  ["state/restore-…", "files for a restore", EACH_WORKTREE, UNTIL_DONE],
  [
    "state/partitions/",
    "the current partition of each worktree",
    EACH_WORKTREE,
    BY_YOU,
  ],
  [
    "state/summaries/",
    "summary layers rewritten by your program",
    "50 files of 512 KiB",
    "the next summary",
  ],
  [
    "state/uncopied/",
    "saves whose second copy or contents are still missing",
    "one empty file for each save",
    "the next pause",
  ],
  [
    "state/contents.json, state/contents-….json",
    "cache: the file contents in the last saves",
    "one for each worktree, of 16 MiB",
    DERIVED,
  ],
  [
    "state/imports",
    "the number of saves copied since the last git gc",
    "100 bytes",
    "you",
  ],
  [
    "state/told-commit",
    "shows that mpm has already warned about an old setting",
    "1 empty file",
    BY_YOU,
  ],
  [
    "state/team.json",
    "the remote for \`mpm sync\`, and the last entry read from each log",
    "a row for each entry of your log",
    BY_YOU,
  ],
  ["state/team.lock", "the lock for \`mpm sync\`", "1 empty file", BY_YOU],
  [
    "team/",
    "saves, hand-offs, notes and claims sent by others",
    "the size of the others' logs",
    "the next sync, which recreates it from git",
  ],
  [
    "state/ops/",
    "unfinished operations, signed with your key",
    "one file for each operation",
    UNTIL_DONE,
  ],
  [
    "state/pruned",
    "the time when mpm last checked the trash",
    "1 file",
    BY_YOU,
  ],
  ["state/store-id", "identifies this copy of the project", "1 file", BY_YOU],
]);
