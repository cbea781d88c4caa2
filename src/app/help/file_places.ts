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

function places(rows: readonly Row[]): readonly FilePlace[] {
  return rows.map(([path, holds, bound, removal]) => ({
    path,
    holds,
    bound,
    removal,
  }));
}

const NO_BOUND = "no bound";
const BY_YOU = "you";
const EACH_SAVE = "one for each save";
const EACH_WORKTREE = "one for each worktree";
const WITH_SAVE = "`mpm saves rm`, `prune`, into the trash";
const UNTIL_DONE = "when it is done";
const DERIVED = "written again when needed";

/** Files in `.claude-mpm/` of a project. */
export const PROJECT_FILES: readonly FilePlace[] = places([
  [
    ".gitignore",
    "only what a pause adds is in the repository",
    "1 file",
    BY_YOU,
  ],
  ["backups/", "what migrations moved", "one for each migration", BY_YOU],
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
    "optional: settings that stay here",
    "64 KiB",
    BY_YOU,
  ],
  [
    "sessions/session-YYYYMMDD-HHMMSS.json",
    "the save; the only source of truth",
    "automatic ones: `sessions.keep_auto` a branch; others: no bound",
    WITH_SAVE,
  ],
  [
    "sessions/session-YYYYMMDD-HHMMSS.json.sha256",
    "64 hex digits: SHA-256 of the JSON",
    EACH_SAVE,
    WITH_SAVE,
  ],
  ["sessions/session-YYYYMMDD-HHMMSS.yaml", "derived", EACH_SAVE, WITH_SAVE],
  ["sessions/session-YYYYMMDD-HHMMSS.md", "derived", EACH_SAVE, WITH_SAVE],
  [
    "sessions/LATEST-SESSION.txt",
    "derived: points to the newest",
    "1 file",
    "with the last save",
  ],
  [
    "sessions/session-resume-YYYY-MM-DD-HHMMSS.md",
    "written at a threshold",
    `${NO_BOUND}: a few kB for each threshold and compaction`,
    BY_YOU,
  ],
  [
    "sessions/.pending.json",
    "a save that is being written",
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
    "what was removed",
    "`trash.max_age`, `trash.max_mb`; never the last 20 operations",
    "once a day; `mpm undo trash --prune`",
  ],
  ["templates/", "the project's own", NO_BOUND, BY_YOU],
  ["hooks/", "shell scripts of the project", "one for each hook", BY_YOU],
  ["state/lock", "taken while mpm writes", "1 empty file", BY_YOU],
  ["state/.batch-lock", "taken for files of a step", "1 empty file", BY_YOU],
  [
    "state/journal.jsonl",
    "what mpm did, a line each",
    "2 MiB",
    "then the older half goes",
  ],
  [
    "state/detours/, state/detours.lock",
    "a branch or return under way",
    EACH_WORKTREE,
    UNTIL_DONE,
  ],
  [
    "state/work/work-….json",
    "a session each",
    `${NO_BOUND}: a few kB for each session`,
    BY_YOU,
  ],
  [
    "state/current/….json",
    "which session a worktree is at",
    EACH_WORKTREE,
    BY_YOU,
  ],
  [
    "errors/error-….json",
    "what failed in agents' sessions",
    "50 files of 64 KiB",
    "the next error",
  ],
  [
    "state/agents/",
    "measurements and notes of agent sessions",
    "64 KiB a file, for 30 days",
    "the next session",
  ],
  [
    "state/items/",
    "open items and state variables",
    "500 open and 1,000 closed items",
    "30 days after an item is closed",
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
    "how shell scripts ended",
    "two files of 256 KiB",
    "the older one goes",
  ],
  [
    "state/hook-errors.log, state/hook-errors.log.1",
    "own errors of hooks",
    "two files of 256 KiB",
    "the older one goes",
  ],
  [
    "state/index.json",
    "derived: the newest saves, for speed",
    "1 file",
    DERIVED,
  ],
  [
    "state/rows.json",
    "derived: what a listing found, for speed",
    "a row for each save",
    DERIVED,
  ],
  [
    "state/items.json",
    "derived: the items read so far, for speed",
    "a row for each item",
    DERIVED,
  ],
  [
    "state/raw-….json",
    "which files differ from their blobs",
    EACH_WORKTREE,
    DERIVED,
  ],
  [
    "state/raw.git-…/, state/objects-…/",
    "objects on their way",
    "one for each command that runs",
    UNTIL_DONE + ", or an hour later",
  ],
  ["state/restore-…", "a restore under way", EACH_WORKTREE, UNTIL_DONE],
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
    "derived: which contents the last saves kept, of which files",
    "one for each worktree, of 16 MiB",
    DERIVED,
  ],
  [
    "state/imports",
    "counts copies of saves, until git gathers them",
    "100 bytes",
    "the hundredth copy",
  ],
  [
    "state/told-commit",
    "that mpm mentioned an old setting",
    "1 empty file",
    BY_YOU,
  ],
  ["state/undo.json", "an undo under way", "1 file", UNTIL_DONE],
  ["state/pruned", "when the trash was last checked", "1 file", BY_YOU],
  ["state/store-id", "identifies this copy of the project", "1 file", BY_YOU],
]);

/** Refs of the repository, and files in git's own folder. */
export const GIT_FILES: readonly FilePlace[] = places([
  [
    "refs/mpm/saves/<writer>",
    "a copy of each save, as a commit",
    "the saves that are kept or in the trash",
    "when the trash drops the save",
  ],
  [
    "refs/mpm/checkpoints/",
    "the checkpoints",
    "`checkpoint.keep_auto`, `keep_safety`, `keep_batch`; named ones: no bound",
    "the next automatic one; `mpm checkpoint rm`",
  ],
  [
    "refs/mpm/contents/",
    "uncommitted files that saves keep",
    "`pause.contents_max_mb` a save, `pause.contents_total_mb` in all",
    "the next pause; when the trash drops the save",
  ],
  [
    "refs/mpm/removed/",
    "checkpoints that were removed and can come back",
    "the last 20 removals, and those younger than `trash.max_age`",
    "the next removal",
  ],
  [
    "refs/mpm/rescue/",
    "data for undoing the removal of a worktree",
    `${NO_BOUND}: what the worktree held`,
    "`mpm worktrees restore`",
  ],
  [
    "refs/mpm/detours/",
    "commits of a detour that no branch has",
    `${NO_BOUND}: one for each such detour`,
    "when a branch has the commits",
  ],
  [
    "mpm/removing/",
    "a worktree while it is being removed",
    "one for each removal",
    UNTIL_DONE,
  ],
  ["mpm/lock", "taken while mpm removes worktrees", "1 empty file", BY_YOU],
]);

/**
 * Files of this user on this machine: in `~/.local/state/mpm/`, under
 * `XDG_STATE_HOME` if that is set, on Windows in `%LOCALAPPDATA%`.
 */
export const USER_FILES: readonly FilePlace[] = places([
  [
    "bookmarks.json",
    "steps of agent sessions that you marked in mpm replay --step",
    "100 of each of 100 agent sessions",
    "the next bookmark; `b` in the player",
  ],
  [
    "settings/<id>/record.json",
    "what was installed into one file: path, original, written, folders, " +
    "files",
    "one for each file that has a part of mpm",
    "`mpm setup --remove`, `mpm hooks uninstall`",
  ],
  [
    "settings/<id>/before-<id>.json",
    "a text that mpm replaced there, by its SHA-256",
    "the original and the last 20",
    "the next change",
  ],
  [
    "allowed.json",
    "what you allowed to run: files by their SHA-256, commands by project",
    "what you allow",
    "`mpm allow --remove`",
  ],
  [
    "journal-key",
    "the key that marks sessions and log lines as yours",
    "1 file",
    BY_YOU,
  ],
  ["writer", "the name of this installation in refs", "1 file", BY_YOU],
  [".lock", "taken while mpm writes here", "1 empty file", BY_YOU],
  [
    ".claude-mpm/",
    "the log, the trash and the lock for operations outside projects",
    "as in a project",
    "as in a project",
  ],
  [
    "edits/",
    "texts of mpm pause -e that could not be used yet",
    "one for each project",
    "the next `mpm pause -e`",
  ],
  [
    "trial-<id>/",
    "the scratch project of mpm hooks test, while it runs",
    "one for each test that runs",
    UNTIL_DONE + ", or an hour later",
  ],
  [
    "runs/",
    "copies of worktrees in which mpm evidence --run works",
    "one for each run",
    UNTIL_DONE + ", or at the next run",
  ],
  [
    "agents/",
    "measurements of agent sessions in projects without mpm",
    "64 KiB a file, for 30 days",
    "the next session",
  ],
  [
    "hook-errors.log, hook-errors.log.1",
    "errors of mpm hooks in projects without mpm",
    "two files of 256 KiB",
    "the older one goes",
  ],
  [
    "own/<year>-<month>",
    "the SHA-256 and id of each save and checkpoint this user made here",
    `${NO_BOUND}: about 90 bytes for each`,
    BY_YOU,
  ],
  [
    "trusted-saves.json",
    "SHA-256 digests of the saves by other people that you trust",
    "what you trust",
    "`mpm undo`",
  ],
]);

/** Your own files: in `~/.config/mpm/`, or under `XDG_CONFIG_HOME`, `APPDATA`. */
export const CONFIG_FILES: readonly FilePlace[] = places([
  ["config.toml", "your settings, for all projects", "64 KiB", BY_YOU],
  [".lock", "taken while mpm writes here", "1 empty file", BY_YOU],
  ["templates/", "your own templates", NO_BOUND, BY_YOU],
]);
