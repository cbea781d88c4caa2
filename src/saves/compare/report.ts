import type {
  ChangedCommit,
  ChangedPath,
  Changes,
  PathChange,
} from "./changes.ts";
import {
  listSection,
  MARKDOWN,
  type Marks,
  type Section,
  TEXT,
} from "./marks.ts";
import {
  branchSection,
  operationSection,
  stashSection,
  upstreamSection,
  worktreeSection,
} from "./report_refs.ts";
import { fromWhom } from "../trust/foreign.ts";
import { shortAge } from "../../base/times.ts";
import { counted } from "../../base/words.ts";

interface ReportOptions {
  readonly now: Date;
  readonly markdown?: boolean;
  /** The most items in a list; by default 20 in text, all in Markdown. */
  readonly limit?: number;
}

const TEXT_LIMIT = 20;

/**
 * Returns the report of the changes since a pause, as text for a terminal or as
 * Markdown, ending with a newline. Unchanged parts are left out, except for the
 * commits and the working directory. Everything from git or a save is escaped.
 */
export function renderChanges(
  changes: Changes,
  { now, markdown = false, limit }: ReportOptions,
): string {
  const sections = changeSections(changes, { now, markdown });
  const most = limit ?? (markdown ? Infinity : TEXT_LIMIT);
  return markdown ? renderMarkdown(sections, most) : renderText(sections, most);
}

/** Returns the sections of the report, each with all its items. */
export function changeSections(
  changes: Changes,
  { now, markdown = false, authors = false }:
    & Omit<ReportOptions, "limit">
    & { readonly authors?: boolean },
): Section[] {
  const marks = markdown ? MARKDOWN : TEXT;
  return [
    worktreeSection(changes, marks),
    branchSection(changes, marks),
    ...commitSections(changes, { marks, now, authors }),
    upstreamSection(changes, marks),
    ...fileSections(changes, marks),
    conflictSection(changes, marks),
    missingSection(changes, marks),
    ...contentsSections(changes, marks),
    ...pathSections(changes, marks),
    stashSection(changes, marks),
    operationSection(changes),
    listSection("Notes:", changes.notes.map(marks.words)),
  ].filter((section) => section !== undefined);
}

function renderText(sections: readonly Section[], limit: number): string {
  const parts = sections.map(({ title, items = [], warn, plain, fromEnd }) => {
    const head = `  ${warn ? "⚠️  " : ""}${title}`;
    const shown = cut(items, { limit, fromEnd: fromEnd ?? false });
    return [head, ...shown.map((item) => `    ${plain ? "" : "• "}${item}`)];
  });
  const lines = parts.map((part) => part.join("\n"));
  return `${["🔄 Changes Since Pause:", ...lines].join("\n\n")}\n`;
}

function renderMarkdown(sections: readonly Section[], limit: number): string {
  const parts = sections.map(({ title, items = [], warn, fromEnd }) => {
    const shown = cut(items, { limit, fromEnd: fromEnd ?? false });
    if (shown.length === 0) return title;
    const head = `### ${warn ? "⚠️ " : ""}${title.replace(/:$/, "")}`;
    return `${head}\n\n${shown.map((item) => `- ${item}`).join("\n")}`;
  });
  return `${["## 🔄 Changes Since Pause", ...parts].join("\n\n")}\n`;
}

/** Returns at most `limit` items, and a line that counts the others. */
function cut(
  items: readonly string[],
  { limit, fromEnd }: { limit: number; fromEnd: boolean },
): readonly string[] {
  const more = items.length - limit;
  if (more <= 0) return items;
  const line = `… and ${more} more`;
  return fromEnd
    ? [`${line} earlier`, ...items.slice(more)]
    : [...items.slice(0, limit), line];
}

interface Manner {
  readonly authors: boolean;
  readonly marks: Marks;
  readonly now: Date;
}

/** Oldest first, without bullets. A long list keeps the newest. */
const COMMITS = { plain: true, fromEnd: true };

function commitSections(
  changes: Changes,
  manner: Manner,
): (Section | undefined)[] {
  const { commits, compared_by: by, place } = changes;
  if (changes.repository !== "both" || by === "nothing") return [];
  const { rewritten, squashed, lost } = commits;
  // In another place, HEAD may never have had these commits.
  const here = place === "here" || place === "moved";
  return [
    newCommits(changes, manner),
    listSection(
      `Rewritten Commits (${rewritten.length}):`,
      rewritten.map((pair) => rewrittenLine(pair, manner)).reverse(),
      COMMITS,
    ),
    squashed === null ? undefined : listSection(
      (squashed.how === "commit"
        ? "Squash-Merged Commits"
        : "Commits Replaced With the Same Result") +
        ` (${squashed.commits.length}):`,
      [
        ...linesOf(squashed.commits, manner),
        `→ ${linesOf([squashed.into], manner)}`,
      ],
      COMMITS,
    ),
    listSection(
      `Commits ${here ? "No Longer" : "from the Save Not"} in HEAD ` +
        `(${lost.length}):`,
      linesOf(lost, manner),
      { ...COMMITS, warn: true },
    ),
  ];
}

function newCommits(changes: Changes, manner: Manner): Section {
  const { new: found, omitted } = changes.commits;
  const byTime = changes.compared_by === "time";
  const name = byTime ? "Commits Dated Since the Pause" : "New Commits";
  const title = `${name} (${found.length + omitted}):`;
  return listSection(title, linesOf(found, manner), COMMITS) ??
    { title: byTime ? "No commits dated after the pause" : "No new commits" };
}

function linesOf(
  commits: readonly ChangedCommit[],
  { marks, now, authors }: Manner,
): string[] {
  return commits.map(({ sha, message, author, time }) => {
    const facts = [
      ...authors && author !== "" ? [`by ${marks.words(author)}`] : [],
      shortAge(time, now),
    ];
    return `${marks.code(short(sha))} - ${marks.words(message)} ` +
      `(${facts.join(", ")})`;
  }).reverse();
}

function rewrittenLine(
  { from, to, patch }: Changes["commits"]["rewritten"][number],
  { marks, now }: Manner,
): string {
  const ids = [from, to].map(({ sha }) => marks.code(short(sha))).join(" → ");
  const age = shortAge(to.time, now);
  const how = patch === "changed" ? `changed, ${age}` : age;
  return `${ids} - ${marks.words(to.message)} (${how})`;
}

function short(sha: string): string {
  return sha.slice(0, 7);
}

function fileSections({ files }: Changes, marks: Marks) {
  return byPartition(files).map(({ where, items }) =>
    listSection(
      `Modified Files${where} (${items.length}):`,
      items.map(({ status, path, from }) =>
        `${status}  ${namesOf({ path, from }, marks)}`
      ),
      { plain: true },
    )
  );
}

/** Groups files by partition, files without one last. */
function byPartition<T extends { partition?: string | undefined }>(
  files: readonly T[],
): { where: string; items: readonly T[] }[] {
  const groups = [...Map.groupBy(files, ({ partition }) => partition)];
  if (groups.every(([name]) => name === undefined)) {
    return [{ where: "", items: files }];
  }
  return groups.sort(([a], [b]) =>
    Number(a === undefined) - Number(b === undefined)
  ).map(([name, items]) => ({
    where: name === undefined ? " in No Partition" : ` in ${name}`,
    items,
  }));
}

function conflictSection({ conflicts }: Changes, marks: Marks) {
  const items = conflicts.map(({ path, reason }) =>
    `${marks.code(path)} ${CONFLICTS[reason]}`
  );
  const title = `Potential Conflicts (${items.length}):`;
  return listSection(title, items, { warn: true });
}

const CONFLICTS = {
  touched: "modified both before and after pause",
  unmerged: "has unmerged changes",
};

function missingSection({ missing }: Changes, marks: Marks) {
  const items = missing.map((path) =>
    `${marks.code(path)} is missing, but no commit removed it`
  );
  return listSection(`Missing Files (${items.length}):`, items, { warn: true });
}

function contentsSections({ contents }: Changes, marks: Marks) {
  if (!contents) return [];
  const { lost, restore, verified, not_kept: others } = contents;
  const items = lost.map(({ path, change }) =>
    `${marks.code(path)} ${WORDS[change]}`
  );
  const whose = verified ? "" : `. These files are ${fromWhom()}`;
  const command = restore === null ? [] : [`To restore it: ${restore}${whose}`];
  const gone = others.map(({ path, change, reason }) =>
    `${marks.code(path)} ${WORDS[change]}: ${marks.words(reason)}`
  );
  const [one, other] = [
    `Uncommitted Work Lost Since (${items.length}):`,
    `Lost Since and Not Kept with the Save (${gone.length}):`,
  ];
  return [
    listSection(one, [...items, ...command], { warn: true }),
    listSection(other, gone, { warn: true }),
  ];
}

const WORDS: Record<PathChange, string> = {
  "same": "unchanged since the pause",
  "edited-further": "edited further",
  "discarded": "back to the staged version, without the unstaged edit",
  "staged": "staged",
  "unstaged": "unstaged",
  "conflicted": "in conflict",
  "resolved": "no longer in conflict",
  "deleted": "deleted",
  "restored": "exists again",
  "still-changed": "still changed",
  "committed": "committed",
  "superseded": "changed by later commits",
  "reverted": "reverted",
  "removed": "removed by a commit",
  "not-in-head": "not in HEAD",
  "hidden": "no longer reported by git",
  "new": "new",
  "edited": "edited",
  "renamed": "renamed",
  "unknown": "status unknown",
};

function pathSections({ working_directory: found }: Changes, marks: Marks) {
  if (found.clean === null) return [];
  const changed = found.paths.filter(({ change }) => change !== "same");
  const said = (paths: typeof changed) =>
    paths.map((path) => `${namesOf(path, marks)} ${wordsFor(path)}`);
  const groups = byPartition(changed);
  const [only] = groups;
  const title = "Working Directory:";
  if (only && groups.length === 1 && only.where === "") {
    return [{ title, items: [summary(found), ...said(changed)] }];
  }
  return [
    { title, items: [summary(found)] },
    ...groups.map(({ where, items }) => ({
      title: `Working Directory${where} (${items.length}):`,
      items: said([...items]),
    })),
  ];
}

function summary({ clean, paths }: Changes["working_directory"]): string {
  if (clean) return "No uncommitted changes";
  const now = paths.filter((path) => path.now !== null);
  const same = now.filter(({ change }) => change === "same").length;
  const words = counted(now.length, "uncommitted file");
  if (same === 0) return words;
  return same === now.length
    ? `${words} (unchanged since the pause)`
    : `${words} (${same} unchanged since the pause)`;
}

function wordsFor({ change, now, mode_only: modeOnly }: ChangedPath): string {
  if (modeOnly) return "mode changed";
  if (now === null) return WORDS[change];
  if (change === "unknown") return "changed before or after the pause";
  return change === "committed"
    ? "staged changes were committed"
    : WORDS[change];
}

function namesOf(
  { path, from }: { path: string; from?: string | undefined },
  marks: Marks,
): string {
  return from === undefined
    ? marks.code(path)
    : `${marks.code(from)} → ${marks.code(path)}`;
}
