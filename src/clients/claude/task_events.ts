import { field, type Fields, isFields, jsonIn } from "../../base/odd_values.ts";

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

/** A task of Claude Code's list, as its file or its transcript tells. */
export interface AgentTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  /** `pending`, `in_progress`, `completed` or `deleted`. */
  readonly status: string;
  /** Name of its file; empty: known from the transcript only. */
  readonly file: string;
}

/** What a transcript tells about the lists. */
export interface TaskHistory {
  /** Of the last TodoWrite; `undefined`: there was none. */
  readonly todos: Todo[] | undefined;
  /** In the order of their creation, deleted ones too. */
  readonly tasks: AgentTask[];
}

/**
 * What a line must contain to be worth parsing: most lines of a transcript are
 * long and about something else.
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
  let todos: Todo[] | undefined;
  let complete = false;
  const changes: Change[] = [];
  const inputs = new Map<string, Fields>();
  for (const line of lines) {
    const entry = MARKS.test(line) ? jsonIn(line) : undefined;
    if (entry === undefined || field(entry, "isSidechain") === true) continue;
    todos ??= todosOf(field(field(entry, "toolUseResult"), "newTodos"));
    if (!complete) {
      keepInputs(inputs, entry);
      const change = changeOf(entry);
      if (change) changes.push(change);
      // What came before a whole list does not matter any more.
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
      status: textOf(todo, "status") ?? "pending",
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
    const id = textOf(block, "id");
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
  if (isFields(task) && taskId(task, "id") && textOf(task, "subject")) {
    return { is: "create", task };
  }
  if (taskId(result, "taskId") === undefined || result.success === false) {
    return undefined;
  }
  const use = blocks(entry).map((block) => textOf(block, "tool_use_id"))
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
  return { id, subject, description: "", status: "pending", file: "" };
}

/** Only what the result says was updated is taken from the input. */
function updated(
  task: AgentTask,
  { result }: Change & { is: "update" },
  input: Fields | undefined,
): AgentTask {
  const status = textOf(field(result, "statusChange"), "to");
  return {
    ...task,
    subject: textOf(input, "subject") ?? task.subject,
    description: textOf(input, "description") ?? task.description,
    status: status ?? textOf(input, "status") ?? task.status,
  };
}

/** A task as files, results and reminders hold it, if it is one. */
export function taskOf(value: unknown, file = ""): AgentTask | undefined {
  const id = taskId(value, "id");
  const subject = textOf(value, "subject");
  if (id === undefined || subject === undefined) return undefined;
  return {
    id,
    subject,
    description: textOf(value, "description") ?? "",
    status: textOf(value, "status") ?? "pending",
    file,
  };
}

function taskId(value: unknown, name: string): string | undefined {
  const id = field(value, name);
  if (typeof id === "number") return String(id);
  return typeof id === "string" && id !== "" ? id : undefined;
}

function textOf(value: unknown, name: string): string | undefined {
  const text = field(value, name);
  return typeof text === "string" ? text : undefined;
}
