import { listProject } from "../resume/elsewhere.ts";
import { cut, defineCommand, type Style, table } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { locate } from "../../git/mod.ts";
import type { SessionRow, SessionsResult } from "./results.ts";
import {
  filterRows,
  ownTitle,
  parseLimit,
  parseSince,
  rowAge,
  sessionLabel,
  summaryBeside,
} from "../list.ts";
import { openStore, unfinishedPause } from "../store/recover.ts";

/** `mpm saves list` */
export const sessionsList = defineCommand({
  name: "saves list",
  summary: "List the saved sessions of this project",
  description: `
The newest comes first. Its number, its id, any part of its id that no other
has, its name and "latest" all select a session in the other commands. The saves
of archived and cancelled work sessions are left out, unless --all is given.

A terminal gets the newest 20, each on one line, and is told how to see more.
What is piped gets them all, with a tab between the fields: number, id, time in
UTC, branch, state, name, summary. With --json there is more of each. The
numbers stay the same whatever is filtered.`,
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      summary: "Those of archived and cancelled work sessions, too",
    },
    search: {
      type: "string",
      value: "text",
      summary:
        "Those with all these words in id, time, branch, summary or task",
    },
    branch: {
      type: "string",
      value: "name",
      summary: "Those that were saved on this git branch",
    },
    since: {
      type: "string",
      value: "when",
      summary: "Those of the last 12h, 7d, 2w, or since a date in UTC",
    },
    limit: {
      type: "string",
      value: "number",
      summary: 'At most so many, or "all"',
    },
  },
  examples: [
    "mpm saves list",
    'mpm saves list --search "login retry" --since 2w',
    "mpm saves list --branch main --limit all",
    "mpm saves list --all --json",
  ],
  result: async () => (await import("./results.ts")).SessionsResult,
  async run(context, input) {
    const { system, folder, note } = context;
    const filter = {
      search: input.search,
      branch: input.branch,
      since: parseSince(input.since, system.now()),
      limit: parseLimit(input.limit),
    };
    const workspace = await locate(system, folder);
    const { root } = workspace;
    await openStore(system, root);
    unfinishedPause(system, root).forEach((text) => note(`Note: ${text}`));
    const { listed } = await listProject(context, workspace, input);
    return filterRows(listed, filter);
  },
  render,
  next: ({ sessions }) =>
    sessions.length > 0
      ? '"mpm resume <number>" continues one, "mpm saves show <number>" ' +
        "shows it"
      : undefined,
});

/** The column that is cut where a line is too long. */
const BRANCH = 3;

/** Rows that a terminal shows unless it is told how many. */
const SHOWN = 20;

function render(result: SessionsResult, style: Style): string {
  const { sessions, matching, hidden, limit } = result;
  if (style.piped) return sessions.map(fields).join("");
  const shown = limit === null ? sessions.slice(0, SHOWN) : sessions;
  const more = matching - shown.length;
  const hints = [
    ...more > 0
      ? [`${more} more: --limit all, or --search, --branch, --since`]
      : [],
    ...hidden > 0
      ? [`${hidden} more of archived and cancelled sessions: --all`]
      : [],
  ].map((text) => style.dim(`${text}\n`)).join("");
  if (shown.length === 0) return `${nothing(result)}\n${hints}`;
  const digits = Math.max(
    ...shown.map(({ index }) => `${index ?? "-"}`.length),
  );
  const rows = shown.map((row) => [
    style.cyan(`${row.index ?? "-"}`.padStart(digits)),
    row.session_id,
    style.dim(rowAge(row, result.listed_at)),
    style.green(cut(escapeText(row.branch ?? "-"), 24)),
    title(row, style),
  ]);
  return table(rows, style.columns, [BRANCH]) + hints;
}

function nothing({ total }: SessionsResult): string {
  return total > 0
    ? "No saved session fits."
    : 'No saved sessions. "mpm pause" saves one.';
}

/** A row for programs: every field there, none cut, nothing but a line. */
function fields(row: SessionRow): string {
  const { session, problem } = row;
  const name = row.name ?? session?.name ?? "";
  const cells = [
    String(row.index ?? ""),
    row.session_id,
    row.paused_at,
    row.branch ?? "",
    problem ? "unreadable" : row.log ? "log" : session?.state ?? "",
    row.origin ?? "",
    name,
    problem ? problem.message : summaryBeside(row.summary, [name]),
  ];
  return `${cells.map(escapeText).join("\t")}\n`;
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
  const rest = summaryBeside(row.summary, [ownTitle(row), row.name]);
  const automatic = row.automatic ? style.dim("automatic: ") : "";
  return foreign + automatic + work + style.bold(name) +
    (row.summary === "" ? "(no summary)" : escapeText(rest));
}
