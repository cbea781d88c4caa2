import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { isAgentId } from "./home.ts";
import {
  type AgentTask,
  readHistory,
  type Task,
  taskOf,
  type Todo,
} from "./task_events.ts";
import { lastLines } from "./tail.ts";
import { findTranscript } from "./transcript.ts";
import { claudeHome } from "../../ops/user_state.ts";

/** What the agent had on its lists. */
export interface AgentWork {
  /** The last TodoWrite list, in order, each with its status. */
  readonly todos: Todo[];
  readonly tasks: {
    readonly pending: Task[];
    readonly inProgress: Task[];
    readonly completedCount: number;
  };
  /** What the completed tasks were about. */
  readonly done: string[];
  /** Absolute; null: no transcript found. */
  readonly transcriptPath: string | null;
}

/** Bytes of the end of a transcript that are read. */
const MOST = 4 * 1024 * 1024;

/**
 * The lists of a Claude Code session: its tasks from their files or, where
 * there are none, from the end of its transcript, its todos from the latter.
 * `cwd` is the folder it works in. Odd, torn, huge or missing files mean that
 * less is known; nothing is thrown for them.
 */
export function readAgentWork(
  system: System,
  session: { sessionId: string; cwd: string },
): AgentWork {
  const path = findTranscript(system, session);
  const history = readHistory(path ? lastLines(system, path, MOST) : []);
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

function savedTask({ id, subject, description, file }: AgentTask): Task {
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
function readTaskFiles(system: System, sessionId: string): AgentTask[] {
  const home = claudeHome(system);
  const shared = system.env("CLAUDE_CODE_TASK_LIST_ID");
  const list = shared !== undefined && isAgentId(shared) ? shared : sessionId;
  if (home === undefined || !isAgentId(list)) return [];
  const folder = join(home, "tasks", list);
  return numberedFiles(system, folder)
    .map((name) => readTask(system, join(folder, name), name))
    .filter((task) => task !== undefined);
}

function numberedFiles(system: System, folder: string): string[] {
  try {
    return system.files.list(folder).map(({ name }) => name)
      .filter((name) => /^\d{1,9}\.json$/.test(name))
      .sort((a, b) => parseInt(a) - parseInt(b))
      .slice(0, MOST_FILES);
  } catch (error) {
    if (error instanceof MpmError) return [];
    throw error;
  }
}

function readTask(
  system: System,
  path: string,
  name: string,
): AgentTask | undefined {
  try {
    const bytes = system.files.readOwn(path, LARGEST_TASK);
    return taskOf(JSON.parse(new TextDecoder().decode(bytes)), name);
  } catch (error) {
    const unreadable = error instanceof MpmError ||
      error instanceof SyntaxError;
    if (unreadable) return undefined;
    throw error;
  }
}
