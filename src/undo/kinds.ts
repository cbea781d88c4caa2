import { earlierHint, type KnownEntry } from "../ops/mod.ts";
import { field } from "../base/parsed_values.ts";

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
  | "carried";

/** Operations of which only files have to be restored. */
const OF_FILES = [
  ...["pause", "automatic save", "automatic prune", "resume", "start", "check"],
  ...[
    "complete",
    "cancel",
    "archive",
    "init",
    "setup",
    "setup remove",
    "setup instructions",
    "template new",
    "sessions rm",
  ],
  ...["sessions prune", "sessions import", "sessions recover"],
  ...["saves recover", "claim", "release", "team add", "team remove"],
  ...["sessions verify", "context update", "context resume-file"],
  ...["config set", "config unset", "hooks install", "hooks uninstall"],
  ...["hooks eject", "summary", "next", "decide", "ask", "block", "done"],
  ...["var set", "var unset", "evidence"],
  ...["partition use", "partition suggest"],
  ...["handoff new", "handoff accept", "handoff done", "handoff reject"],
  ...["note", "notes settle", "notes rm"],
];

/** The kind of each operation, by its name in the journal. */
const KINDS: ReadonlyMap<string, UndoKind> = new Map<string, UndoKind>([
  ...OF_FILES.map((name) => [name, "files"] as const),
  ["sessions trust", "trusted"],
  ["hooks allow", "allowed"],
  ["allow", "allowed"],
  ["checkpoint save", "checkpoints"],
  ["automatic checkpoint", "checkpoints"],
  ["checkpoint rm", "checkpoints"],
  ["checkpoint restore", "restore"],
  ["restore", "restore"],
  ["migrate", "migration"],
  ["migrate --rollback", "migration"],
  ["worktrees prune", "worktrees"],
  ["replay fork", "fork"],
  ["task rm", "runs"],
  ["carry", "carried"],
]);

/** Why an operation can never be undone, and what to do instead. */
interface Lasting {
  readonly reason: string;
  readonly instead: string;
}

const LASTING: ReadonlyMap<string, Lasting> = new Map([
  ["branch", {
    reason: "mpm return ends a detour",
    instead: '"mpm return" ends a detour, --discard drops its changes',
  }],
  ["return", {
    reason: "an ended session cannot be reopened",
    instead:
      `"mpm branch <name> --stash --git-branch <branch>" starts a new detour there`,
  }],
  ["sync", {
    reason: "others may have read the entries",
    instead: '"mpm saves rm" and "mpm notes rm" also remove for the team',
  }],
  ["worktrees restore", {
    reason: "the worktree may contain new work",
    instead: '"mpm worktrees prune" removes it if it is empty',
  }],
]);

/** Returns how an operation is undone; or why it never can be. */
export function undoKindOf(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): UndoKind | Lasting {
  const { operation } = rootOf(entries, entry);
  return lastingReason(entry) ?? KINDS.get(operation) ?? {
    reason: `"${operation}" is unknown to this mpm`,
    instead: "Undo it with the version of mpm that did it",
  };
}

/** Returns why an operation can never be undone, as far as is known. */
export function lastingIn(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): Lasting | undefined {
  const kind = undoKindOf(entries, entry);
  return typeof kind === "string" ? undefined : kind;
}

function lastingReason(
  { operation, before, after }: KnownEntry,
): Lasting | undefined {
  const lasting = LASTING.get(operation);
  if (lasting) return lasting;
  const changed = [before, after].some((side) =>
    field(side, "files") !== undefined || field(side, "list") !== undefined
  );
  if (operation === "init" && !changed) {
    return {
      reason: "it made the folder that holds this log",
      instead: "To remove mpm from this project, delete .claude-mpm",
    };
  }
  const migrates = /^migrate(?: --rollback)?$/.test(operation);
  if (migrates && typeof field(after, "backup") !== "string") {
    return {
      reason: "it made no backup",
      instead: "Without --no-backup a migration makes one",
    };
  }
  return undefined;
}

/** Returns what to do instead: undo the operation before this one. */
export function onwards(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): string | undefined {
  const usable = entries.filter((one) => !lastingIn(entries, one));
  return earlierHint(usable, entry);
}

/** The operation that an undo, or an undo of one, is about in the end. */
function rootOf(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): KnownEntry {
  let root = entry;
  while (root.undoes !== undefined) {
    // An undo comes after what it undoes, so this ends.
    const before = entries.find(({ id }) => id === root.undoes && id < root.id);
    if (!before) break;
    root = before;
  }
  return root;
}
