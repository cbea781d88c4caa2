import {
  BY_YOU,
  type FilePlace,
  NO_BOUND,
  places,
  UNTIL_DONE,
} from "./file_places.ts";

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
  ["mpm/lock", "locked while mpm removes worktrees", "1 empty file", BY_YOU],
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
    "opencode/<id>.jsonl",
    "the conversation of an opencode session, as mpm's plugin saw it",
    "256 MB each; the client's own text, not redacted",
    "30 days after the last use; when opencode deletes the session",
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
  [".lock", "locked while mpm writes here", "1 empty file", BY_YOU],
  [
    ".claude-mpm/",
    "the log, the trash and the lock for operations outside projects",
    "as in a project",
    "as in a project",
  ],
  [
    "edits/",
    "texts of mpm pause -e and mpm handoff new -e that could not be used yet",
    "two for each project",
    "the next `mpm pause -e` or `mpm handoff new -e`",
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
    "mpm deletes the older one",
  ],
  [
    "own/<year>-<month>",
    "the SHA-256 and id of each save and checkpoint this user made here",
    `${NO_BOUND}: about 90 bytes for each`,
    BY_YOU,
  ],
  [
    "signed/<writer>/<year>-<month>",
    "the SHA-256 and id of each save that someone's key signed",
    `${NO_BOUND}: about 90 bytes for each`,
    BY_YOU,
  ],
  ["team-key", "the secret of the key that signs entries", "1 file", BY_YOU],
  [
    "teams/<store-id>.json",
    "the keys that you encrypt the entries of a project to",
    "200 keys a project",
    "`mpm team remove`",
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
  [".lock", "locked while mpm writes here", "1 empty file", BY_YOU],
  ["templates/", "your own templates", NO_BOUND, BY_YOU],
]);
