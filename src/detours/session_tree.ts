import { type Context, cut, noteLines, type Style, width } from "../cli/mod.ts";
import { locate } from "../git/mod.ts";
import {
  currentWork,
  foreignWorksNote,
  fullTitle,
  isSettled,
  keptNotes,
  listWorks,
  lostNote,
  lostWorks,
  missingNotes,
  parkedBy,
  placeKey,
  type StackResult,
  stateWord,
  type Work,
  workView,
} from "../work/mod.ts";
import { hasRecord } from "../checkpoints/mod.ts";
import { openStore } from "../saves/mod.ts";
import { escapeText } from "../base/escape.ts";
import { shortAge } from "../base/times.ts";

/** Reads the sessions of the project as a tree. */
export async function readTree(
  { system, folder }: Context,
  { all }: { all: boolean },
): Promise<StackResult> {
  const workspace = await locate(system, folder);
  const { root } = workspace;
  await openStore(system, root);
  const { works, problems, foreign } = listWorks(system, root);
  const current = currentWork(system, root, placeKey(workspace));
  const { placed, hidden } = stackTree(works, { all });
  const exists = (id: string) => hasRecord(system, root, id);
  return {
    project: root,
    listed_at: system.now().toISOString(),
    current: current.work?.id ?? null,
    sessions: placed.map(({ work, depth }) => ({
      session: workView(work),
      depth,
      parked: parkedBy(work, works),
    })),
    hidden,
    problems: [
      ...problems.map(({ message }) => message),
      ...foreign === 0 ? [] : [foreignWorksNote(foreign)],
      ...keptNotes(works, exists),
      ...missingNotes(works, exists),
      ...lostWorks(system, root, works).map(lostNote),
      ...current.problem === undefined ? [] : [current.problem],
    ],
  };
}

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

/** The minimum width of a title, in columns. */
const LEAST = 12;

/**
 * Returns the output of `mpm status --tree`: one line for each session in the
 * tree.
 */
export function treeText(result: StackResult, style: Style): string {
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
    ...rows.length === 0 ? ['No sessions. "mpm start" starts one.'] : trees,
    ...hidden > 0
      ? [style.dim(`${hidden} more archived or cancelled: --all`)]
      : [],
    ...noteLines(problems, style),
    "",
  ].join("\n");
}

/** Returns the lines that connect a row to the rows above it. */
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

/** Returns whether another row of this level follows below the same parent. */
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
    style: Style;
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
  const room = Math.max(LEAST, style.columns - width(around));
  const title = cut(escapeText(fullTitle(session)), room);
  return `${kind}: ${style.bold(title)} (${state})${here}`;
}

/** A session and its depth in the tree. */
interface Placed {
  readonly work: Work;
  readonly depth: number;
}

/**
 * Arranges the sessions as a tree. Each session comes after its parent,
 * children in order of age, the newest top-level session first. A session is
 * top-level if its parent is missing, or if it is its own ancestor. Archived
 * and cancelled sessions are left out unless `all` is set, or unless a session
 * below them is shown.
 */
function stackTree(
  works: readonly Work[],
  { all }: { all: boolean },
): { placed: Placed[]; hidden: number } {
  const byId = new Map(works.map((work) => [work.id, work]));
  const children = new Map<string, Work[]>();
  const roots: Work[] = [];
  for (const work of works) {
    const { parent } = work;
    if (parent === null || !byId.has(parent) || isInLoop(work, byId)) {
      roots.push(work);
    } else children.set(parent, [...children.get(parent) ?? [], work]);
  }
  const oldestFirst = (a: Work, b: Work) => a.id < b.id ? -1 : 1;
  const placed: Placed[] = [];
  const place = (work: Work, depth: number): boolean => {
    const at = placed.length;
    placed.push({ work, depth });
    const below = (children.get(work.id) ?? []).sort(oldestFirst)
      .map((child) => place(child, depth + 1));
    const shown = all || !isSettled(work.state) || below.includes(true);
    if (!shown) placed.splice(at);
    return shown;
  };
  roots.sort(oldestFirst).reverse().forEach((root) => place(root, 0));
  return { placed, hidden: works.length - placed.length };
}

function isInLoop(work: Work, byId: ReadonlyMap<string, Work>): boolean {
  const seen = new Set<string>();
  for (let at: Work | undefined = work; at;) {
    if (seen.has(at.id)) return true;
    seen.add(at.id);
    at = at.parent === null ? undefined : byId.get(at.parent);
  }
  return false;
}
