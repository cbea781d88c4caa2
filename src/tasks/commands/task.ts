import { join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { defineCommand } from "../../cli/mod.ts";
import { fileState, readAllowable } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { readDefinition } from "../definition.ts";
import { readStatus, viewOf } from "../read.ts";
import { taskRoot } from "../root.ts";
import { runIds, taskNames, taskOf } from "../store.ts";
import { tasksText } from "../view/text.ts";
import type { TasksResult } from "./results.ts";

/** `mpm task` */
export const task = defineCommand({
  name: "task",
  summary: "List the tasks of the project and the newest run of each",
  description: `
A task runs a program or an agent for each item of a list. After a crash, "mpm task resume" continues the run. Each file .claude-mpm/tasks/NAME.yaml defines a task. "mpm help tasks" describes its fields, and docs/tasks.md has examples.`,
  positionals: [],
  flags: {},
  examples: ["mpm task", "mpm task --json"],
  result: async () => (await import("./results.ts")).TasksResult,
  async run(context): Promise<TasksResult> {
    const { system } = context;
    const tasks = await listTasks(system, taskRoot(context));
    return redactorOf(system).value({
      at: system.now().toISOString(),
      tasks,
    });
  },
  render: tasksText,
  next: ({ tasks }) => {
    const [ready] = tasks.filter(({ allowed, problem }) => allowed && !problem);
    return ready && `mpm task run ${ready.name}`;
  },
});

/** Returns the tasks, each with its newest run. */
async function listTasks(
  system: System,
  root: string,
): Promise<TasksResult["tasks"]> {
  const ids = runIds(system, root);
  const rows: TasksResult["tasks"] = [];
  for (const name of taskNames(system, root)) {
    const id = ids.find((id) => taskOf(id) === name);
    rows.push({
      name,
      ...await definedAs(system, root, `.claude-mpm/tasks/${name}.yaml`),
      run: id === undefined ? null : await newestRun(system, root, id),
    });
  }
  return rows;
}

async function definedAs(system: System, root: string, shown: string) {
  const path = join(root, shown);
  const state = fileState(system, { root, worktree: root }, path);
  const bytes = readAllowable(system, root, path);
  const found = { path: shown, description: "", allowed: state === "allowed" };
  if (typeof bytes === "string") {
    return {
      ...found,
      problem:
        `"${shown}" must be a regular file that you own, with at most 1 MiB`,
    };
  }
  try {
    const text = new TextDecoder().decode(bytes);
    const { description } = await readDefinition(text, shown);
    return { ...found, description, problem: null };
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return { ...found, problem: error.message };
  }
}

/** A run that is damaged must not hide the tasks. */
async function newestRun(system: System, root: string, id: string) {
  try {
    return viewOf(await readStatus(system, root, id));
  } catch (error) {
    if (!(error instanceof MpmError)) throw error;
    return null;
  }
}
