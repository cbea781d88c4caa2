import { defineCommand } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { escapeText } from "../escape.ts";
import { locate } from "../git/workspace.ts";
import { getOwn } from "../own.ts";
import { entryToUndo } from "../session/journal.ts";
import type { UndoResult } from "../session/results_checkpoints.ts";
import { readJournal } from "../store/journal.ts";
import { openStore } from "../store/recover.ts";
import { withLock } from "../store/lock.ts";
import { chosenRoot, USER_FLAG, worktreeOf } from "./journal_root.ts";
import { settleDetour } from "./detour_settle.ts";
import { finishBegun } from "./undo_begun.ts";
import { rootOf, UNDO, type UndoKind, type UndoOrder } from "./undo_steps.ts";

/** `mpm undo` */
export const undo = defineCommand({
  name: "undo",
  summary: "Take the last operation of mpm's back",
  description: `
Takes back what "mpm log" lists: the newest operation of this worktree that is
not taken back yet, so that repeating it goes further back. With a number it is
that one; an undo has a number too, and undoing it does the operation again.
What a hook did by itself is taken back by its number only.

What was changed since is never overwritten: then nothing is done, the reason is
told, and the exit status is 4. What an undo replaces is kept in the trash, or,
where it is the working tree, in a safety checkpoint.`,
  positionals: [{
    name: "number",
    summary: "Which operation, as mpm log counts them",
    names: "operation",
    optional: true,
  }],
  flags: {
    user: USER_FLAG,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be taken back and change nothing",
    },
  },
  examples: ["mpm undo", "mpm undo 3 --dry-run"],
  result: async () =>
    (await import("../session/results_checkpoints.ts")).UndoResult,
  async run(context, input): Promise<UndoResult> {
    const { system } = context;
    const workspace = await locate(system, context.folder);
    const root = chosenRoot(system, workspace.root, input.user);
    const dryRun = input["dry-run"];
    if (dryRun) {
      await settleDetour(context, workspace);
      await openStore(system, root);
    } else {
      const { number } = input;
      const begun = await finishBegun(context, { workspace, root, number });
      if (begun) return begun;
    }
    /** Reads the journal as it is at that moment. */
    const chosen = () => {
      const order = { context, workspace, root, dryRun };
      return orderOf(order, input.number);
    };
    const take = async () => {
      const { order, kind } = chosen();
      return answer(order, await kind.undo(order));
    };
    const { order, kind } = chosen();
    if (!kind.locks && !dryRun) {
      return await withLock(system, root, () => take());
    }
    return answer(order, await kind.undo(order));
  },
  render,
  status: ({ left }) => left.length === 0 ? 0 : 4,
});

function orderOf(
  parts: Pick<UndoOrder, "context" | "workspace" | "root" | "dryRun">,
  number: string | undefined,
): { order: UndoOrder; kind: UndoKind } {
  const { context: { system }, workspace, root } = parts;
  const entries = readJournal(system, root);
  const worktree = worktreeOf(workspace);
  const anywhere = root !== workspace.root;
  const entry = entryToUndo(entries, {
    number,
    worktree: anywhere ? undefined : worktree,
  });
  const kind = getOwn(UNDO, rootOf(entries, entry).operation);
  if (!kind) {
    throw new MpmError(
      "CONFLICT",
      `"${entry.operation}" cannot be taken back`,
      { hint: "Another version of mpm did it: use that one" },
    );
  }
  if (!anywhere && entry.worktree !== worktree) {
    throw new MpmError(
      "CONFLICT",
      `Operation ${entry.id} was done in another worktree: "${entry.worktree}"`,
      { hint: "Run mpm undo there" },
    );
  }
  return { order: { ...parts, entry, entries }, kind };
}

function answer(
  { entry, dryRun }: UndoOrder,
  { details, left, operation }: Awaited<ReturnType<UndoKind["undo"]>>,
): UndoResult {
  const { id: number, title, at } = entry;
  return {
    dry_run: dryRun,
    undone: { number, operation: entry.operation, title, at },
    details: [...details],
    left: [...left],
    operation: operation ?? null,
  };
}

/** Lines that are printed before the rest is only counted. */
const SHOWN = 30;

function render(
  { dry_run: dry, undone, details, left, operation }: UndoResult,
): string {
  const { number, title } = undone;
  const listed = (lines: readonly string[]) => [
    ...lines.slice(0, SHOWN).map((line) => `  ${escapeText(line)}`),
    ...lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : [],
  ];
  return [
    `${dry ? "Would take back" : "Took back"} operation ${number}: ${
      escapeText(title)
    }`,
    ...listed(details),
    ...left.length === 0 ? [] : ["Left alone:", ...listed(left)],
    ...operation === null ? [] : [`mpm undo ${operation} does it again`],
    "",
  ].join("\n");
}
