import type { Context } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { earlierHint, type KnownEntry } from "../session/journal.ts";
import type { Workspace } from "../session/repository.ts";

/** Where and how an operation is taken back. */
export interface UndoOrder {
  readonly context: Context;
  readonly workspace: Workspace;
  /** Where the journal is: the project, or the user's state. */
  readonly root: string;
  /** The operation, or an undo of it, that is to be taken back. */
  readonly entry: KnownEntry;
  readonly entries: readonly KnownEntry[];
  /** Only what would be done is told. */
  readonly dryRun: boolean;
}

/** What was done; it is in the journal then. */
export interface Undone {
  /** Lines that tell what is as it was. */
  readonly details: readonly string[];
  /** What was left alone, and why, a line each. */
  readonly left: readonly string[];
  /** The number of the undo itself; `undefined`: nothing had to be changed. */
  readonly operation: number | undefined;
}

/** How a kind of operation is taken back. */
export interface UndoKind {
  /**
   * Takes it back and writes the undo, with `undoes`, into the journal. Throws
   * CONFLICT that says why it cannot be, with nothing changed.
   */
  undo(order: UndoOrder): Promise<Undone>;
  /** Whether it takes the lock itself. */
  readonly locks?: true;
}

const files: UndoKind = {
  undo: async (order) =>
    await (await import("./undo_changes.ts")).undoChanges(order),
};

const checkpoints: UndoKind = {
  undo: async (order) =>
    await (await import("./checkpoint_rm_steps.ts")).undoRemoval(order),
};

const migrations: UndoKind = {
  locks: true,
  undo: async (order) =>
    await (await import("./undo_migrate.ts")).undoMigration(order),
};

const worktrees: UndoKind = {
  locks: true,
  undo: async (order) =>
    await (await import("./undo_worktrees.ts")).undoPrune(order),
};

/** How each kind of operation is taken back, by its name in the journal. */
export const UNDO: Readonly<Record<string, UndoKind>> = {
  "pause": files,
  "automatic save": files,
  "resume": files,
  "start": files,
  "check": files,
  "complete": files,
  "cancel": files,
  "archive": files,
  "template new": files,
  "sessions rm": files,
  "sessions prune": files,
  "sessions import": files,
  "sessions recover": files,
  "sessions verify": files,
  "sessions trust": {
    undo: async (order) =>
      await (await import("./undo_trust.ts")).undoTrust(order),
  },
  "context update": files,
  "context resume-file": files,
  "config set": files,
  "config unset": files,
  "hooks install": files,
  "hooks uninstall": files,
  "hooks eject": files,
  "hooks allow": {
    undo: async (order) =>
      await (await import("./undo_allow.ts")).undoAllow(order),
  },
  "init": files,
  "checkpoint save": checkpoints,
  "automatic checkpoint": checkpoints,
  "checkpoint rm": checkpoints,
  "checkpoint restore": {
    undo: async (order) =>
      await (await import("./undo_restore.ts")).undoRestore(order),
  },
  "migrate": migrations,
  "migrate --rollback": migrations,
  "worktrees prune": worktrees,
  "worktrees restore": { undo: refuseWorktree },
  "branch": { undo: refuseBranch },
  "return": { undo: refuseReturn },
};

/** Those that say why not: they are no way on either. */
const REFUSED = new Set(["worktrees restore", "branch", "return"]);

/** The way on where one operation cannot be taken back. */
function onwards({ entries, entry }: UndoOrder, first: string): string {
  const ways = entries.filter(({ operation }) => !REFUSED.has(operation));
  const earlier = earlierHint(ways, entry);
  return earlier === undefined ? first : `${first}; ${earlier}`;
}

/** A detour has a way back of its own. */
function refuseBranch(order: UndoOrder): Promise<Undone> {
  const { entry } = order;
  throw new MpmError(
    "CONFLICT",
    `Operation ${entry.id} is not undo's to take back: ${entry.title}`,
    {
      hint: onwards(
        order,
        '"mpm return" ends a detour, with --discard as if it had not been',
      ),
    },
  );
}

/** What it restored may be undone, but the session is over. */
function refuseReturn(order: UndoOrder): Promise<Undone> {
  const { entry } = order;
  throw new MpmError(
    "CONFLICT",
    `Operation ${entry.id} cannot be taken back: ${entry.title}, and a ` +
      "session that is over stays so",
    {
      hint: onwards(
        order,
        "mpm branch <name> --stash --git-branch <branch> goes there again",
      ),
    },
  );
}

/** Only a clean-up knows whether a worktree may go. */
function refuseWorktree(order: UndoOrder): Promise<Undone> {
  const { entry } = order;
  throw new MpmError(
    "CONFLICT",
    `Operation ${entry.id} cannot be taken back: ${entry.title}, and there ` +
      "may be work in it by now",
    {
      hint: onwards(order, '"mpm worktrees prune" removes it if there is none'),
    },
  );
}

/** The operation that an undo, or an undo of one, is about in the end. */
export function rootOf(
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
