import { join } from "@std/path";
import type { Context } from "../cli/command.ts";
import { FileError, MpmError } from "../errors.ts";
import { type JournalEntry, undoTitle } from "../session/journal.ts";
import { field, isFields } from "../session/odd_values.ts";
import { CHECKPOINT_ID } from "../session/checkpoint_name.ts";
import { readCheckpointRefs } from "../git/read_checkpoints.ts";
import { isSafePath } from "../session/paths_there.ts";
import { foldersAbove } from "../session/snapshot.ts";
import { layout } from "../store/layout.ts";
import { type CheckpointPlace, recordOf } from "./checkpoint_place.ts";
import { undoRemoval } from "./checkpoint_rm_steps.ts";
import { restoreLocked } from "./restore_apply.ts";

/** Where and how an operation is taken back. */
export interface UndoOrder {
  readonly context: Context;
  readonly place: CheckpointPlace;
  /** The operation, or an undo of it, that is to be taken back. */
  readonly entry: JournalEntry;
}

/** What was done; it is in the journal then. */
export interface Undone {
  /** Lines that tell what is as it was. */
  readonly details: readonly string[];
  /** The number of the undo itself; `undefined`: nothing had to be changed. */
  readonly operation: number | undefined;
}

/**
 * How each kind of operation is taken back, by its name in the journal; called
 * under the lock. Each throws CONFLICT that says why it cannot be, and writes
 * the undo itself, with `undoes`, into the journal.
 */
export const UNDO: Readonly<
  Record<string, (order: UndoOrder) => Promise<Undone>>
> = {
  "checkpoint restore": undoRestore,
  "checkpoint rm": undoRemoval,
  "branch": refuseBranch,
  "return": refuseReturn,
};

/** A detour has a way back of its own. */
function refuseBranch({ entry }: UndoOrder): Promise<Undone> {
  throw new MpmError(
    "CONFLICT",
    `Operation ${entry.id} is not undo's to take back: ${entry.title}`,
    {
      hint: '"mpm return" ends a detour, with --discard as if it had not been',
    },
  );
}

/** What it restored may be undone, but the session is over. */
function refuseReturn({ entry }: UndoOrder): Promise<Undone> {
  throw new MpmError(
    "CONFLICT",
    `Operation ${entry.id} cannot be taken back: ${entry.title}, and a ` +
      "session that is complete stays so",
    {
      hint:
        "mpm branch <name> --stash --git-branch <branch> goes there again; " +
        "mpm undo <number> takes an earlier operation back",
    },
  );
}

/** The operation that an undo, or an undo of one, is about in the end. */
export function rootOf(
  entries: readonly JournalEntry[],
  entry: JournalEntry,
): JournalEntry {
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
  { context, place, entry }: UndoOrder,
): Promise<Undone> {
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
      ...outcome.skipped.map(({ path, reason }) => `left ${path}: ${reason}`),
      ...outcome.indexRestored ? ["restored what was staged"] : [],
      ...outcome.notes,
    ],
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
    if (typeof path !== "string" || !isSafePath(path, system.platform)) {
      return false;
    }
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
