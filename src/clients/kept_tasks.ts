import { field, isFields } from "../base/odd_values.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Task } from "./claude/task_events.ts";
import { cutText } from "../base/words.ts";

/** A task as hooks were told of it. */
export interface KeptTask {
  readonly id: string;
  readonly subject: string;
  readonly description: string;
  readonly completed: boolean;
}

/** Tasks that are kept of a session, and UTF-16 units of each text. */
const MOST = 80;
const LONGEST = 100;

/** The tasks that are kept; nothing where the file is damaged. */
export function tasksFromJson(value: unknown): KeptTask[] {
  const tasks = field(value, "tasks");
  return Array.isArray(tasks) ? tasks.filter(isTask) : [];
}

function isTask(value: unknown): value is KeptTask {
  return isFields(value) && typeof value.completed === "boolean" &&
    [value.id, value.subject, value.description].every((text) =>
      typeof text === "string"
    );
}

/** The list with one more task, or with what is new of one; redacted. */
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
    : [...tasks, kept].slice(-MOST);
}

/** As a save has them. */
export function savedTasks(tasks: readonly KeptTask[]): {
  pending: Task[];
  inProgress: Task[];
  completedCount: number;
} {
  const open = tasks.filter(({ completed }) => !completed);
  return {
    pending: open.map(({ id, subject, description }) => ({
      id,
      title: subject,
      description,
      priority: "medium",
      created_at: null,
      file: "",
    })),
    inProgress: [],
    completedCount: tasks.length - open.length,
  };
}
