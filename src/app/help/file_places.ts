/** A file or mpm folder: its path below the place, and what it holds. */
export type FilePlace = readonly [path: string, holds: string];

/** Files in `.claude-mpm/` of a project. */
export const PROJECT_FILES: readonly FilePlace[] = [
  [".gitignore", "only what a pause adds is in the repository"],
  ["backups/", "what migrations moved"],
  ["checkpoints/<id>.json", "the record of a checkpoint"],
  ["checkpoints.git/", "outside git: the objects of checkpoints"],
  ["config.toml", "optional: settings that come with the project"],
  ["config.local.toml", "optional: settings that stay here"],
  [
    "sessions/session-YYYYMMDD-HHMMSS.json",
    "the save; the only source of truth",
  ],
  [
    "sessions/session-YYYYMMDD-HHMMSS.json.sha256",
    "64 hex digits: SHA-256 of the JSON",
  ],
  ["sessions/session-YYYYMMDD-HHMMSS.yaml", "derived"],
  ["sessions/session-YYYYMMDD-HHMMSS.md", "derived"],
  ["sessions/LATEST-SESSION.txt", "derived: points to the newest"],
  ["sessions/session-resume-YYYY-MM-DD-HHMMSS.md", "written at a threshold"],
  ["sessions/.pending.json", "a save on its way"],
  ["kept/", "outside git, a copy of every save's JSON"],
  ["trash/", "what was removed"],
  ["templates/", "the project's own"],
  ["state/lock", "taken while mpm writes"],
  ["state/journal.jsonl", "what mpm did, a line each"],
  ["state/detours/, state/detours.lock", "a branch or return under way"],
  ["state/work/work-….json", "a work session each"],
  ["state/current/….json", "which session a worktree is at"],
  ["errors/error-….json", "what failed in agents' sessions"],
  ["hooks/", "shell scripts of the project"],
  ["state/agents/", "readings and notes of agents' sessions"],
  ["state/items/", "open items and state variables"],
  ["state/runs.json", "the last run of each command that verifies the work"],
  ["state/auto-saves.json", "saves made at the end of sessions"],
  ["state/hooks.log", "how shell scripts ended"],
  ["state/hook-errors.log", "own errors of hooks"],
  ["state/index.json", "derived: the newest saves, for speed"],
  ["state/rows.json", "derived: what a listing found, for speed"],
  ["state/items.json", "derived: what was read of items, for speed"],
  ["state/raw-….json", "which files differ from their blobs"],
  ["state/restore-….json", "a restore under way"],
  ["state/partitions/", "the partition chosen for each worktree"],
  ["state/summaries/", "layers of summaries, rewritten by your program"],
  ["state/undo.json", "an undo under way"],
  ["state/pruned", "when the trash was last looked through"],
  ["state/store-id", "identifies this copy of the project"],
];

/** Files in git's own folder. */
export const GIT_FILES: readonly FilePlace[] = [
  ["refs/mpm/checkpoints/", "the checkpoints"],
  ["refs/mpm/contents/", "uncommitted files that saves keep"],
  ["refs/mpm/removed/", "checkpoints that were removed and can come back"],
  ["refs/mpm/rescue/", "data for undoing the removal of a worktree"],
  ["refs/mpm/detours/", "commits of a detour that no branch has"],
  ["mpm/removing/", "a worktree while it is being removed"],
];

/**
 * Files of this user on this machine: in `~/.local/state/mpm/`, under
 * `XDG_STATE_HOME` if that is set, on Windows in `%LOCALAPPDATA%`.
 */
export const USER_FILES: readonly FilePlace[] = [
  [
    "settings/<id>/record.json",
    "what was installed into one settings file: path, original, written, " +
    "folders, files",
  ],
  [
    "settings/<id>/before-<id>.json",
    "a text that mpm replaced there, by its SHA-256",
  ],
  [
    "allowed.json",
    "what you allowed to run: files by their SHA-256, commands by project",
  ],
  [
    "journal-key",
    "the key that marks sessions and log lines as yours",
  ],
  [
    ".claude-mpm/",
    "the log, the trash and the lock for operations outside projects",
  ],
  ["edits/", "texts of mpm pause -e that could not be used yet"],
  ["trial-<id>/", "the scratch project of mpm hooks test, while it runs"],
  ["agents/", "readings of agents' sessions in projects without mpm"],
  ["hook-errors.log", "own errors of hooks in projects without mpm"],
  [
    "own/<year>-<month>",
    "the SHA-256 and id of each save and checkpoint this user made here",
  ],
  [
    "trusted-saves.json",
    "SHA-256 digests of the saves by other people that you trust",
  ],
];
