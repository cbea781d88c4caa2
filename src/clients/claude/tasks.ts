import { join } from "../../base/join.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
  listIn,
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

/** One entry of a TodoWrite list. */
export type Todo = { content: string; status: string };

/** A task in claude-mpm's format, which saves also use. */
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
  /** IDs of tasks that must be completed before this one. */
  readonly blockedBy: readonly string[];
  /** The name of the task's file; empty: only in the transcript. */
  readonly file: string;
}

/** The facts about the lists in a transcript. */
export interface TaskHistory {
  /** The last TodoWrite list; `undefined` if there was no list. */
  readonly todos: Todo[] | undefined;
  /** In the order of their creation, including deleted tasks. */
  readonly tasks: AgentTask[];
}

/** Matches a line worth parsing; most are long and irrelevant. */
const MARKS = /"(?:newTodos|task_reminder|taskId|task|TaskUpdate)"/;

/** A result of TaskCreate or TaskUpdate, or the whole list. */
type Change =
  | { is: "list"; tasks: unknown[] }
  | { is: "create"; task: Fields }
  | { is: "update"; result: Fields; use: string | undefined };

/** Reads the lists from lines, the last one first, as far as needed. */
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

/** Reads the lists from parsed lines, the last one first. */
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
      // Lines before a complete list do not matter.
      complete = change?.is === "list";
    }
    if (todos && complete) break;
  }
  return { todos, tasks: fold(changes.reverse(), inputs) };
}

/** `[{content, status, activeForm}]`, the format of TodoWrite. */
export function todosOf(value: unknown): Todo[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((todo) => typeof field(todo, "content") === "string")
    .map((todo) => ({
      content: field(todo, "content") as string,
      status: textField(todo, "status") ?? "pending",
    }));
}

/** Returns the blocks of a message; a plain prompt has no blocks. */
function blocks(entry: unknown): readonly unknown[] {
  return listIn(field(entry, "message"), "content");
}

/** Remembers the input of TaskUpdate: its result does not repeat it. */
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
  // Work in the background is also called a task.
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

/** A task created before the part of the transcript that was read. */
function unknownTask(id: string): AgentTask {
  const subject = `Task ${id}`;
  return {
    ...{ id, subject, description: "", status: "pending", file: "" },
    blockedBy: [],
  };
}

/** Takes from the input only the fields that the result reports as updated. */
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
    blockedBy: [...task.blockedBy, ...idsIn(input, "addBlockedBy")],
  };
}

function idsIn(value: unknown, name: string): string[] {
  return listIn(value, name)
    .filter((id) => typeof id === "string" || typeof id === "number")
    .map(String);
}

/** A task in the format of files, results and reminders, if it is one. */
export function taskOf(value: unknown, file = ""): AgentTask | undefined {
  const id = taskId(value, "id");
  const subject = textField(value, "subject");
  if (id === undefined || subject === undefined) return undefined;
  return {
    id,
    subject,
    description: textField(value, "description") ?? "",
    status: textField(value, "status") ?? "pending",
    blockedBy: idsIn(value, "blockedBy"),
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
  /** The last TodoWrite list, in order; each todo has its status. */
  readonly todos: Todo[];
  readonly tasks: {
    readonly pending: Task[];
    readonly inProgress: Task[];
    readonly completedCount: number;
  };
  /** Subjects of the completed tasks. */
  readonly done: string[];
  /** Absolute; null: no transcript was found. */
  readonly transcriptPath: string | null;
}

/** The maximum number of bytes to read from the end of a transcript. */
const MOST = 4 * 1024 * 1024;

/**
 * Reads the lists of a Claude Code session. Its tasks come from their files or
 * from the end of the transcript, its todos from the transcript. `cwd` is the
 * folder in which the session works. `known`: its lists, if the transcript was
 * already read. Files that are invalid, incomplete, huge or missing only reduce
 * the result and cause no errors.
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

/** The most files of one list to read, and the largest file, in bytes. */
const MOST_FILES = 1000;
const LARGEST_TASK = 1024 * 1024;

/** Reads the numbered files of `CLAUDE_CODE_TASK_LIST_ID`, or its own. */
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

/** A task as reported to hooks. */
export interface KeptTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly completed: boolean;
}

/** The most tasks of a session to keep, and the longest text. */
const MOST_KEPT = 80;
const LONGEST = 100;

/** Reads the stored tasks; empty if the file is damaged. */
export function tasksFromJson(value: unknown): KeptTask[] {
  return listIn(value, "tasks").filter(isKeptTask);
}

function isKeptTask(value: unknown): value is KeptTask {
  return isFields(value) && typeof value.completed === "boolean" &&
    [value.id, value.subject, value.description].every((text) =>
      typeof text === "string"
    );
}

/** The list with one more task, or with new facts about a task; redacted. */
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

/** Converts the tasks to the format of a save. */
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
