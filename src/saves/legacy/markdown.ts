import { MpmError } from "../../base/errors.ts";
import { getOwn, setOwn } from "../../base/own.ts";
import type { Fields } from "../../base/parsed_values.ts";

/**
 * Reads a save that exists only as Markdown. It may be claude-mpm's document,
 * mpm's document in the same format, or a free document by a model. A free
 * document has `**Paused**` for `**Paused At**`, and headings such as
 * `To Resume`. The whole summary is read. Throws UNREADABLE for an empty file;
 * `name` is the file's name in messages.
 */
export function parseMarkdownSave(text: string, name: string): ForeignSave {
  if (text.trim() === "") {
    throw new MpmError(
      "UNREADABLE",
      `Cannot read ${name}: line 1: it is empty`,
      {
        hint: 'Run "mpm saves list" to find another save',
      },
    );
  }
  const { sections, openFence } = splitSections(text);
  const warnings = openFence === undefined
    ? []
    : [`line ${openFence}: the code block that begins here has no end`];
  const known = sections.labels.size > 0 || sections.bodies.size > 0;
  if (!known) warnings.push("line 1: no save heading or label found");
  return { value: saveOf(sections, known ? "" : text.trim()), warnings };
}

function saveOf({ labels, bodies, summary }: Sections, text: string): Fields {
  const path = code(labels.get("working directory"));
  return {
    ...given("session_id", code(labels.get("session id"))),
    ...given("paused_at", labels.get("paused at") ?? labels.get("paused")),
    ...given("project_path", code(labels.get("project"))),
    ...given("version", labels.get("version")),
    ...given("name", labels.get("name")),
    "conversation": {
      ...given("primary_task", labels.get("primary task")),
      ...given("current_phase", labels.get("current phase")),
      "summary": summary ?? text,
      "accomplishments": listItems(bodies.get("accomplishments")),
      "next_steps": listItems(bodies.get("next steps")),
    },
    ...lists(bodies),
    ...given("active_context", path && { "working_directory": path }),
    "git_context": gitContext(bodies.get("git context"), labels),
  };
}

/** Returns a field only if it has a value. */
function given(name: string, value: unknown): Fields {
  return value === undefined ? {} : { [name]: value };
}

function code(text: string | undefined): string | undefined {
  return text === undefined ? undefined : codeText(text) ?? text;
}

/** The sections for lists of a save, or without a place in one. */
const LISTS: Record<string, string> = {
  "important reminders": "important_reminders",
  "open questions": "open_questions",
  "decisions": "decisions",
  "blockers": "blockers",
};

function lists(bodies: ReadonlyMap<string, string[]>): Fields {
  const fields: Fields = {};
  for (const [heading, field] of Object.entries(LISTS)) {
    const body = bodies.get(heading);
    if (body) setOwn(fields, field, listItems(body));
  }
  const todos = bodies.get("todos");
  if (todos) fields.todos = todoItems(todos);
  return fields;
}

/** The contents of a save in another format than JSON, for `normalize`. */
export interface ForeignSave {
  readonly value: Fields;
  /** Parts that could not be read, one line each. */
  readonly warnings: string[];
}

/** The lists in the git section, by label. */
const GIT_LISTS: Record<string, string> = {
  "modified files": "modified_files",
  "staged files": "staged",
  "untracked files": "untracked_files",
};

/**
 * Reads the git section: branch, commit, status, lists of files, and recent
 * commits (`sha`, subject and author, but no time).
 */
function gitContext(
  lines: readonly string[] = [],
  labels: ReadonlyMap<string, string>,
): Fields {
  const branch = codeOf(labels.get("branch"));
  const commit = codeOf(labels.get("commit"));
  const clean = labels.get("status");
  const status: Fields = /^(?:clean|modified)\b/i.test(clean ?? "")
    ? { clean: /^clean/i.test(clean!) }
    : {};
  const commits: Fields[] = [];
  let list = "";
  for (const line of lines) {
    list = /^\*\*([^*]+?):?\*\*:?\s*$/.exec(line)?.[1]?.toLowerCase() ?? list;
    if (!line.startsWith("- ")) continue;
    const field = getOwn(GIT_LISTS, list);
    const path = codeText(line.slice(2));
    if (list === "recent commits") commits.push(commitOf(line.slice(2)));
    else if (field && path !== undefined) {
      const paths = getOwn(status, field) as string[] | undefined;
      setOwn(status, field, [...paths ?? [], path]);
    }
  }
  const found = (branch ?? commit) !== undefined || commits.length > 0;
  const denied = lines.some((line) => line.trim() === "*Not a git repository*");
  const isRepo = found || (denied ? false : undefined);
  return {
    ...branch === undefined ? {} : { branch },
    ...commit === undefined ? {} : { commit },
    ...isRepo === undefined ? {} : { is_git_repo: isRepo },
    recent_commits: commits,
    status,
  };
}

/** A branch outside a code span is a remark, such as "detached". */
function codeOf(text: string | undefined): string | null | undefined {
  if (text === undefined) return undefined;
  const held = codeText(text) ?? text;
  return /^(?:|\(detached\)|none)$/i.test(held) ? null : held;
}

/** `` `sha` - subject (author) `` */
function commitOf(line: string): Fields {
  const parts = /^`?([0-9a-f]{4,64})`? - (.*?)(?: \(([^()]*)\))?$/.exec(line);
  const [, sha = "", message = line, author = ""] = parts ?? [];
  return { sha, author, timestamp: "", message };
}

/** A document's parts, by lower-case name. */
interface Sections {
  /** `**Label**: value` outside the summary; the first with each label. */
  readonly labels: ReadonlyMap<string, string>;
  /** The lines below known headings, by the name used here. */
  readonly bodies: ReadonlyMap<string, string[]>;
  readonly summary: string | undefined;
}

/** The title of the documents by claude-mpm and mpm. */
const TITLE = "# Claude MPM Session Pause Document";

/** The pattern of a heading, in lower case, and the name of its section. */
export type Headings = readonly (readonly [RegExp, string])[];

/** The meanings of headings. Free documents use similar ones. */
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
 * Splits a document at its headings. In claude-mpm's document, the summary may
 * contain Markdown, so only known headings end it. In other documents, any
 * heading does. `openFence` is the line (from 1) of a code block that does not
 * end. `more`: headings with a meaning in this kind of document, which are
 * tried before the other headings.
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
    // In mpm's document, a code block in the summary may be cut off.
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
 * Returns the items of a list with bullets or numbers. Indented lines below an
 * item belong to that item.
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

/** Returns an item without its check box and without claude-mpm's emphasis. */
function plainItem(item: string): string {
  return item.replace(/^\[[ xX~-]\]\s+/, "")
    .replace(/^\*\*(.+?)\*\*(?= \(Priority: |$)/, "$1");
}

/** Returns the text of a code span at the beginning of `text`. */
export function codeText(text: string): string | undefined {
  return /^`([^`]*)`/.exec(text.trim())?.[1];
}

const BOX = /^\s*[-*]\s+\[([ xX~-])\]\s+(.*)$/;

/** Returns the todos in `- [ ]`, `- [~]` and `- [x]` lines. */
function todoItems(lines: readonly string[]): Fields {
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
