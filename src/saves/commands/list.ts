import { listProject } from "../resume/elsewhere.ts";
import { cut, defineCommand, type Style, tableRows } from "../../cli/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { shortAge } from "../../base/times.ts";
import { locate } from "../../git/mod.ts";
import type { SessionRow, SessionsResult } from "./results.ts";
import {
  filterRows,
  labelBefore,
  madeBy,
  ownTitle,
  parseLimit,
  parseSince,
  summaryBeside,
} from "../list.ts";
import { openStore, unfinishedPause } from "../store/recover.ts";

/** `mpm saves list` */
export const sessionsList = defineCommand({
  name: "saves list",
  summary: "List the saves of this project",
  description: `
Lists the saves, newest first. To select a save in other commands, use its number, its ID or a unique part of the ID, its name, or "latest". --all also shows the saves of archived and cancelled sessions.

In a terminal, mpm shows the newest 20 saves, with the command that continues each agent conversation. Each row shows the number, age, branch, author, session, state and summary. If the terminal has 100 columns or more, each row also shows the ID. In a pipe, mpm prints all saves with tab-separated fields: number, ID, time in UTC, branch, state, origin, name, summary. The last field is the command that continues the agent's conversation, if mpm knows it. --json prints more fields. Filtering does not change the numbers.`,
  positionals: [],
  flags: {
    all: {
      type: "boolean",
      summary: "Include saves of archived and cancelled sessions",
    },
    search: {
      type: "string",
      value: "text",
      summary:
        "Only saves with all of these words in the ID, time, branch, summary or task",
    },
    branch: {
      type: "string",
      value: "name",
      summary: "Only saves made on this git branch",
    },
    since: {
      type: "string",
      value: "when",
      summary:
        "Only saves newer than an age (e.g. 12h, 7d, 2w) or a date in UTC",
    },
    limit: {
      type: "string",
      value: "number",
      summary: 'The maximum number of saves, or "all"',
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
      ? '"mpm resume <number>" continues from a save, "mpm show ' +
        '<number>" shows it'
      : undefined,
});

/** The default number of rows on a terminal. */
const SHOWN = 20;

function render(result: SessionsResult, style: Style): string {
  const { sessions, matching, hidden, limit } = result;
  if (style.piped) return sessions.map(fields).join("");
  const shown = limit === null ? sessions.slice(0, SHOWN) : sessions;
  const more = matching - shown.length;
  const hints = [
    ...more > 0
      ? [
        `${more} more: use --limit all, or filter with --search, --branch or ` +
        "--since",
      ]
      : [],
    ...hidden > 0
      ? [`${hidden} more from archived and cancelled sessions: use --all`]
      : [],
  ].map((text) => style.dim(`${text}\n`)).join("");
  if (shown.length === 0) return `${nothing(result)}\n${hints}`;
  return rowLines(shown, result.listed_at, style) + hints;
}

/** The terminal width at which the ID and the author of a save fit. */
const WIDE = 100;

/** Returns a line for each save, with its author and command if needed. */
function rowLines(rows: readonly SessionRow[], listedAt: string, style: Style) {
  const wide = style.columns >= WIDE;
  const digits = Math.max(...rows.map(({ index }) => `${index ?? "-"}`.length));
  const cells = rows.map((row) => [
    style.cyan(`${row.index ?? "-"}`.padStart(digits)),
    ...wide ? [row.session_id] : [],
    style.dim(shortAge(Date.parse(row.paused_at), new Date(listedAt))),
    style.green(cut(escapeText(row.branch ?? "-"), 24)),
    ...wide ? [whoText(row, style)] : [],
    title(row, style),
  ]);
  const branch = wide ? 3 : 2;
  return tableRows(cells, style.columns, [branch]).map((line, at) => {
    const row = rows[at]!;
    const more = [
      ...row.origin === "foreign" && !wide ? [whoText(row, style)] : [],
      ...row.agent_command === null
        ? []
        : [style.dim(row.agent_command.join(" "))],
    ].map((text) => `${" ".repeat(digits + 2)}${text}\n`);
    return `${line}\n${more.join("")}`;
  }).join("");
}

function whoText(row: SessionRow, style: Style): string {
  return row.origin === "foreign" ? style.yellow(madeBy(row)) : madeBy(row);
}

function nothing({ total }: SessionsResult): string {
  return total > 0 ? "No save matches." : 'No saves. "mpm pause" creates one.';
}

/** A row for programs: every field is present, complete and on one line. */
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
    ...row.agent_command === null ? [] : [row.agent_command.join(" ")],
  ];
  return `${cells.map(escapeText).join("\t")}\n`;
}

function title(row: SessionRow, style: Style): string {
  if (row.problem) return style.red(escapeText(row.problem.message));
  if (row.log) {
    return `${style.dim("log:")} ${escapeText(row.summary)}`;
  }
  const work = style.cyan(labelBefore(row));
  const name = row.name === null ? "" : `${escapeText(row.name)}: `;
  const rest = summaryBeside(row.summary, [ownTitle(row), row.name]);
  const automatic = row.automatic ? style.dim("automatic: ") : "";
  return automatic + work + style.bold(name) +
    (row.summary === "" ? "(no summary)" : escapeText(rest));
}
