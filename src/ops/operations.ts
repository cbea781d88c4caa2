/** The way to undo operations of one kind. */
export type UndoKind =
  | "files"
  | "checkpoints"
  | "restore"
  | "migration"
  | "worktrees"
  | "trusted"
  | "allowed"
  | "fork"
  | "runs"
  | "schedules"
  | "carried";

/** The reason why an operation can never be undone, and what to do instead. */
export interface Lasting {
  readonly reason: string;
  readonly instead: string;
}

/**
 * All operations by their names in the log, with how to undo each. Only these
 * can be written to the log.
 */
export const OPERATIONS = {
  pause: "files",
  "automatic save": "files",
  "automatic prune": "files",
  resume: "files",
  start: "files",
  check: "files",
  complete: "files",
  cancel: "files",
  archive: "files",
  init: "files",
  setup: "files",
  "setup remove": "schedules",
  "schedule add": "schedules",
  "schedule remove": "schedules",
  "setup instructions": "files",
  "template new": "files",
  "pipeline new": "files",
  "sessions rm": "files",
  "sessions prune": "files",
  "sessions import": "files",
  "sessions recover": "files",
  "saves recover": "files",
  claim: "files",
  release: "files",
  "team add": "files",
  "team remove": "files",
  "sessions verify": "files",
  "context update": "files",
  "config set": "files",
  "config unset": "files",
  "hooks install": "files",
  "hooks uninstall": "files",
  "hooks eject": "files",
  summary: "files",
  next: "files",
  decide: "files",
  ask: "files",
  block: "files",
  done: "files",
  "var set": "files",
  "var unset": "files",
  evidence: "files",
  "context resume-file": "files",
  "partition use": "files",
  "partition suggest": "files",
  "handoff new": "files",
  "handoff accept": "files",
  "handoff done": "files",
  "handoff reject": "files",
  note: "files",
  "notes settle": "files",
  "notes rm": "files",
  "sessions trust": "trusted",
  "hooks allow": "allowed",
  allow: "allowed",
  "checkpoint save": "checkpoints",
  "automatic checkpoint": "checkpoints",
  "checkpoint rm": "checkpoints",
  "checkpoint restore": "restore",
  restore: "restore",
  "pipeline run": "restore",
  migrate: "migration",
  "migrate --rollback": "migration",
  "worktrees prune": "worktrees",
  "replay fork": "fork",
  "task rm": "runs",
  "pipeline rm": "runs",
  carry: "carried",
  branch: {
    reason: "it started a detour",
    instead:
      '"mpm return" ends a detour; --discard moves its changes to a checkpoint',
  },
  return: {
    reason: "an ended session cannot be reopened",
    instead:
      `"mpm branch <name> --stash --git-branch <branch>" starts a new detour on that branch`,
  },
  sync: {
    reason: "others may have read the entries",
    instead:
      '"mpm saves rm" and "mpm notes rm" also remove entries for the team',
  },
  "worktrees restore": {
    reason: "the worktree may contain new work",
    instead: '"mpm worktrees prune" removes it if it contains no work',
  },
  import: {
    reason: "it only added other people's entries",
    instead: "Your own saves and notes were not changed",
  },
} as const satisfies Record<string, UndoKind | Lasting>;

/** The name of an operation in the log. */
export type OperationName = keyof typeof OPERATIONS | "undo";
