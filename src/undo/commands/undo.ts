import { defineCommand } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import { chosenRoot, settleLog, USER_FLAG } from "../../ops/mod.ts";
import { openStore } from "../../saves/mod.ts";
import { finishBegun, undoOperation } from "../undo_operation.ts";
import type { UndoResult } from "./results.ts";

/** `mpm undo` */
export const undo = defineCommand({
  name: "undo",
  summary: "Undo the last operation",
  description: `
Undoes the newest operation of this worktree. "mpm undo list" lists the
operations. Repeat the command to undo earlier operations. mpm skips and lists
operations that you cannot undo. A number selects one operation. An undo is itself an operation: to redo the original operation, undo the undo. To undo an operation that a hook ran, specify its number.

mpm never overwrites later changes. If there are any, mpm changes nothing, prints the reason, and exits with status 4. mpm moves replaced files to the trash. Before it restores a working tree, it saves the current files in a checkpoint.`,
  positionals: [{
    name: "number",
    summary: 'The number of the operation in "mpm undo list"',
    names: "operation",
    optional: true,
  }],
  flags: {
    user: USER_FLAG,
    "dry-run": {
      type: "boolean",
      summary: "Show what would be undone without changing anything",
    },
  },
  examples: ["mpm undo", "mpm undo 3 --dry-run"],
  result: async () => (await import("./results.ts")).UndoResult,
  async run(context, input): Promise<UndoResult> {
    const { system } = context;
    const workspace = await locate(system, context.folder);
    const root = chosenRoot(system, workspace.root, input.user);
    const dryRun = input["dry-run"];
    const parts = { context, workspace, root, dryRun };
    if (dryRun) await context.settle(context);
    else {
      const begun = await finishBegun(parts, input.number);
      if (begun) return begun;
    }
    await openStore(system, root);
    await settleLog(system, root);
    return await undoOperation(parts, input.number);
  },
  render,
  status: ({ left }) => left.length === 0 ? 0 : 4,
});

/** The maximum number of lines to print; further lines are only counted. */
const SHOWN = 30;

function render(
  { dry_run: dry, undone, passed, details, left, operation }: UndoResult,
): string {
  const { number, title } = undone;
  const listed = (lines: readonly string[]) => [
    ...lines.slice(0, SHOWN).map((line) => `  ${escapeText(line)}`),
    ...lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more`] : [],
  ];
  return [
    ...passed.map((one) =>
      `Skipped operation ${one.number}, ${escapeText(one.title)}: ${
        escapeText(one.reason)
      }`
    ),
    `${dry ? "Would undo" : "Undid"} operation ${number}: ${escapeText(title)}`,
    ...listed(details),
    ...left.length === 0 ? [] : ["Left alone:", ...listed(left)],
    ...operation === null ? [] : [`Redo it with: mpm undo ${operation}`],
    "",
  ].join("\n");
}
