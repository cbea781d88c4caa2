import type { Fields } from "../../base/odd_values.ts";

/** A document's parts, by names in lower case. */
export interface Sections {
  /** `**Label**: value` outside the summary, the first of each. */
  readonly labels: ReadonlyMap<string, string>;
  /** The lines below the headings that are known, by the name used here. */
  readonly bodies: ReadonlyMap<string, string[]>;
  readonly summary: string | undefined;
}

/** The title of claude-mpm's and mpm's own document. */
const TITLE = "# Claude MPM Session Pause Document";

/** A heading's pattern, in small letters, and the name of what is below it. */
export type Headings = readonly (readonly [RegExp, string])[];

/** Which headings mean what; in free documents anything like them does. */
const HEADINGS: Headings = [
  [/^accomplishments this session$|accomplish/, "accomplishments"],
  [/^next steps|to resume$|remaining work|to verify/, "next steps"],
  [/^decisions\b/, "decisions"],
  [/^blockers\b/, "blockers"],
  [/^open questions\b/, "open questions"],
  [/^todos?$/, "todos"],
  [/^work session$/, "work session"],
  [/^checklist$/, "checklist"],
  [/^active context$/, "active context"],
  [/^git (?:context|status|state)$/, "git context"],
  [/^important reminders\b/, "important reminders"],
  [/^resume instructions$/, "resume"],
  [/^session metadata$/, "metadata"],
  [/^what you were working on$/, "work"],
];

const HEADING = /^#{1,6}\s+(.*)$/;
const LABEL = /^\s*(?:[-*]\s+)?\*\*([^*:]+)(?::\*\*|\*\*\s*:)(.*)$/;

/**
 * Splits a document at its headings. In claude-mpm's document only the headings
 * it has end the summary, which may hold Markdown of its own; elsewhere any
 * heading does. `openFence` is the line (from 1) of a code block without end.
 * `more` headings mean something in this kind of document, before the others.
 */
export function splitSections(
  text: string,
  more: Headings = [],
): { sections: Sections; openFence: number | undefined } {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const strict = lines.some((line) => line.trimEnd() === TITLE);
  const labels = new Map<string, string>();
  const bodies = new Map<string, string[]>();
  let summary: string[] | undefined;
  let body: string[] = [];
  let inSummary = false;
  let fence: number | undefined;
  lines.forEach((line, index) => {
    // In our own document the summary may hold half a code block.
    if (!(strict && inSummary) && /^(?:```|~~~)/.test(line)) {
      fence = fence === undefined ? index + 1 : undefined;
    }
    const heading = fence === undefined && HEADING.exec(line)?.[1];
    const name = heading ? headingName(heading, more) : undefined;
    const ends = strict
      ? name !== undefined && line.startsWith("## ")
      : heading;
    if (ends) {
      inSummary = false;
      body = [];
      if (name !== undefined && !bodies.has(name)) bodies.set(name, body);
      return;
    }
    if (inSummary) return void summary!.push(line);
    const label = LABEL.exec(line);
    const key = label?.[1]?.trim().toLowerCase();
    if (key === "summary" && summary === undefined) {
      summary = [label![2]!.trim()];
      inSummary = true;
      return;
    }
    if (key !== undefined && !labels.has(key)) {
      labels.set(key, label![2]!.trim());
    }
    body.push(line);
  });
  const sections = { labels, bodies, summary: summary?.join("\n").trim() };
  return { sections, openFence: fence };
}

function headingName(heading: string, more: Headings): string | undefined {
  const plain = heading.replaceAll(/[^\p{L}\p{N} ()]/gu, "").trim()
    .toLowerCase();
  return [...more, ...HEADINGS].find(([pattern]) => pattern.test(plain))?.[1];
}

const ITEM = /^ {0,3}(?:[-*+]|\d+[.)])\s+(.*)$/;

/**
 * The items of a list, bulleted or numbered. Lines below an item that are
 * indented belong to it.
 */
export function listItems(lines: readonly string[] = []): string[] {
  const items: string[] = [];
  for (const line of lines) {
    const item = /^ {2}/.test(line) && items.length > 0
      ? undefined
      : ITEM.exec(line)?.[1];
    if (item !== undefined) items.push(plainItem(item));
    else if (items.length > 0 && /^ {2}/.test(line)) {
      items.push(`${items.pop()}\n${line.replace(/^ {2,3}/, "")}`);
    }
  }
  return items.map((item) => item.trim()).filter((item) => item !== "");
}

/** Without a task box, and with the emphasis claude-mpm puts on a task. */
function plainItem(item: string): string {
  return item.replace(/^\[[ xX~-]\]\s+/, "")
    .replace(/^\*\*(.+?)\*\*(?= \(Priority: |$)/, "$1");
}

/** The text in a code span at the beginning of `text`. */
export function codeText(text: string): string | undefined {
  return /^`([^`]*)`/.exec(text.trim())?.[1];
}

const BOX = /^\s*[-*]\s+\[([ xX~-])\]\s+(.*)$/;

/** The todos of `- [ ]`, `- [~]` and `- [x]` lines. */
export function todoItems(lines: readonly string[]): Fields {
  const boxes = lines.map((line) => BOX.exec(line)).filter((box) => !!box);
  const todos = boxes.map(([, mark = "", content]) => ({
    content,
    status: /x/i.test(mark)
      ? "completed"
      : mark === " "
      ? "pending"
      : "in_progress",
  }));
  return {
    active: todos.filter(({ status }) => status !== "completed"),
    completed: todos.filter(({ status }) => status === "completed"),
  };
}
