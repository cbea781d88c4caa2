import type { Context } from "../../cli/command.ts";
import type { JournalEntry } from "../log/entry.ts";
import type { Workspace } from "../../git/repository.ts";
import type { UndoResult } from "../../checkpoints/commands/results.ts";
import { readJournal } from "../log/journal.ts";
import { undoMarker } from "../layout.ts";
import { withLock } from "../lock.ts";
import { hasMarker, readMarker } from "../../checkpoints/restore/marker.ts";
import { settleDetour } from "../../detours/settle.ts";
import { worktreeOf } from "../log/journal_root.ts";

/**
 * Finishes an undo that was cut short and answers with it, where `number` means
 * it as well: whoever types the same line again wants no second operation taken
 * back. `undefined`: there was none.
 */
export async function finishBegun(
  context: Context,
  { workspace, root, number }: {
    workspace: Workspace;
    /** Where the journal is. */
    root: string;
    number: string | undefined;
  },
): Promise<UndoResult | undefined> {
  const { system } = context;
  const files = await finishFiles(context, root);
  const restore = await finishRestore(context, workspace);
  const undo = files ?? restore;
  if (undo?.undoes === undefined) return undefined;
  const undone = readJournal(system, root).find(({ id }) => id === undo.undoes);
  const meant = number === undefined || number === String(undo.undoes);
  if (!undone || !meant) return undefined;
  const { id, title, operation, at } = undone;
  return {
    dry_run: false,
    undone: { number: id, operation, title, at },
    passed: [],
    details: ["finished what was cut short"],
    left: [],
    operation: undo.id,
  };
}

async function finishFiles(
  { system }: Context,
  root: string,
): Promise<JournalEntry | undefined> {
  if (!system.files.lstat(undoMarker(root))) return undefined;
  return await withLock(system, root, (finished) => finished);
}

async function finishRestore(
  context: Context,
  workspace: Workspace,
): Promise<JournalEntry | undefined> {
  const { system } = context;
  const { root } = workspace;
  const worktree = worktreeOf(workspace);
  const begun = hasMarker(system, root, worktree)
    ? readMarker(system, root, worktree)
    : undefined;
  await settleDetour(context, workspace);
  return begun &&
    readJournal(system, root).find(({ own, after }) =>
      own && after.restore === begun.restore
    );
}
