import { join } from "@std/path";

/** The folder name, which git and claude-mpm know too. */
export const HOME = ".claude-mpm";

/** Returns where mpm's files of the project at `root` are. */
export function layout(root: string) {
  const home = join(root, HOME);
  const sessions = join(home, "sessions");
  const state = join(home, "state");
  return {
    /** `.claude-mpm` */
    home,
    sessions,
    /** Where claude-mpm before 4.21 saved. */
    legacy: join(sessions, "pause"),
    state,
    /** A record of each work session. */
    work: join(state, "work"),
    /** Which session each worktree is at. */
    current: join(state, "current"),
    /** What is carried from save to save, a file for each item. */
    items: join(state, "items"),
    /** The last run of each command that verifies the work. */
    runs: join(state, "runs.json"),
    /** A `branch` or `return` under way in each worktree. */
    detours: join(state, "detours"),
    detourLock: join(state, "detours.lock"),
    /** A copy of each save's JSON, which no git command takes away. */
    kept: join(home, "kept"),
    /** claude-mpm's resume logs, which mpm only reads. */
    logs: join(home, "resume-logs"),
    /** What was removed, a folder for each removal. */
    trash: join(home, "trash"),
    /** Which partition each worktree is at, where somebody chose one. */
    partitions: join(state, "partitions"),
    /** What a program of the user's made of layers of a summary. */
    summaries: join(state, "summaries"),
    /** claude-mpm's automatic pause as long as it goes on. */
    activePause: join(sessions, "ACTIVE-PAUSE.jsonl"),
    /** What migrations and rollbacks replaced, a folder each. */
    backups: join(home, "backups"),
    /** Records of checkpoints, whose trees are git's. */
    checkpoints: join(home, "checkpoints"),
    /** What mpm did that can be taken back, a line each. */
    journal: join(state, "journal.jsonl"),
    /** Where version 0.1.0 had it. */
    oldJournal: join(home, "journal.jsonl"),
    lock: join(state, "lock"),
    /** Where version 0.1.0 had it. */
    oldLock: join(home, ".lock"),
    /** The derived pointer to the newest save. */
    pointer: join(sessions, "LATEST-SESSION.txt"),
    /**
     * A save on its way. It is there from the first byte of a save until its
     * last derived file, so that whoever comes next can see what is unfinished
     * without listing the folder.
     */
    pending: join(sessions, ".pending.json"),
  };
}

/** Returns what an undo is about to do, there until it is done. */
export function undoMarker(root: string): string {
  return join(layout(root).state, "undo.json");
}

/** The files of one save; `id` must be a valid session id. */
export function saveFiles(folder: string, id: string) {
  return {
    json: join(folder, `${id}.json`),
    checksum: join(folder, `${id}.json.sha256`),
    yaml: join(folder, `${id}.yaml`),
    markdown: join(folder, `${id}.md`),
  };
}
