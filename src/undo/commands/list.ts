import { defineCommand, table } from "../../cli/mod.ts";
import { MpmError } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import { shortAge } from "../../base/times.ts";
import {
  chosenRoot,
  nextToUndo,
  readJournal,
  settleLog,
  undoneIds,
  USER_FLAG,
  worktreeOf,
} from "../../ops/mod.ts";
import type { UndoListResult } from "./results.ts";
import { lastingIn } from "../kinds.ts";

type Row = UndoListResult["operations"][number];

/** `mpm undo list` */
export const undoList = defineCommand({
  name: "undo list",
  summary: "List the operations that you can undo",
  description: `
Lists the operations of the project, newest first, with the numbers for "mpm undo".
Marks show which operations a hook ran, which you have undone, and which you
cannot undo. --json prints the state before and after each operation.`,
  positionals: [],
  flags: {
    limit: {
      type: "string",
      short: "n",
      value: "count",
      default: "30",
      summary: "The number of operations, or all",
    },
    user: USER_FLAG,
  },
  examples: [
    "mpm undo list",
    "mpm undo list -n all --json",
    "mpm undo list --user",
  ],
  result: async () => (await import("./results.ts")).UndoListResult,
  settles: true,
  async run(context, input): Promise<UndoListResult> {
    const { system, folder } = context;
    const limit = limitOf(input.limit);
    const workspace = await locate(system, folder);
    const root = chosenRoot(system, workspace.root, input.user);
    await settleLog(system, root);
    const entries = readJournal(system, root);
    const undone = undoneIds(entries);
    const lasting = new Map(
      entries.map((entry) => [entry.id, lastingIn(entries, entry)?.reason]),
    );
    const passed = new Set(
      entries.map(({ id }) => id).filter((id) => lasting.get(id) !== undefined),
    );
    const worktree = root === workspace.root
      ? worktreeOf(workspace)
      : undefined;
    return {
      project: root,
      listed_at: system.now().toISOString(),
      operations: entries.toReversed().slice(0, limit).map((entry) => ({
        number: entry.id,
        at: entry.at,
        operation: entry.operation,
        title: entry.title,
        worktree: entry.worktree,
        undoes: entry.undoes ?? null,
        undone: undone.has(entry.id),
        automatic: entry.automatic === true,
        own: entry.own,
        lasting: lasting.get(entry.id) ?? null,
        before: entry.before,
        after: entry.after,
      })),
      more: Math.max(0, entries.length - limit),
      undo: nextToUndo(entries, { worktree, passed })?.id ?? null,
    };
  },
  render({ operations, listed_at, more }, style) {
    if (operations.length === 0) return "No operations yet.\n";
    const now = new Date(listed_at);
    const rows = operations.map((row) => [
      style.cyan(String(row.number)),
      style.dim(shortAge(Date.parse(row.at), now)),
      row.undone ? style.dim(titleOf(row)) : titleOf(row),
    ]);
    const rest = more > 0 ? `and ${more} older: mpm undo list -n all\n` : "";
    return table(rows, style.columns) + rest;
  },
  next: ({ undo }) =>
    undo === null ? undefined : `"mpm undo" undoes operation ${undo}`,
});

/**
 * Returns the title with its marks first, since the end of a long line is cut
 * off.
 */
function titleOf({ title, undone, automatic, own, lasting }: Row): string {
  const marks = [
    ...undone ? ["undone"] : [],
    ...automatic ? ["by a hook"] : [],
    ...own ? [] : ["not by you on this machine"],
    ...own && !undone && lasting !== null ? ["permanent"] : [],
  ];
  const mark = marks.length > 0 ? `(${marks.join(", ")}) ` : "";
  return `${mark}${escapeText(title)}`;
}

function limitOf(text: string): number {
  if (text === "all") return Infinity;
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new MpmError("USAGE", `Invalid --limit "${text}"`, {
    hint: 'Use a whole number, or "all"',
  });
}
