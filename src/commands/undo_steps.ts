import { join } from "@std/path";
import type { Context } from "../cli/command.ts";
import { FileError, MpmError } from "../errors.ts";
import {
  earlierHint,
  type JournalEntry,
  type KnownEntry,
  undoTitle,
} from "../session/journal.ts";
import { field, isFields } from "../session/odd_values.ts";
import { CHECKPOINT_ID } from "../session/checkpoint_name.ts";
import { readCheckpointRefs } from "../git/read_checkpoints.ts";
import type { Workspace } from "../session/repository.ts";
import { isSafePath } from "../session/restore_plan.ts";
import { foldersAbove } from "../session/snapshot.ts";
import { layout } from "../store/layout.ts";
import {
  type CheckpointPlace,
  openPlace,
  recordOf,
} from "./checkpoint_place.ts";
import { restoreLocked } from "./restore_apply.ts";

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
  "checkpoint restore": { undo: undoRestore },
  "migrate": migrations,
  "migrate --rollback": migrations,
  "worktrees prune": worktrees,
  "worktrees restore": { undo: refuseWorktree },
  "branch": { undo: refuseBranch },
  "return": { undo: refuseReturn },
};

/** The way on where one operation cannot be taken back. */
function onwards({ entries, entry }: UndoOrder, first: string): string {
  const earlier = earlierHint(entries, entry);
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
      "session that is complete stays so",
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

/** A checkpoint as a journal entry names it. */
function checkpointIn(
  value: unknown,
): { id: string; commit: string } | undefined {
  const found = field(value, "checkpoint");
  if (!isFields(found)) return undefined;
  const { id, commit } = found;
  const valid = typeof id === "string" && CHECKPOINT_ID.test(id) &&
    typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit);
  return valid ? { id, commit } : undefined;
}

/** Goes back to the safety checkpoint that the restore took first. */
async function undoRestore(
  { context, entry, dryRun }: UndoOrder,
): Promise<Undone> {
  const place = await openPlace(context);
  const [before, after] = [entry.before, entry.after].map(checkpointIn);
  if (!before || !after) {
    throw new MpmError("CONFLICT", `Operation ${entry.id} says not enough`, {
      hint: "mpm checkpoint list --all shows the safety checkpoints",
    });
  }
  // A journal may have come with a clone; refs do not.
  const refs = await readCheckpointRefs(place.vault.git);
  const target = refs.get(before.id) === before.commit
    ? await recordOf(place.vault, before)
    : undefined;
  if (!target) {
    throw new MpmError(
      "CONFLICT",
      `Operation ${entry.id} cannot be taken back: its safety checkpoint ` +
        `"${before.id}" is gone`,
      { hint: "The last ones are kept, see checkpoint.keep_safety" },
    );
  }
  if (dryRun) {
    const details = [`go back to the checkpoint ${target.name}`];
    return { details, left: [], operation: undefined };
  }
  const paths = field(entry.after, "paths");
  const brought = await recordOf(place.vault, after);
  const outcome = await restoreLocked(context, place, {
    order: {
      target,
      paths: Array.isArray(paths) ? paths.map(String) : [],
      exact: false,
      operation: "undo",
      title: undoTitle(entry),
      brought: brought?.commit,
      undoes: entry.id,
    },
    always: true,
  });
  const back = putBack(context, place, entry);
  return {
    operation: outcome.entry?.id,
    details: [
      ...outcome.written.map((path) => `restored ${path}`),
      ...outcome.removed.map((path) => `removed ${path}, which it had brought`),
      ...back.map((path) => `put ${path} back from the trash`),
      ...outcome.kept.map((path) => `kept ${path}, made since`),
      ...outcome.indexRestored ? ["restored what was staged"] : [],
      ...outcome.notes,
    ],
    left: outcome.skipped.map(({ path, reason }) => `${path}: ${reason}`),
  };
}

/** What stood in the way of the restore, where its place is free again. */
function putBack(
  { system }: Context,
  { workspace, vault }: CheckpointPlace,
  { after }: JournalEntry,
): string[] {
  const { files } = system;
  const [trash, aside] = [after.trash, after.moved_aside];
  const own = layout(workspace.root).trash;
  if (typeof trash !== "string" || !trash.startsWith(join(own, "/"))) return [];
  if (!Array.isArray(aside)) return [];
  return aside.filter((path): path is string => {
    if (typeof path !== "string" || !isSafePath(path)) return false;
    const [from, to] = [
      join(trash, "files", path),
      join(vault.workspace.worktree, path),
    ];
    try {
      if (!files.lstat(from) || files.lstat(to)) return false;
      const inPlace = foldersAbove(path).every((folder) =>
        files.lstat(join(vault.workspace.worktree, folder))?.kind === "folder"
      );
      if (!inPlace) return false;
      files.rename(from, to);
      return true;
    } catch (error) {
      if (error instanceof FileError) return false;
      throw error;
    }
  });
}
