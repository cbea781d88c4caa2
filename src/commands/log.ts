import { defineCommand } from "../cli/command.ts";
import { table } from "../cli/table.ts";
import { escapeText } from "../escape.ts";
import { locate } from "../git/workspace.ts";
import { shortAge } from "../session/ages.ts";
import { undoneIds } from "../session/journal.ts";
import { readJournal } from "../store/journal.ts";
import { settleDetour } from "./detour_settle.ts";

/** `mpm log` */
export const log = defineCommand({
  name: "log",
  summary: "List what mpm did that can be taken back",
  description: `
The operations of the project, the newest first, with the numbers that
"mpm undo" takes.`,
  positionals: [],
  flags: {},
  examples: ["mpm log", "mpm log --json"],
  result: async () =>
    (await import("../session/results_checkpoints.ts")).LogResult,
  async run(context) {
    const { system, folder } = context;
    const workspace = await locate(system, folder);
    await settleDetour(context, workspace);
    const entries = readJournal(system, workspace.root);
    const undone = undoneIds(entries);
    return {
      project: workspace.root,
      listed_at: system.now().toISOString(),
      operations: entries.toReversed().map((entry) => ({
        number: entry.id,
        at: entry.at,
        operation: entry.operation,
        title: entry.title,
        worktree: entry.worktree,
        undoes: entry.undoes ?? null,
        undone: undone.has(entry.id),
      })),
    };
  },
  render({ operations, listed_at }, style) {
    if (operations.length === 0) return "Nothing was done yet.\n";
    const now = new Date(listed_at);
    return table(
      operations.map(({ number, at, title, undone }) => [
        String(number),
        shortAge(Date.parse(at), now),
        undone
          ? style.dim(`${escapeText(title)} (taken back)`)
          : escapeText(title),
      ]),
      style.columns,
    );
  },
  next: ({ operations }) =>
    operations.some(({ undone }) => !undone)
      ? '"mpm undo" takes the last one back'
      : undefined,
});
