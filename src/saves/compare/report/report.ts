import type { Changes } from "../changes.ts";
import { MARKDOWN, type Marks, TEXT } from "./report_marks.ts";
import {
  branchSection,
  operationSection,
  stashSection,
  upstreamSection,
  worktreeSection,
} from "./report_refs.ts";
import { commitSections } from "./report_commits.ts";
import {
  conflictSection,
  fileSection,
  missingSection,
  pathSection,
} from "./report_paths.ts";
import type { Section } from "./report_section.ts";

export interface ReportOptions {
  /** Ages are told from this moment. */
  readonly now: Date;
  readonly markdown?: boolean;
  /** Most items of a list; 20 in text unless given, all in Markdown. */
  readonly limit?: number;
}

const TEXT_LIMIT = 20;

/**
 * The report of what changed since a pause, as text for a terminal or as
 * Markdown, ended by a newline. What did not change is left out but for the
 * commits and the working directory. Everything that came from git or a save
 * is escaped.
 */
export function renderChanges(
  changes: Changes,
  { now, markdown = false, limit }: ReportOptions,
): string {
  const marks = markdown ? MARKDOWN : TEXT;
  const sections = [
    worktreeSection(changes, marks),
    branchSection(changes, marks),
    ...commitSections(changes, { marks, now }),
    upstreamSection(changes, marks),
    fileSection(changes, marks),
    conflictSection(changes, marks),
    missingSection(changes, marks),
    pathSection(changes, marks),
    stashSection(changes, marks),
    operationSection(changes),
    notesSection(changes, marks),
  ].filter((section) => section !== undefined);
  const most = limit ?? (markdown ? Infinity : TEXT_LIMIT);
  return markdown ? renderMarkdown(sections, most) : renderText(sections, most);
}

function notesSection(changes: Changes, marks: Marks): Section | undefined {
  if (changes.notes.length === 0) return undefined;
  return { title: "Notes:", items: changes.notes.map(marks.words) };
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

/** At most `limit` items, and a line that tells how many are left out. */
function cut(
  items: readonly string[],
  { limit, fromEnd }: { limit: number; fromEnd: boolean },
): readonly string[] {
  const more = items.length - limit;
  if (more <= 0) return items;
  const line = `… and ${more} more`;
  return fromEnd
    ? [`${line} before these`, ...items.slice(more)]
    : [...items.slice(0, limit), line];
}
