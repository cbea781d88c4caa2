import {
  codeText,
  type ForeignSave,
  type Headings,
  listItems,
  parseMarkdownSave,
  splitSections,
} from "./markdown.ts";
import {
  field,
  type Fields,
  isFields,
  readable,
} from "../../base/parsed_values.ts";
import { counted } from "../../base/words.ts";

/**
 * Reads files that claude-mpm's agents left to resume from, as the content of a
 * save. They are claude-mpm's resume logs, and documents that the model wrote
 * on request when its context ran out. The whole log is kept in the field
 * `resume_log`.
 */
export function fromResumeLog(value: Fields): Fields {
  const metrics = field(value, "context_metrics");
  return {
    "paused_at": value.created_at,
    ...isFields(metrics) && {
      "context_usage": {
        "tokens_used": metrics.used_tokens ?? 0,
        "tokens_total": metrics.total_budget ?? 0,
        "percentage": metrics.percentage_used ?? 0,
      },
    },
    "conversation": {
      "summary": value.mission_summary ?? "",
      "accomplishments": value.accomplishments ?? [],
      "next_steps": value.next_steps ?? [],
    },
    "decisions": items(value.decisions_made).map(decisionText),
    "important_reminders": [
      ...items(value.key_findings).map(readable),
      ...contextLines(value.critical_context),
      ...items(value.warnings).map((text) => `Warning: ${readable(text)}`),
      ...items(value.errors_encountered)
        .map((text) => `Error: ${readable(text)}`),
    ],
    "resume_instructions": { "files_to_review": value.files_modified ?? [] },
    "resume_log": value,
  };
}

/** Returns a field that should be a list as a list, whatever its type. */
function items(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return value === null || value === undefined ? [] : [value];
}

function decisionText(value: unknown): string {
  const { decision, rationale } = isFields(value) ? value : {};
  if (typeof decision !== "string") return readable(value);
  return typeof rationale === "string" && rationale !== ""
    ? `${decision} (${rationale})`
    : decision;
}

function contextLines(value: unknown): string[] {
  if (!isFields(value)) return items(value).map(readable);
  return Object.entries(value)
    .map(([name, held]) => `${name}: ${readable(held)}`);
}

/**
 * Headings of such documents, in addition to those of a save. Each pattern
 * begins with the significant word.
 */
const HEADINGS: Headings = [
  [/^mission/, "mission"],
  [/^(?:completed|done)\b/, "accomplishments"],
  [/^in progress\b/, "started"],
  [/^(?:pending|remaining)\b/, "pending"],
  [/^(?:recommended )?next\b/, "next steps"],
  [/^key findings/, "findings"],
  [/^critical context/, "critical context"],
];

/** Reads such a document. An incomplete one is read as far as possible. */
export function parseMarkdownLog(text: string, name: string): ForeignSave {
  const { value, warnings } = parseMarkdownSave(text, name);
  const { sections: { labels, bodies } } = splitSections(text, HEADINGS);
  const conversation = value.conversation as Fields;
  const mission = bodies.get("mission")?.join("\n").trim();
  const created = labels.get("created") ?? labels.get("date");
  return {
    value: {
      ...value,
      ...created === undefined
        ? {}
        : { "paused_at": codeText(created) ?? created },
      "conversation": {
        ...conversation,
        "summary": mission || conversation.summary || title(text),
        "accomplishments": listItems(bodies.get("accomplishments")),
        "next_steps": tasksOf([
          ...listItems(bodies.get("started")),
          ...listItems(bodies.get("pending")),
        ], listItems(bodies.get("next steps"))),
      },
      "decisions": listItems(bodies.get("decisions")).map(plainDecision),
      "important_reminders": [
        ...listItems(bodies.get("findings")),
        ...listItems(bodies.get("critical context"))
          .map((item) => item.replace(/^\*\*([^*]+)\*\*/, "$1")),
        ...listItems(bodies.get("important reminders")),
      ],
      "text": text,
    },
    warnings: warnings.filter((line) => !line.includes("no heading or label")),
  };
}

/**
 * Returns a decision in one line: it is written as `**Decision**: a`, with
 * `**Rationale**: b` on the next line.
 */
function plainDecision(item: string): string {
  const [first, rationale] = item.split(/\n\s*\*\*Rationale\*\*:\s*/);
  const decision = first!.replace(/^\*\*Decision\*\*:\s*/, "");
  return rationale ? `${decision} (${rationale})` : decision;
}

/** Returns the first heading, without its marks. */
function title(text: string): string {
  return /^#{1,6}\s+(.+)$/m.exec(text)?.[1]?.trim() ?? "";
}

/**
 * The recommended actions of a resume file, in addition to its lists. Readers
 * of such a file take their next steps only from the lists.
 */

const CONTINUE = "Continue: ";
const THEN = "Then: ";
const PAUSE = "Save the session: mpm pause";
const RESUME = "In a new session: mpm resume reports what changed since";
const REVIEW = /^Look through \d+ uncommitted files?: git status$/;

/** The maximum number of tasks to name from each list. */
const LISTED = 5;

/** Returns the actions that a resume file recommends. */
export function recommended(
  { begun, pending, operation, files }: {
    begun: readonly string[];
    pending: readonly string[];
    operation: string | null;
    /** Number of uncommitted files. */
    files: number;
  },
): string[] {
  return [
    ...begun.slice(0, LISTED).map((text) => `${CONTINUE}${text}`),
    ...pending.slice(0, LISTED).map((text) => `${THEN}${text}`),
    ...operation === null ? [] : [`Finish or abort the ${operation}`],
    ...files > 0
      ? [`Look through ${counted(files, "uncommitted file")}: git status`]
      : [],
    PAUSE,
    RESUME,
  ];
}

/** Returns the tasks of a resume file: those in its lists, and new actions. */
function tasksOf(
  lists: readonly string[],
  actions: readonly string[],
): string[] {
  const tasks = new Set(lists);
  for (const action of actions) {
    if (action === PAUSE || action === RESUME || REVIEW.test(action)) continue;
    const [, text] = /^(?:Continue|Then): ([^]*)$/.exec(action) ?? [];
    if (text === undefined || !tasks.has(text)) tasks.add(action);
  }
  return [...tasks];
}
