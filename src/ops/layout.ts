import { join } from "../base/join.ts";
import { remembered } from "../base/remembered.ts";

/** The folder name, which git and claude-mpm also use. */
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
    /** The folder of claude-mpm before 4.21. */
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
    /** Saves whose second copy is still missing, one empty file each. */
    uncopied: join(state, "uncopied"),
    /** Outside git, the second copy of each save's JSON. */
    kept: join(home, "kept"),
    /** claude-mpm's resume logs, which mpm only reads. */
    logs: join(home, "resume-logs"),
    /** Removed files, one folder for each removal. */
    trash: join(home, "trash"),
    /** The chosen partition of each worktree. */
    partitions: join(state, "partitions"),
    /** Hand-off documents, which all worktrees share, and answers to them. */
    handoffs: join(home, "handoffs"),
    /** Files that team members shared, one folder for each of their clones. */
    team: join(home, "team"),
    /** Definitions of tasks, the project's own files. */
    tasks: join(home, "tasks"),
    /** Definitions of pipelines, the project's own files. */
    pipelines: join(home, "pipelines"),
    /** Runs of tasks and pipelines, one folder each. */
    taskRuns: join(home, "runs"),
    /** Layers of a summary that a program of the user wrote. */
    summaries: join(state, "summaries"),
    /** claude-mpm's automatic pause while it continues. */
    activePause: join(sessions, "ACTIVE-PAUSE.jsonl"),
    /** Files that migrations and rollbacks replaced, one folder each. */
    backups: join(home, "backups"),
    /** Records of checkpoints, whose trees are in git. */
    checkpoints: join(home, "checkpoints"),
    /** Operations that can be undone, one line each. */
    journal: join(state, "journal.jsonl"),
    /** The place in version 0.1.0. */
    oldJournal: join(home, "journal.jsonl"),
    lock: join(state, "lock"),
    /** The place in version 0.1.0. */
    oldLock: join(home, ".lock"),
    /** The derived pointer to the newest save. */
    pointer: join(sessions, "LATEST-SESSION.txt"),
    /** A save under way, as earlier versions noted it. */
    pending: join(sessions, ".pending.json"),
  };
});

/** The files of one save; `id` must be a valid save ID. */
export function saveFiles(folder: string, id: string) {
  return {
    json: join(folder, `${id}.json`),
    checksum: join(folder, `${id}.json.sha256`),
    yaml: join(folder, `${id}.yaml`),
    markdown: join(folder, `${id}.md`),
  };
}
