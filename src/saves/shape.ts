import { getOwn } from "../base/own.ts";
import { isFields } from "../base/odd_values.ts";

/**
 * The shape of a save as a table that costs nothing to load: what `save.ts`
 * says as a schema for validation, said again for repair. A test holds the two
 * together: whatever is mended by this table passes that schema.
 */
export type Shape =
  | { is: "text"; pattern?: RegExp; neutral?: string }
  | { is: "number" | "count" }
  | { is: "flag" | "any" | "version" }
  | { is: "nullable" | "optional" | "list" | "record"; of: Shape }
  | ObjectShape;

export interface ObjectShape {
  is: "object";
  fields: Record<string, Shape>;
  /** The field that a mere text in place of the object belongs to. */
  text?: string;
  /** Other names under which a missing field is found, the best first. */
  aliases?: Record<string, readonly string[]>;
  /** Fields without which the object says nothing. */
  required?: readonly string[];
}

const TEXT: Shape = { is: "text" };
const NUMBER: Shape = { is: "number" };
const COUNT: Shape = { is: "count" };
const FLAG: Shape = { is: "flag" };
const TEXT_OR_NULL = nullable(TEXT);
const TEXTS = list(TEXT);

function nullable(of: Shape): Shape {
  return { is: "nullable", of };
}

function list(of: Shape): Shape {
  return { is: "list", of };
}

function record(of: Shape): Shape {
  return { is: "record", of };
}

function object(
  fields: Record<string, Shape>,
  more: Omit<ObjectShape, "is" | "fields"> = {},
): ObjectShape {
  return { is: "object", fields, ...more };
}

const COMMIT = object(
  { sha: TEXT, author: TEXT, timestamp: TEXT, message: TEXT },
  {
    text: "message",
    aliases: {
      sha: ["hash", "commit", "id"],
      message: ["subject", "msg"],
      timestamp: ["date"],
    },
  },
);

const FILE = object({
  path: TEXT,
  status: { is: "text", pattern: /^[ MTADRCU?!]{2}$/, neutral: " M" },
  sha256: nullable({ is: "text", pattern: /^[0-9a-f]{64}$/ }),
  size: nullable(COUNT),
  mtime: nullable(NUMBER),
  from: { is: "optional", of: TEXT },
  object: { is: "optional", of: TEXT },
  mode: { is: "optional", of: TEXT },
  unread: { is: "optional", of: TEXT },
}, { text: "path", required: ["path"] });

const TITLES = ["title", "subject", "task", "text", "name", "description"];

function todo(status: string): ObjectShape {
  return object({ content: TEXT, status: { is: "text", neutral: status } }, {
    text: "content",
    aliases: { content: TITLES },
  });
}

const TASK = object({
  id: TEXT,
  title: TEXT,
  description: TEXT,
  priority: { is: "text", neutral: "medium" },
  created_at: TEXT_OR_NULL,
  file: TEXT,
}, {
  text: "title",
  aliases: { title: ["subject", "content", "task", "text", "name"] },
});

const GIT = object({
  is_git_repo: FLAG,
  branch: TEXT_OR_NULL,
  commit: TEXT_OR_NULL,
  commit_message: TEXT_OR_NULL,
  recent_commits: list(COMMIT),
  is_clean: FLAG,
  ahead_behind: object({ ahead: COUNT, behind: COUNT }),
  status: object({
    clean: FLAG,
    modified: TEXTS,
    staged: TEXTS,
    untracked: TEXTS,
    modified_files: TEXTS,
    untracked_files: TEXTS,
  }, {
    aliases: {
      modified: ["modified_files"],
      untracked: ["untracked_files"],
      untracked_files: ["untracked"],
      staged: ["staged_files"],
    },
  }),
});

const IMPORTED: Shape = {
  is: "optional",
  of: object({ from: TEXT, at: TEXT, session_id: TEXT, sha256: TEXT }, {
    required: ["from"],
  }),
};

const ITEM = object({ phase: TEXT, text: TEXT, done: FLAG }, { text: "text" });

const WORK = { id: TEXT, name: TEXT_OR_NULL, task: TEXT, state: TEXT };

const OWN = object({
  schema: { is: "version" },
  kind: { is: "text", neutral: "pause" },
  name: TEXT_OR_NULL,
  worktree: TEXT_OR_NULL,
  agent: nullable(object({
    name: TEXT,
    session_id: TEXT,
    transcript_path: TEXT_OR_NULL,
  }, { required: ["session_id"] })),
  parent: TEXT_OR_NULL,
  template: TEXT_OR_NULL,
  checklist: list({ is: "any" }),
  decisions: TEXTS,
  blockers: TEXTS,
  head: TEXT_OR_NULL,
  upstream: nullable(
    object({ name: TEXT, commit: TEXT_OR_NULL }, { text: "name" }),
  ),
  detached: FLAG,
  operation: TEXT_OR_NULL,
  stashes: list(object({ commit: TEXT, message: TEXT }, { text: "message" })),
  files: list(FILE),
  files_omitted: COUNT,
  unwatched: { is: "optional", of: COUNT },
  checkpoint: TEXT_OR_NULL,
  session: { is: "optional", of: object(WORK, { required: ["id"] }) },
  stack: {
    is: "optional",
    of: list(object({
      ...WORK,
      branch: TEXT_OR_NULL,
      checkpoint: TEXT_OR_NULL,
      checklist: list(ITEM),
    }, { required: ["id"] })),
  },
  store: TEXT_OR_NULL,
  imported: IMPORTED,
  redactions: record(COUNT),
});

export const SAVE: ObjectShape = object({
  session_id: TEXT,
  paused_at: TEXT,
  duration_hours: NUMBER,
  context_usage: object({
    tokens_used: NUMBER,
    tokens_total: NUMBER,
    percentage: NUMBER,
    source: { is: "optional", of: TEXT_OR_NULL },
  }, { text: "percentage" }),
  conversation: object({
    primary_task: TEXT,
    current_phase: TEXT,
    summary: TEXT,
    accomplishments: TEXTS,
    next_steps: TEXTS,
  }, { text: "summary" }),
  git_context: GIT,
  active_context: object({ working_directory: TEXT }, {
    text: "working_directory",
  }),
  important_reminders: TEXTS,
  resume_instructions: object({
    quick_start: TEXTS,
    files_to_review: TEXTS,
    validation_commands: record(TEXT),
  }),
  open_questions: TEXTS,
  performance_metrics: record({ is: "any" }),
  todos: object({
    active: list(todo("pending")),
    completed: list(todo("completed")),
  }),
  task_list: object({
    pending_tasks: list(TASK),
    in_progress_tasks: list(TASK),
    completed_count: COUNT,
  }),
  version: TEXT,
  build: TEXT,
  project_path: TEXT,
  mpm: { is: "optional", of: OWN },
  imported: IMPORTED,
});

/** Whether `value` has the shape already, found without making anything. */
export function fits(shape: Shape, value: unknown): boolean {
  switch (shape.is) {
    case "text":
      return typeof value === "string" &&
        (shape.pattern === undefined || shape.pattern.test(value));
    case "number":
      return Number.isFinite(value);
    case "count":
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case "flag":
      return typeof value === "boolean";
    case "version":
      return value === 1;
    case "nullable":
      return value === null || fits(shape.of, value);
    case "optional":
      return fits(shape.of, value);
    case "list":
      return Array.isArray(value) && value.every((one) => fits(shape.of, one));
    case "record":
      return isFields(value) &&
        Object.values(value).every((one) => fits(shape.of, one));
    case "object":
      return isFields(value) && hasFields(shape, value);
    case "any":
      return true;
  }
}

function hasFields(
  { fields }: ObjectShape,
  value: Record<string, unknown>,
): boolean {
  for (const name in fields) {
    const shape = getOwn(fields, name)!;
    const sound = Object.hasOwn(value, name)
      ? fits(shape, getOwn(value, name))
      : shape.is === "optional";
    if (!sound) return false;
  }
  return true;
}
