import type { Context } from "../../cli/command.ts";
import { earlierHint, type KnownEntry } from "../log/entry.ts";
import type { Workspace } from "../../git/repository.ts";
import { type Lasting, lastingReason } from "./undo_rules.ts";

/** Where and how an operation is taken back. */
export interface UndoOrder {
  readonly context: Context;
  readonly workspace: Workspace;
  /** Where the journal is: the project, or the user's state. */
  readonly root: string;
  /** The operation, or an undo of it, that is to be taken back. */
  readonly entry: KnownEntry;
  readonly entries: readonly KnownEntry[];
  /** Numbers of newer ones that cannot be taken back. */
  readonly passed: ReadonlySet<number>;
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
    await (await import("../../checkpoints/commands/rm_steps.ts")).undoRemoval(
      order,
    ),
};

const migrations: UndoKind = {
  locks: true,
  undo: async (order) =>
    await (await import("../../saves/legacy/migrate/undo.ts")).undoMigration(
      order,
    ),
};

const worktrees: UndoKind = {
  locks: true,
  undo: async (order) =>
    await (await import("../../worktrees/undo.ts")).undoPrune(order),
};

/** How each kind of operation is taken back, by its name in the journal. */
export const UNDO: Readonly<Record<string, UndoKind>> = {
  "pause": files,
  "automatic save": files,
  "automatic prune": files,
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
      await (await import("../../saves/trust/undo_trust.ts")).undoTrust(order),
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
      await (await import("../../hooks/scripts/undo.ts")).undoAllow(order),
  },
  "init": files,
  "checkpoint save": checkpoints,
  "automatic checkpoint": checkpoints,
  "checkpoint rm": checkpoints,
  "checkpoint restore": {
    undo: async (order) =>
      await (await import("../../checkpoints/restore/undo.ts")).undoRestore(
        order,
      ),
  },
  "migrate": migrations,
  "migrate --rollback": migrations,
  "worktrees prune": worktrees,
};

/** Returns why an operation can never be taken back, as far as is known. */
export function lastingIn(
  entries: readonly KnownEntry[],
  entry: KnownEntry,
): Lasting | undefined {
  const { operation } = rootOf(entries, entry);
  return lastingReason(entry) ?? (Object.hasOwn(UNDO, operation) ? undefined : {
    reason: `"${operation}" is unknown to this mpm`,
    instead: "Another version of mpm did it: use that one",
  });
}

/** Returns what to do instead: take back the operation before this one. */
export function onwards({ entries, entry }: UndoOrder): string | undefined {
  const usable = entries.filter((one) => !lastingIn(entries, one));
  return earlierHint(usable, entry);
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
