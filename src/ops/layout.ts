import { join } from "../base/join.ts";
import { remembered } from "../base/remembered.ts";

/** The folder name, which git and claude-mpm know too. */
export const HOME = ".claude-mpm";

/** Returns where mpm's files of the project at `root` are. */
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
    /** A record of each session. */
    work: join(state, "work"),
    /** The current session of each worktree. */
    current: join(state, "current"),
    /** Items that are carried from save to save, a file for each. */
    items: join(state, "items"),
    /** Claims of agents and people, a file for each path. */
    claims: join(state, "claims"),
    /** The last run of each command that verifies the work. */
    runs: join(state, "runs.json"),
    /** Operations under way, a file for each. */
    intents: join(state, "ops"),
    detourLock: join(state, "detours.lock"),
    /** Saves whose second copy is still to be made, an empty file for each. */
    uncopied: join(state, "uncopied"),
    /** Outside git the second copy of each save's JSON. */
    kept: join(home, "kept"),
    /** claude-mpm's resume logs, which mpm only reads. */
    logs: join(home, "resume-logs"),
    /** Removed files, a folder for each removal. */
    trash: join(home, "trash"),
    /** The chosen partition of each worktree. */
    partitions: join(state, "partitions"),
    /** Hand-off documents, which all worktrees share, and answers to them. */
    handoffs: join(home, "handoffs"),
    /** Files that others of the team shared, a folder for each of their clones. */
    team: join(home, "team"),
    /** Definitions of tasks, the project's own files. */
    tasks: join(home, "tasks"),
    /** Definitions of pipelines, the project's own files. */
    pipelines: join(home, "pipelines"),
    /** Runs of tasks and pipelines, a folder for each. */
    taskRuns: join(home, "runs"),
    /** Layers of a summary that a program of the user wrote. */
    summaries: join(state, "summaries"),
    /** claude-mpm's automatic pause as long as it continues. */
    activePause: join(sessions, "ACTIVE-PAUSE.jsonl"),
    /** Files that migrations and rollbacks replaced, a folder each. */
    backups: join(home, "backups"),
    /** Records of checkpoints, whose trees are git's. */
    checkpoints: join(home, "checkpoints"),
    /** Operations that can be undone, a line each. */
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

/** The files of one save; `id` must be a valid session id. */
export function saveFiles(folder: string, id: string) {
  return {
    json: join(folder, `${id}.json`),
    checksum: join(folder, `${id}.json.sha256`),
    yaml: join(folder, `${id}.yaml`),
    markdown: join(folder, `${id}.md`),
  };
}
