import {
  BY_YOU,
  type FilePlace,
  NO_BOUND,
  places,
  UNTIL_DONE,
} from "./file_places.ts";

/** Refs in the repository, and files in git's own folder. */
export const GIT_FILES: readonly FilePlace[] = places([
  [
    "refs/mpm/saves/<writer>",
    "a copy of each save, as a commit",
    "all saves, including saves in the trash",
    "when the save is deleted from the trash",
  ],
  [
    "refs/mpm/checkpoints/",
    "the checkpoints",
    "`checkpoint.keep_auto`, `keep_safety`, `keep_batch`; named checkpoints: no limit",
    "the next automatic checkpoint; `mpm checkpoint rm`",
  ],
  [
    "refs/mpm/contents/",
    "the uncommitted files in saves",
    "`pause.contents_max_mb` for each save, `pause.contents_total_mb` for all saves",
    "the next pause; when the save is deleted from the trash",
  ],
  [
    "refs/mpm/removed/",
    "removed checkpoints that can be restored",
    "the last 20 removals, and all removals newer than `trash.max_age`",
    "the next removal",
  ],
  [
    "refs/mpm/rescue/",
    "data for restoring removed worktrees",
    `${NO_BOUND}: the worktree's files`,
    "`mpm worktrees restore`",
  ],
  [
    "refs/mpm/detours/",
    "a detour's commits that are not on any branch",
    `${NO_BOUND}: one for each such detour`,
    "once the commits are on a branch",
  ],
  [
    "refs/mpm/runs/",
    "the files of pipeline steps with a worktree, before and after the step",
    "for as long as the run exists, then `trash.max_age`",
    "the next run with such a step",
  ],
  [
    "mpm/removing/",
    "a worktree while it is being removed",
    "one for each removal",
    UNTIL_DONE,
  ],
  ["mpm/lock", "locked while mpm removes worktrees", "1 empty file", BY_YOU],
]);

/**
 * Files of this user on this machine. They are in `~/.local/state/mpm/`, under
 * `XDG_STATE_HOME` if it is set, and on Windows in `%LOCALAPPDATA%`.
 */
export const USER_FILES: readonly FilePlace[] = places([
  [
    "schedules/<id>/",
    "a schedule, its last result, and the log of its runs",
    "256 KiB for each log",
    "`mpm schedule remove`",
  ],
  [
    "bookmarks.json",
    "steps of agent sessions that you marked in mpm replay --step",
    "100 bookmarks in each of 100 agent sessions",
    "the next bookmark; `b` in the player",
  ],
  [
    "settings/<id>/record.json",
    "the text that mpm added to a file, and the original text",
    "one for each file that mpm changed",
    "`mpm setup --remove`, `mpm hooks uninstall`",
  ],
  [
    "settings/<id>/before-<id>.json",
    "an earlier version of a file that mpm changed",
    "the original and the last 20 versions",
    "the next change",
  ],
  [
    "opencode/<id>.jsonl",
    "the conversation of an opencode session, recorded by mpm's plugin",
    "256 MB for each session; not redacted",
    "30 days after the last use, or when opencode deletes the session",
  ],
  [
    "allowed.json",
    "files (by SHA-256) and commands (by project) that you have allowed",
    "one entry for each file and command",
    "`mpm allow --remove`",
  ],
  [
    "journal-key",
    "the key that marks sessions and log lines as yours",
    "1 file",
    BY_YOU,
  ],
  ["writer", "the name of this installation in refs", "1 file", BY_YOU],
  [".lock", "locked while mpm writes here", "1 empty file", BY_YOU],
  [
    ".claude-mpm/",
    "the log, the trash and the lock for operations outside projects",
    "as in a project",
    "as in a project",
  ],
  [
    "edits/",
    "invalid texts from mpm pause -e and mpm handoff new -e",
    "two for each project",
    "the next `mpm pause -e` or `mpm handoff new -e`",
  ],
  [
    "trial-<id>/",
    "the scratch project of mpm hooks test",
    "one for each running test",
    UNTIL_DONE + ", or an hour later",
  ],
  [
    "runs/",
    "worktree copies in which mpm evidence --run runs commands",
    "one for each run",
    UNTIL_DONE + ", or at the next run",
  ],
  [
    "agents/",
    "context use of agent sessions in projects without mpm",
    "64 KiB for each file, for 30 days",
    "the next agent session",
  ],
  [
    "hook-errors.log, hook-errors.log.1",
    "hook errors in projects without mpm",
    "two files of 256 KiB",
    "mpm deletes the older file",
  ],
  [
    "own/<year>-<month>",
    "the SHA-256 and ID of each save and checkpoint that you made on this machine",
    `${NO_BOUND}: about 90 bytes for each entry`,
    BY_YOU,
  ],
  [
    "signed/<writer>/<year>-<month>",
    "the SHA-256 and ID of each save signed with someone's key",
    `${NO_BOUND}: about 90 bytes for each entry`,
    BY_YOU,
  ],
  ["team-key", "the private key that signs your entries", "1 file", BY_YOU],
  [
    "teams/<store-id>.json",
    "the keys for which mpm encrypts a project's entries",
    "200 keys for each project",
    "`mpm team remove`",
  ],
  [
    "trusted-saves.json",
    "SHA-256 digests of other people's saves that you trust",
    "one digest for each trusted save",
    "`mpm undo`",
  ],
]);

/**
 * The user's own files. They are in `~/.config/mpm/`, or under
 * `XDG_CONFIG_HOME` or `APPDATA`.
 */
export const CONFIG_FILES: readonly FilePlace[] = places([
  ["config.toml", "your settings, for all projects", "64 KiB", BY_YOU],
  [".lock", "locked while mpm writes here", "1 empty file", BY_YOU],
  ["templates/", "your own templates", NO_BOUND, BY_YOU],
]);
