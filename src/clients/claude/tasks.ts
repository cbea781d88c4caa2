import { join } from "../../base/join.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../base/parsed_values.ts";
import { cutText } from "../../base/words.ts";
import { isAgentId } from "../../base/ids.ts";
import type { Todoed } from "../conversation.ts";
import { lastLines } from "../tail.ts";
import { findTranscript } from "./transcript.ts";
import { claudeHome, readOwnJson } from "../../ops/mod.ts";
import type { Redactor } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { listNames } from "../look.ts";

/** One line of a TodoWrite list. */
export type Todo = { content: string; status: string };

/** A task in the form of claude-mpm, which saves have. */
export type Task = {
  id: string;
  title: string;
  description: string;
  priority: string;
  created_at: string | null;
  file: string;
};

/** A task of Claude Code's list, from its file or its transcript. */
export interface AgentTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  /** `pending`, `in_progress`, `completed` or `deleted`. */
  readonly status: string;
  /** Ids of tasks that have to be completed before it. */
  readonly blockedBy: readonly string[];
  /** Name of its file; empty: known from the transcript only. */
  readonly file: string;
}

/** Facts about the lists from a transcript. */
export interface TaskHistory {
  /** The last TodoWrite; `undefined` without one. */
  readonly todos: Todo[] | undefined;
  /** In the order of their creation, deleted ones too. */
  readonly tasks: AgentTask[];
}

/**
 * Marks of a line that is worth parsing: most lines of a transcript are long
 * and about something else.
 */
const MARKS = /"(?:newTodos|task_reminder|taskId|task|TaskUpdate)"/;

/** A result of TaskCreate or TaskUpdate, or the whole list. */
type Change =
  | { is: "list"; tasks: unknown[] }
  | { is: "create"; task: Fields }
  | { is: "update"; result: Fields; use: string | undefined };

/**
 * Reads the lists out of a transcript's lines, the last one first, no further
 * back than needed. Garbage, torn lines and sub-agents' lines are skipped.
 */
export function readHistory(lines: Iterable<string>): TaskHistory {
  return historyOf(parsed(lines));
}

function* parsed(lines: Iterable<string>): Generator<unknown> {
  for (const line of lines) {
    const entry = MARKS.test(line) ? jsonIn(line) : undefined;
    if (entry !== undefined && field(entry, "isSidechain") !== true) {
      yield entry;
    }
  }
}

/** The same of parsed lines, the last one first. */
export function historyOf(entries: Iterable<unknown>): TaskHistory {
  let todos: Todo[] | undefined;
  let complete = false;
  const changes: Change[] = [];
  const inputs = new Map<string, Fields>();
  for (const entry of entries) {
    todos ??= todosOf(field(field(entry, "toolUseResult"), "newTodos"));
    if (!complete) {
      keepInputs(inputs, entry);
      const change = changeOf(entry);
      if (change) changes.push(change);
      // Lines before a whole list no longer matter.
      complete = change?.is === "list";
    }
    if (todos && complete) break;
  }
  return { todos, tasks: fold(changes.reverse(), inputs) };
}

/** `[{content, status, activeForm}]`, as TodoWrite keeps it. */
export function todosOf(value: unknown): Todo[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((todo) => typeof field(todo, "content") === "string")
    .map((todo) => ({
      content: field(todo, "content") as string,
      status: textField(todo, "status") ?? "pending",
    }));
}

/** Contents of a message; a plain prompt is a text and has none. */
function blocks(entry: unknown): unknown[] {
  const content = field(field(entry, "message"), "content");
  return Array.isArray(content) ? content : [];
}

/** Remembers what TaskUpdate was called with: its result does not repeat it. */
function keepInputs(inputs: Map<string, Fields>, entry: unknown): void {
  for (const block of blocks(entry)) {
    const id = textField(block, "id");
    const input = field(block, "input");
    const update = field(block, "name") === "TaskUpdate";
    if (update && id !== undefined && isFields(input)) inputs.set(id, input);
  }
}

function changeOf(entry: unknown): Change | undefined {
  const attachment = field(entry, "attachment");
  if (field(attachment, "type") === "task_reminder") {
    const tasks = field(attachment, "content");
    return Array.isArray(tasks) ? { is: "list", tasks } : undefined;
  }
  const result = field(entry, "toolUseResult");
  if (!isFields(result)) return undefined;
  const task = field(result, "task");
  if (isFields(task) && taskId(task, "id") && textField(task, "subject")) {
    return { is: "create", task };
  }
  // Background work is called a task, too.
  const other = result.success === false || result.taskType !== undefined;
  if (taskId(result, "taskId") === undefined || other) return undefined;
  const use = blocks(entry).map((block) => textField(block, "tool_use_id"))
    .find((id) => id !== undefined);
  return { is: "update", result, use };
}

function fold(
  changes: readonly Change[],
  inputs: ReadonlyMap<string, Fields>,
): AgentTask[] {
  const tasks = new Map<string, AgentTask>();
  const set = (task: AgentTask) => tasks.set(task.id, task);
  for (const change of changes) {
    if (change.is === "list") {
      tasks.clear();
      change.tasks.map((task) => taskOf(task)).forEach((t) => t && set(t));
    } else if (change.is === "create") {
      const task = taskOf(change.task);
      if (task) set(task);
    } else {
      const id = taskId(change.result, "taskId")!;
      const before = tasks.get(id) ?? unknownTask(id);
      set(updated(before, change, inputs.get(change.use ?? "")));
    }
  }
  return [...tasks.values()];
}

/** A task that was created before the part of the transcript that is read. */
function unknownTask(id: string): AgentTask {
  const subject = `Task ${id}`;
  return {
    ...{ id, subject, description: "", status: "pending", file: "" },
    blockedBy: [],
  };
}

/** Only what the result says was updated is taken from the input. */
function updated(
  task: AgentTask,
  { result }: Change & { is: "update" },
  input: Fields | undefined,
): AgentTask {
  const status = textField(field(result, "statusChange"), "to");
  return {
    ...task,
    subject: textField(input, "subject") ?? task.subject,
    description: textField(input, "description") ?? task.description,
    status: status ?? textField(input, "status") ?? task.status,
    blockedBy: [...task.blockedBy, ...idsIn(field(input, "addBlockedBy"))],
  };
}

function idsIn(value: unknown): string[] {
  return (Array.isArray(value) ? value : [])
    .filter((id) => typeof id === "string" || typeof id === "number")
    .map(String);
}

/** A task as files, results and reminders hold it, if it is one. */
export function taskOf(value: unknown, file = ""): AgentTask | undefined {
  const id = taskId(value, "id");
  const subject = textField(value, "subject");
  if (id === undefined || subject === undefined) return undefined;
  return {
    id,
    subject,
    description: textField(value, "description") ?? "",
    status: textField(value, "status") ?? "pending",
    blockedBy: idsIn(field(value, "blockedBy")),
    file,
  };
}

function taskId(value: unknown, name: string): string | undefined {
  const id = field(value, name);
  if (typeof id === "number") return String(id);
  return typeof id === "string" && id !== "" ? id : undefined;
}

/** The agent's lists. */
export interface AgentWork {
  /** The last TodoWrite list, in order, each with its status. */
  readonly todos: Todo[];
  readonly tasks: {
    readonly pending: Task[];
    readonly inProgress: Task[];
    readonly completedCount: number;
  };
  /** Subjects of the completed tasks. */
  readonly done: string[];
  /** Absolute; null: no transcript found. */
  readonly transcriptPath: string | null;
}

/** Bytes of the end of a transcript that are read. */
const MOST = 4 * 1024 * 1024;

/**
 * The lists of a Claude Code session: its tasks from their files or from the
 * end of its transcript, its todos from the transcript. `cwd` is the folder it
 * works in. `known`: its lists, where the transcript was read already. Invalid,
 * torn, huge or missing files only reduce the result; nothing is thrown for
 * them.
 */
export function readAgentWork(
  system: System,
  session: { sessionId: string; cwd: string },
  known?: readonly Todoed[],
): AgentWork {
  const path = findTranscript(system, session);
  const history = known
    ? historyIn(known)
    : readHistory(path ? lastLines(system, path, MOST) : []);
  const files = readTaskFiles(system, session.sessionId);
  const tasks = files.length > 0 ? files : history.tasks;
  const having = (...statuses: string[]) =>
    tasks.filter(({ status }) => statuses.includes(status));
  const done = having("completed", "deleted", "in_progress");
  return {
    todos: history.todos ?? [],
    tasks: {
      pending: tasks.filter((task) => !done.includes(task)).map(savedTask),
      inProgress: having("in_progress").map(savedTask),
      completedCount: having("completed").length,
    },
    done: having("completed").map(({ subject }) => subject),
    transcriptPath: path ?? null,
  };
}

const STATUSES = {
  ...{ open: "pending", doing: "in_progress" },
  ...{ done: "completed", dropped: "deleted" },
} as const;

/** The lists of a conversation that was read. */
function historyIn(known: readonly Todoed[]): TaskHistory {
  const of = (prefix: string) =>
    known.filter(({ key }) => key.startsWith(prefix));
  const todos = of("todo ").map(({ text: content, state }) => ({
    content,
    status: STATUSES[state],
  }));
  const tasks = of("task ").map((
    { key, text: subject, description, state },
  ) => ({
    ...{ id: key.slice("task ".length), subject, description, file: "" },
    ...{ status: STATUSES[state], blockedBy: [] },
  }));
  return { todos, tasks };
}

function savedTask(
  { id, subject, description, file }: Omit<AgentTask, "status" | "blockedBy">,
): Task {
  const priority = "medium";
  return { id, title: subject, description, priority, created_at: null, file };
}

/** Files of one list that are read, and bytes of one file. */
const MOST_FILES = 1000;
const LARGEST_TASK = 1024 * 1024;

/**
 * `tasks/<list>/<n>.json`, by number: of the list that
 * `CLAUDE_CODE_TASK_LIST_ID` names, else of the session's own.
 */
export function readTaskFiles(system: System, sessionId: string): AgentTask[] {
  const home = claudeHome(system);
  const shared = system.env("CLAUDE_CODE_TASK_LIST_ID");
  const list = isAgentId(shared) ? shared : sessionId;
  if (home === undefined || !isAgentId(list)) return [];
  const folder = join(home, "tasks", list);
  return numberedFiles(system, folder)
    .map((name) => readTask(system, join(folder, name), name))
    .filter((task) => task !== undefined);
}

function numberedFiles(system: System, folder: string): string[] {
  return listNames(system, folder)
    .filter((name) => /^\d{1,9}\.json$/.test(name))
    .sort((a, b) => parseInt(a) - parseInt(b))
    .slice(0, MOST_FILES);
}

function readTask(
  system: System,
  path: string,
  name: string,
): AgentTask | undefined {
  return taskOf(readOwnJson(system, path, LARGEST_TASK), name);
}

/** A task as hooks were told about it. */
export interface KeptTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly completed: boolean;
}

/** Tasks that are kept of a session, and UTF-16 units of each text. */
const MOST_KEPT = 80;
const LONGEST = 100;

/** The tasks that are kept; nothing where the file is damaged. */
export function tasksFromJson(value: unknown): KeptTask[] {
  const tasks = field(value, "tasks");
  return Array.isArray(tasks) ? tasks.filter(isKeptTask) : [];
}

function isKeptTask(value: unknown): value is KeptTask {
  return isFields(value) && typeof value.completed === "boolean" &&
    [value.id, value.subject, value.description].every((text) =>
      typeof text === "string"
    );
}

/** The list with one more task, or with new facts about one; redacted. */
export function withTask(
  tasks: readonly KeptTask[],
  task: KeptTask,
  redactor: Redactor,
): KeptTask[] {
  const clean = redactor.value(task);
  const kept = {
    ...clean,
    id: cutText(clean.id, LONGEST),
    subject: cutText(clean.subject, LONGEST),
    description: cutText(clean.description, LONGEST),
  };
  const known = tasks.some(({ id }) => id === kept.id);
  return known
    ? tasks.map((one) => one.id === kept.id ? kept : one)
    : [...tasks, kept].slice(-MOST_KEPT);
}

/** As a save has them. */
export function savedTasks(tasks: readonly KeptTask[]): {
  pending: Task[];
  inProgress: Task[];
  completedCount: number;
} {
  const open = tasks.filter(({ completed }) => !completed);
  return {
    pending: open.map((task) => savedTask({ ...task, file: "" })),
    inProgress: [],
    completedCount: tasks.length - open.length,
  };
}
