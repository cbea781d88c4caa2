import { join } from "@std/path";

/** Where mpm's files of the project at `root` are. */
export interface Layout {
  /** `.claude-mpm` */
  readonly home: string;
  readonly sessions: string;
  /** Where claude-mpm before 4.21 saved. */
  readonly legacy: string;
  readonly state: string;
  /** A record of each work session. */
  readonly work: string;
  /** Which session each worktree is at. */
  readonly current: string;
  /** A `branch` or `return` under way in each worktree. */
  readonly detours: string;
  readonly detourLock: string;
  /** A copy of each save's JSON, which no git command takes away. */
  readonly kept: string;
  /** claude-mpm's resume logs, which mpm only reads. */
  readonly logs: string;
  /** What was removed, a folder for each removal. */
  readonly trash: string;
  /** claude-mpm's automatic pause as long as it goes on. */
  readonly activePause: string;
  /** What migrations and rollbacks replaced, a folder each. */
  readonly backups: string;
  /** Records of checkpoints, whose trees are git's. */
  readonly checkpoints: string;
  /** What mpm did that can be taken back, a line each. */
  readonly journal: string;
  /** Where version 0.1.0 had it. */
  readonly oldJournal: string;
  readonly lock: string;
  /** Where version 0.1.0 had it. */
  readonly oldLock: string;
  /** The derived pointer to the newest save. */
  readonly pointer: string;
  /**
   * A save on its way. It is there from the first byte of a save until its
   * last derived file, so that whoever comes next can see what is unfinished
   * without listing the folder.
   */
  readonly pending: string;
}

/** The folder name, which git and claude-mpm know too. */
export const HOME = ".claude-mpm";

export function layout(root: string): Layout {
  const home = join(root, HOME);
  const sessions = join(home, "sessions");
  const state = join(home, "state");
  return {
    home,
    sessions,
    legacy: join(sessions, "pause"),
    state,
    work: join(state, "work"),
    current: join(state, "current"),
    detours: join(state, "detours"),
    detourLock: join(state, "detours.lock"),
    kept: join(home, "kept"),
    logs: join(home, "resume-logs"),
    trash: join(home, "trash"),
    activePause: join(sessions, "ACTIVE-PAUSE.jsonl"),
    backups: join(home, "backups"),
    checkpoints: join(home, "checkpoints"),
    journal: join(state, "journal.jsonl"),
    oldJournal: join(home, "journal.jsonl"),
    lock: join(state, "lock"),
    oldLock: join(home, ".lock"),
    pointer: join(sessions, "LATEST-SESSION.txt"),
    pending: join(sessions, ".pending.json"),
  };
}

/** What an undo is about to do, there until it is done. */
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
