import { field, type Fields, isFields } from "../../base/parsed_values.ts";

/**
 * Fills in fields that older and documented formats have in different places
 * than a save. These are the format of the guide (`commit`, `status.modified`,
 * no `is_git_repo`), the short format of claude-mpm 4.11, and single lists that
 * are now two. Only missing fields are filled in.
 */
export function fromOlderForms(save: Fields): Fields {
  const forms: Fields = { ...save };
  if (isFields(save.git_context)) {
    forms.git_context = gitContext(save.git_context, isFields(save.mpm));
  }
  if (Array.isArray(save.todos)) forms.todos = splitTodos(save.todos);
  if (Array.isArray(save.task_list)) {
    forms.task_list = splitTasks(save.task_list);
  }
  return forms;
}

/** The names that claude-mpm records when there is no branch. */
const NO_BRANCH = ["", "unknown"];

function gitContext(git: Fields, own: boolean): Fields {
  const filled: Fields = { ...git };
  if (!own && NO_BRANCH.includes(git.branch as string)) filled.branch = null;
  const isNamed = [git.branch, git.commit]
    .some((value) => typeof value === "string" && value !== "");
  if (isNamed && isMissing(git, "is_git_repo")) filled.is_git_repo = true;
  if (isFields(git.status)) {
    filled.status = status(git.status, git.is_clean);
    if (isMissing(git, "is_clean") && !isMissing(git.status, "clean")) {
      filled.is_clean = git.status.clean;
    }
  }
  return filled;
}

function status(status: Fields, clean: unknown): Fields {
  const filled: Fields = { ...status };
  if (isMissing(status, "clean") && clean !== undefined) filled.clean = clean;
  const { modified, staged } = status;
  if (isMissing(status, "modified_files") && Array.isArray(modified)) {
    const more = Array.isArray(staged) ? staged : [];
    filled.modified_files = [...new Set([...modified, ...more])];
  }
  return filled;
}

function isMissing(fields: Fields, name: string): boolean {
  return !Object.hasOwn(fields, name);
}

const DONE = /^(?:completed?|done|closed)$/;
const STARTED = /^(?:in[-_ ]?progress|started|active)$/;

function stateOf(item: unknown): string {
  const status = field(item, "status");
  return typeof status === "string" ? status.toLowerCase() : "";
}

function splitTodos(todos: unknown[]): Fields {
  return {
    active: todos.filter((todo) => !DONE.test(stateOf(todo))),
    completed: todos.filter((todo) => DONE.test(stateOf(todo))),
  };
}

function splitTasks(tasks: unknown[]): Fields {
  const open = tasks.filter((task) => !DONE.test(stateOf(task)));
  return {
    pending_tasks: open.filter((task) => !STARTED.test(stateOf(task))),
    in_progress_tasks: open.filter((task) => STARTED.test(stateOf(task))),
    completed_count: tasks.length - open.length,
  };
}
