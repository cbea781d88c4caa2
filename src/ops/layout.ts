import { join } from "../base/join.ts";
import { remembered } from "../base/remembered.ts";

/** The name of the folder, which git and claude-mpm also use. */
export const HOME = ".claude-mpm";

/** Returns the paths of mpm's files in the project at `root`. */
export const layout = remembered((root) => {
  const home = join(root, HOME);
  const sessions = join(home, "sessions");
  const state = join(home, "state");
  return {
    /** `.claude-mpm` */
    home,
    sessions,
    /** The folder that claude-mpm used before 4.21. */
    legacy: join(sessions, "pause"),
    state,
    /** The record of each session. */
    work: join(state, "work"),
    /** The current session of each worktree. */
    current: join(state, "current"),
    /** Items that are carried from save to save, one file each. */
    items: join(state, "items"),
    /** Claims of agents and people, one file for each path. */
    claims: join(state, "claims"),
    /** The last run of each verification command. */
    runs: join(state, "runs.json"),
    /** Running operations, one file each. */
    intents: join(state, "ops"),
    detourLock: join(state, "detours.lock"),
    /** Saves that have no second copy yet, one empty file each. */
    uncopied: join(state, "uncopied"),
    /** The second copy of each save's JSON, outside git. */
    kept: join(home, "kept"),
    /** The resume logs of claude-mpm, which mpm only reads. */
    logs: join(home, "resume-logs"),
    /** Removed files, one folder for each removal. */
    trash: join(home, "trash"),
    /** The chosen partition of each worktree. */
    partitions: join(state, "partitions"),
    /**
     * Hand-off documents and the answers to them, which all worktrees share.
     */
    handoffs: join(home, "handoffs"),
    /** Files that team members shared, one folder for each of their clones. */
    team: join(home, "team"),
    /** Definitions of tasks, which are the project's own files. */
    tasks: join(home, "tasks"),
    /** Definitions of pipelines, which are the project's own files. */
    pipelines: join(home, "pipelines"),
    /** Runs of tasks and pipelines, one folder each. */
    taskRuns: join(home, "runs"),
    /** Layers of a summary, written by a program of the user. */
    summaries: join(state, "summaries"),
    /** claude-mpm's automatic pause, while it is still in progress. */
    activePause: join(sessions, "ACTIVE-PAUSE.jsonl"),
    /** Files replaced by migrations and rollbacks, one folder each. */
    backups: join(home, "backups"),
    /** Records of checkpoints, whose trees are in git. */
    checkpoints: join(home, "checkpoints"),
    /** Operations that can be undone, one line each. */
    journal: join(state, "journal.jsonl"),
    /** The place used by version 0.1.0. */
    oldJournal: join(home, "journal.jsonl"),
    lock: join(state, "lock"),
    /** The place used by version 0.1.0. */
    oldLock: join(home, ".lock"),
    /** The derived pointer to the newest save. */
    pointer: join(sessions, "LATEST-SESSION.txt"),
    /** An unfinished save, as recorded by earlier versions. */
    pending: join(sessions, ".pending.json"),
  };
});

/** Returns the files of one save; `id` must be a valid save ID. */
export function saveFiles(folder: string, id: string) {
  return {
    json: join(folder, `${id}.json`),
    checksum: join(folder, `${id}.json.sha256`),
    yaml: join(folder, `${id}.yaml`),
    markdown: join(folder, `${id}.md`),
  };
}
