import { defineCommand } from "../cli/command.ts";
import { MpmError } from "../errors.ts";
import { escapeText } from "../escape.ts";
import { entryToUndo } from "../session/journal.ts";
import type { UndoResult } from "../session/results_checkpoints.ts";
import { readJournal } from "../store/journal.ts";
import { withLock } from "../store/lock.ts";
import { openPlace } from "./checkpoint_place.ts";
import { settleDetour } from "./detour_settle.ts";
import { rootOf, UNDO } from "./undo_steps.ts";

/** `mpm undo` */
export const undo = defineCommand({
  name: "undo",
  summary: "Take the last operation of mpm's back",
  description: `
Takes back what "mpm log" lists: the newest operation of this worktree that is
not taken back yet, so that repeating it goes further back. With a number it is
that one; an undo has a number too, and undoing it does the operation again.

What is there now goes into a safety checkpoint first.`,
  positionals: [{
    name: "number",
    summary: "Which operation, as mpm log counts them",
    names: "operation",
    optional: true,
  }],
  flags: {
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
    const place = await openPlace(context);
    const { root } = place.workspace;
    const { worktree } = place.vault.workspace;
    await settleDetour(context, place.workspace);
    return await withLock(system, root, async () => {
      const entries = readJournal(system, root);
      const entry = entryToUndo(entries, { number: input.number, worktree });
      const { id: number, operation, title, at } = entry;
      const undone = { number, operation, title, at };
      const handler = UNDO[rootOf(entries, entry).operation];
      if (!handler) {
        throw new MpmError("CONFLICT", `"${operation}" cannot be taken back`, {
          hint: "Another version of mpm did it: use that one",
        });
      }
      if (entry.worktree !== worktree) {
        throw new MpmError(
          "CONFLICT",
          `Operation ${number} was done in another worktree: "${entry.worktree}"`,
          { hint: "Run mpm undo there" },
        );
      }
      if (input["dry-run"]) {
        return { dry_run: true, undone, details: [], operation: null };
      }
      const done = await handler({ context, place, entry });
      return {
        dry_run: false,
        undone,
        details: [...done.details],
        operation: done.operation ?? null,
      };
    });
  },
  render,
});

/** Lines that are printed before the rest is only counted. */
const SHOWN = 30;

function render(
  { dry_run: dry, undone, details, operation }: UndoResult,
): string {
  const { number, title } = undone;
  const more = details.length - SHOWN;
  return [
    `${dry ? "Would take back" : "Took back"} operation ${number}: ${
      escapeText(title)
    }`,
    ...details.slice(0, SHOWN).map((line) => `  ${escapeText(line)}`),
    ...more > 0 ? [`  and ${more} more`] : [],
    ...operation === null ? [] : [`mpm undo ${operation} does it again`],
    "",
  ].join("\n");
}
