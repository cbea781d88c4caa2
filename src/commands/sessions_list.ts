import { defineCommand } from "../cli/command.ts";
import type { Style } from "../cli/style.ts";
import { cut, table } from "../cli/table.ts";
import { escapeText } from "../escape.ts";
import { locate } from "../git/workspace.ts";
import type { SessionRow, SessionsResult } from "../session/results.ts";
import { rowAge, sessionLabel, sessionsResult } from "../session/rows.ts";
import { Origins } from "../store/origins.ts";
import { listSaves } from "../store/read_saves.ts";
import { openStore, unfinishedPause } from "../store/recover.ts";
import { SessionStates } from "../store/settled.ts";

/** `mpm sessions list` */
export const sessionsList = defineCommand({
  name: "sessions list",
  summary: "List the saved sessions of this project",
  description: `
The newest comes first. Its number, its id, any part of its id that no other
has, its name and "latest" all select a session in the other commands. The saves
of archived and cancelled work sessions are left out, unless --all is given.`,
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      summary: "Those of archived and cancelled work sessions, too",
    },
  },
  examples: ["mpm sessions list", "mpm sessions list --all --json"],
  result: async () => (await import("../session/results.ts")).SessionsResult,
  async run({ system, folder, note }, { all }) {
    const { root } = await locate(system, folder);
    await openStore(system, root);
    unfinishedPause(system, root).forEach((text) => note(`Note: ${text}`));
    const entries = await listSaves(system, root, {
      warn: ({ message }) => note(`Warning: ${message}`),
    });
    const states = new SessionStates(system, root);
    const origins = new Origins(system);
    return sessionsResult(entries, {
      project: root,
      now: system.now(),
      stateOf: (entry) => states.of(entry),
      originOf: (save) => origins.of(save),
      all,
    });
  },
  render,
});

function render(result: SessionsResult, style: Style): string {
  const { sessions, hidden } = result;
  const more = hidden === 0
    ? ""
    : style.dim(`${hidden} more of archived and cancelled sessions: --all\n`);
  if (sessions.length === 0) {
    return `No saved sessions. "mpm pause" saves one.\n${more}`;
  }
  const rows = sessions.map((row) => [
    style.cyan(`${row.index ?? "-"}`),
    row.session_id,
    style.dim(rowAge(row, result.listed_at)),
    style.green(cut(escapeText(row.branch ?? "-"), 24)),
    title(row, style),
  ]);
  return table(rows, style.columns) + more;
}

function title(row: SessionRow, style: Style): string {
  if (row.problem) return style.red(escapeText(row.problem.message));
  const foreign = row.origin === "foreign" ? style.yellow("foreign: ") : "";
  if (row.log) {
    return `${foreign}${style.dim("log:")} ${escapeText(row.summary)}`;
  }
  const label = sessionLabel(row);
  const work = label === "" ? "" : `${style.cyan(label)} `;
  const name = row.name === null ? "" : `${escapeText(row.name)}: `;
  return foreign + work + style.bold(name) +
    (escapeText(row.summary) || "(no summary)");
}
