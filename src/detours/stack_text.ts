import type { Style } from "../cli/style.ts";
import { escapeText } from "../base/escape.ts";
import { shortAge } from "../base/times.ts";
import type { StackResult } from "../work/commands/results.ts";
import { fullTitle } from "../work/record.ts";
import { stateWord } from "../work/text.ts";

type Row = StackResult["sessions"][number];

interface Marks {
  readonly branch: string;
  readonly last: string;
  readonly down: string;
  readonly current: string;
}

const BOX: Marks = {
  branch: "├── ",
  last: "└── ",
  down: "│   ",
  current: "◄ you are here",
};
const ASCII: Marks = {
  branch: "|-- ",
  last: "`-- ",
  down: "|   ",
  current: "<- you are here",
};

/** A terminal's style, and how a title is made to fit. */
interface StackStyle extends Style {
  readonly columns: number;
  width(text: string): number;
  cut(text: string, columns: number): string;
}

/** Columns of a title that are shown in any case. */
const LEAST = 12;

/** What `mpm stack` prints: the tree of the sessions, a line for each. */
export function stackText(result: StackResult, style: StackStyle): string {
  const { sessions, hidden, problems } = result;
  const marks = style.ascii ? ASCII : BOX;
  const rows = sessions.map((row, at) => {
    const stem = stemOf(sessions, at, marks);
    return style.dim(stem) + rowText(row, { result, style, marks, stem });
  });
  const trees = rows.flatMap((row, at) =>
    at > 0 && sessions[at]!.depth === 0 ? ["", row] : [row]
  );
  return [
    ...rows.length === 0
      ? ['No work sessions. "mpm start" begins one.']
      : trees,
    ...hidden > 0
      ? [style.dim(`${hidden} more archived or cancelled: --all`)]
      : [],
    ...problems.map((text) => style.yellow(`Note: ${escapeText(text)}`)),
    "",
  ].join("\n");
}

/** The lines that lead to a row from the rows above it. */
function stemOf(rows: readonly Row[], at: number, marks: Marks): string {
  const { depth } = rows[at]!;
  if (depth === 0) return "";
  const parts: string[] = [];
  for (let level = 1; level < depth; level++) {
    parts.push(hasMore(rows, at, level) ? marks.down : "    ");
  }
  parts.push(hasMore(rows, at, depth) ? marks.branch : marks.last);
  return parts.join("");
}

/** Whether a further row of this level follows below the same parent. */
function hasMore(rows: readonly Row[], at: number, level: number): boolean {
  for (const { depth } of rows.slice(at + 1)) {
    if (depth < level) return false;
    if (depth === level) return true;
  }
  return false;
}

function rowText(
  { session, depth, parked }: Row,
  { result, style, marks, stem }: {
    result: StackResult;
    style: StackStyle;
    marks: Marks;
    stem: string;
  },
): string {
  const kind = depth === 0 ? "Main Session" : "Branch";
  const age = shortAge(Date.parse(session.since), new Date(result.listed_at));
  const done = session.total > 0 ? `, ${session.done}/${session.total}` : "";
  const left = parked === null ? "" : `, parked in ${escapeText(parked)}`;
  const state = `${stateWord(session.state, style)} ${
    style.dim(age)
  }${done}${left}`;
  const here = session.id === result.current
    ? ` ${style.cyan(marks.current)}`
    : "";
  const around = `${stem}${kind}:  (${state})${here}`;
  const room = Math.max(LEAST, style.columns - style.width(around));
  const title = style.cut(escapeText(fullTitle(session)), room);
  return `${kind}: ${style.bold(title)} (${state})${here}`;
}
