import { defineCommand } from "../cli/command.ts";
import type { Style } from "../cli/style.ts";
import { cut, table } from "../cli/table.ts";
import { escapeText } from "../escape.ts";
import { locate } from "../git/workspace.ts";
import type { SessionRow, SessionsResult } from "../session/results.ts";
import { rowAge, sessionsResult } from "../session/rows.ts";
import { listSaves } from "../store/read_saves.ts";
import { openStore, unfinishedPause } from "../store/recover.ts";

/** `mpm sessions list` */
export const sessionsList = defineCommand({
  name: "sessions list",
  summary: "List the saved sessions of this project",
  description: `
The newest comes first. Its number, its id, any part of its id that no other
has, its name and "latest" all select a session in the other commands.`,
  positionals: [],
  flags: {},
  examples: ["mpm sessions list", "mpm sessions list --json"],
  result: async () => (await import("../session/results.ts")).SessionsResult,
  async run({ system, folder, note }) {
    const { root } = await locate(system, folder);
    await openStore(system, root);
    unfinishedPause(system, root).forEach((text) => note(`Note: ${text}`));
    const entries = await listSaves(system, root, {
      warn: ({ message }) => note(`Warning: ${message}`),
    });
    return sessionsResult(entries, { project: root, now: system.now() });
  },
  render,
});

function render(result: SessionsResult, style: Style): string {
  const { sessions } = result;
  if (sessions.length === 0) {
    return 'No saved sessions. "mpm pause" saves one.\n';
  }
  const rows = sessions.map((row) => [
    style.cyan(`${row.index}`),
    row.session_id,
    style.dim(rowAge(row, result.listed_at)),
    style.green(cut(escapeText(row.branch ?? "-"), 24)),
    title(row, style),
  ]);
  return table(rows, style.columns);
}

function title(row: SessionRow, style: Style): string {
  if (row.problem) return style.red(escapeText(row.problem.message));
  if (row.log) return `${style.dim("log:")} ${escapeText(row.summary)}`;
  const name = row.name === null ? "" : `${escapeText(row.name)}: `;
  return style.bold(name) + (escapeText(row.summary) || "(no summary)");
}
