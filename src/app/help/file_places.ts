import { cells } from "./rows.ts";

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

/** Returns the places in rows such as `path | holds | bound | removal`. */
function places(rows: readonly string[]): readonly FilePlace[] {
  return rows.map(cells).map(([path, holds, bound, removal]) => ({
    path: path!,
    holds: holds!,
    bound: bound!,
    removal: removal!,
  }));
}

/** Files in `.claude-mpm/` of a project. */
export const PROJECT_FILES = places([
  ".gitignore | rules that keep mpm files out of git | 1 file | you",
  "backups/ | the files moved by migrations | one for each migration | you",
  "checkpoints/<id>.json | a checkpoint record | `checkpoint.keep_auto`, `keep_safety`, `keep_batch`; named checkpoints: no limit | the next automatic checkpoint; `mpm checkpoint rm`",
  "checkpoints.git/ | checkpoint objects, in a project without git | no limit: includes removed checkpoints | you, with `git gc` in this folder",
  "config.toml | optional: settings that come with the project | 64 KiB | you",
  "config.local.toml | optional: settings for this machine only | 64 KiB | you",
  "sessions/session-YYYYMMDD-HHMMSS.json | the save | automatic saves: `sessions.keep_auto` for each branch; other saves: no limit | `mpm saves rm`, `mpm saves prune` (to the trash)",
  "sessions/session-YYYYMMDD-HHMMSS.json.sha256 | 64 hex digits: SHA-256 of the JSON | one for each save | `mpm saves rm`, `mpm saves prune` (to the trash)",
  "sessions/session-YYYYMMDD-HHMMSS.yaml | a copy of the save for people and other programs | one for each save | `mpm saves rm`, `mpm saves prune` (to the trash)",
  "sessions/session-YYYYMMDD-HHMMSS.md | a copy of the save for people and other programs | one for each save | `mpm saves rm`, `mpm saves prune` (to the trash)",
  "sessions/LATEST-SESSION.txt | the file name of the newest save | 1 file | together with the last save",
  "sessions/session-resume-YYYY-MM-DD-HHMMSS.md | the resume file, written when the context is nearly full | no limit: a few kB for each threshold and compaction | you",
  "<folder>/.gitignore | keeps a folder out of git | 1 file | you",
  "kept/ | a copy of the JSON of every save, in a project without git | one for each save | when the save is deleted from the trash",
  "trash/ | removed and replaced files | `trash.max_age`, `trash.max_mb`, except for the last 20 operations | once a day; `mpm undo trash --prune`",
  "handoffs/<id>.md, handoffs/.answers/<id>.<answer>.json | hand-off documents that are not in git, and their answers | mpm reads the newest 500 documents, up to 64 KiB each, and 5,000 answers | you",
  "tasks/<name>.yaml | task definitions | 1 MiB each | you",
  "pipelines/<name>.yaml | pipeline definitions | 1 MiB each | you",
  "runs/<id>/ | a task or pipeline run: record, items, log, results, program output | `tasks.keep` runs of each task and pipeline; 64 MiB of output for each run | `mpm task rm`, `mpm pipeline rm`, the next run (to the trash)",
  "templates/ | the project's templates | no limit | you",
  "hooks/ | the project's shell scripts | one for each hook | you",
  "state/lock | locked while mpm writes | 1 empty file | you",
  "state/.batch-lock | locked while mpm takes a checkpoint after a step | 1 empty file | you",
  "state/journal.jsonl | the log of operations | 2 MiB | mpm drops the older half",
  "state/detours.lock | the lock for `mpm branch` and `mpm return` | 1 empty file | you",
  "state/work/work-….json | a session | no limit: a few kB for each session | you",
  "state/current/….json | the current session of a worktree | one for each worktree | you",
  "errors/error-….json | errors in agent sessions | 50 files of 64 KiB | the next error",
  "state/agents/ | context use, tasks, notes and summaries of agent sessions | 64 KiB for each file, 512 KiB for each digest, for 30 days | the next agent session",
  "state/items/ | open items and state variables | 500 open and 1,000 closed items | 30 days after an item is closed",
  "state/claims/ | paths claimed by agents and people, and a lock | 1,000 claims, for at most 24 hours | `mpm release`, the end of the agent session, the next claim",
  "state/runs.json | the last run of each verification command | 50 commands | the next run",
  "state/auto-saves.json | saves made at the end of agent sessions | 5,000 entries | the next save at the end of an agent session",
  "state/hooks.log, state/hooks.log.1 | the log of shell hooks | two files of 256 KiB | mpm deletes the older file",
  "state/hook-errors.log, state/hook-errors.log.1 | hook errors | two files of 256 KiB | mpm deletes the older file",
  "state/index.json | cache: newest saves | 1 file | you; mpm recreates it",
  "state/rows.json | cache: list rows | a row for each save | you; mpm recreates it",
  "state/items.json | cache: items | a row for each item | you; mpm recreates it",
  "state/raw-….json | cache: files that differ from their blobs | one for each worktree | you; mpm recreates it",
  "state/raw.git-…/, state/objects-…/ | objects that git does not have yet | one for each running command | at the end of the operation, or an hour later",
  "state/restore-… | files for a restore | one for each worktree | at the end of the operation",
  "state/partitions/ | the current partition of each worktree | one for each worktree | you",
  "state/summaries/ | summary layers rewritten by your program | 50 files of 512 KiB | the next summary",
  "state/uncopied/ | saves whose second copy or contents are still missing | one empty file for each save | the next pause",
  "state/contents.json, state/contents-….json | cache: the file contents in the last saves | one for each worktree, of 16 MiB | you; mpm recreates it",
  "state/imports | the number of saves copied since the last git gc | 100 bytes | you",
  "state/told-commit | shows that mpm has already warned about an old setting | 1 empty file | you",
  "state/team.json | the remote for `mpm sync`, and the last entry read from each log | a row for each entry of your log | you",
  "state/team.lock | the lock for `mpm sync` | 1 empty file | you",
  "team/ | saves, hand-offs, notes and claims sent by others | the size of the others' logs | the next sync, which recreates it from git",
  "state/ops/ | unfinished operations, signed with your key | one file for each operation | at the end of the operation",
  "state/pruned | the time when mpm last checked the trash | 1 file | you",
  "state/store-id | identifies this copy of the project | 1 file | you",
]);

/** Refs in the repository, and files in git's own folder. */
export const GIT_FILES = places([
  "refs/mpm/saves/<writer> | a copy of each save, as a commit | all saves, including saves in the trash | when the save is deleted from the trash",
  "refs/mpm/checkpoints/ | the checkpoints | `checkpoint.keep_auto`, `keep_safety`, `keep_batch`; named checkpoints: no limit | the next automatic checkpoint; `mpm checkpoint rm`",
  "refs/mpm/contents/ | the uncommitted files in saves | `pause.contents_max_mb` for each save, `pause.contents_total_mb` for all saves | the next pause; when the save is deleted from the trash",
  "refs/mpm/removed/ | removed checkpoints that can be restored | the last 20 removals, and all removals newer than `trash.max_age` | the next removal",
  "refs/mpm/rescue/ | data for restoring removed worktrees | no limit: the worktree's files | `mpm worktrees restore`",
  "refs/mpm/detours/ | a detour's commits that are not on any branch | no limit: one for each such detour | once the commits are on a branch",
  "refs/mpm/runs/ | the files of pipeline steps with a worktree, before and after the step | for as long as the run exists, then `trash.max_age` | the next run with such a step",
  "mpm/removing/ | a worktree while it is being removed | one for each removal | at the end of the operation",
  "mpm/lock | locked while mpm removes worktrees | 1 empty file | you",
]);

/**
 * Files of this user on this machine. They are in `~/.local/state/mpm/`, under
 * `XDG_STATE_HOME` if it is set, and on Windows in `%LOCALAPPDATA%`.
 */
export const USER_FILES = places([
  "schedules/<id>/ | a schedule, its last result, and the log of its runs | 256 KiB for each log | `mpm schedule remove`",
  "bookmarks.json | steps of agent sessions that you marked in mpm replay --step | 100 bookmarks in each of 100 agent sessions | the next bookmark; `b` in the player",
  "settings/<id>/record.json | the text that mpm added to a file, and the original text | one for each file that mpm changed | `mpm setup --remove`, `mpm hooks uninstall`",
  "settings/<id>/before-<id>.json | an earlier version of a file that mpm changed | the original and the last 20 versions | the next change",
  "opencode/<id>.jsonl | the conversation of an opencode session, recorded by mpm's plugin | 256 MB for each session; not redacted | 30 days after the last use, or when opencode deletes the session",
  "allowed.json | files (by SHA-256) and commands (by project) that you have allowed | one entry for each file and command | `mpm allow --remove`",
  "journal-key | the key that marks sessions and log lines as yours | 1 file | you",
  "writer | the name of this installation in refs | 1 file | you",
  ".lock | locked while mpm writes here | 1 empty file | you",
  ".claude-mpm/ | the log, the trash and the lock for operations outside projects | as in a project | as in a project",
  "edits/ | invalid texts from mpm pause -e and mpm handoff new -e | two for each project | the next `mpm pause -e` or `mpm handoff new -e`",
  "trial-<id>/ | the scratch project of mpm hooks test | one for each running test | at the end of the operation, or an hour later",
  "runs/ | worktree copies in which mpm evidence --run runs commands | one for each run | at the end of the operation, or at the next run",
  "agents/ | context use of agent sessions in projects without mpm | 64 KiB for each file, for 30 days | the next agent session",
  "hook-errors.log, hook-errors.log.1 | hook errors in projects without mpm | two files of 256 KiB | mpm deletes the older file",
  "own/<year>-<month> | the SHA-256 and ID of each save and checkpoint that you made on this machine | no limit: about 90 bytes for each entry | you",
  "signed/<writer>/<year>-<month> | the SHA-256 and ID of each save signed with someone's key | no limit: about 90 bytes for each entry | you",
  "team-key | the private key that signs your entries | 1 file | you",
  "teams/<store-id>.json | the keys for which mpm encrypts a project's entries | 200 keys for each project | `mpm team remove`",
  "trusted-saves.json | SHA-256 digests of other people's saves that you trust | one digest for each trusted save | `mpm undo`",
]);

/** The user's own files in `~/.config/mpm/`, `XDG_CONFIG_HOME` or `APPDATA`. */
export const CONFIG_FILES = places([
  "config.toml | your settings, for all projects | 64 KiB | you",
  ".lock | locked while mpm writes here | 1 empty file | you",
  "templates/ | your own templates | no limit | you",
]);
