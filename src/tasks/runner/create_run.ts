import { join, relative } from "@std/path";
import { sha256 } from "../../base/digest.ts";
import { MpmError } from "../../base/errors.ts";
import { secondOf } from "../../base/ids.ts";
import { didYouMean } from "../../base/nearest.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import {
  allowedFile,
  ensureHidden,
  ensureHome,
  layout,
  projectSeals,
  readAllowable,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { clientFor } from "../agent.ts";
import { type Definition, readDefinition } from "../definition.ts";
import { listItems } from "../items.ts";
import { pruneRuns } from "../remove.ts";
import { type RunRecord, TASK_NAME } from "../run.ts";
import { RUN_SEAL, runPaths, taskNames, taskPath } from "../store.ts";

/** A task that may run, and its items as they are now. */
export interface PlannedRun {
  readonly task: string;
  /** The file of its definition, absolute, and its text. */
  readonly file: string;
  readonly text: string;
  readonly definition: Definition;
  /** `undefined`: the task has no items. */
  readonly items: readonly string[] | undefined;
  /** Items that were left out, since their names are not UTF-8. */
  readonly unreadable: number;
  /** The client that runs the agents; null: the task runs a program. */
  readonly client: string | null;
}

/**
 * Reads a task that the user has allowed, and lists its items. The text that was
 * checked is the one that runs. Throws NOT_FOUND, CONFLICT if it is not allowed,
 * UNREADABLE.
 */
export async function planRun(
  { system }: Context,
  workspace: Workspace,
  task: string,
): Promise<PlannedRun> {
  const { root } = workspace;
  using interruption = system.interruption();
  const { signal } = interruption;
  const file = taskFile(system, root, task);
  const text = readAllowed(system, root, { task, file });
  const definition = await readDefinition(text, relative(root, file));
  const client = clientFor(system, root, definition.work);
  const items = await listItems(system, workspace, { definition, signal });
  return {
    ...{ task, file, text, definition, client },
    items: items?.values,
    unreadable: items?.unreadable ?? 0,
  };
}

function taskFile(system: System, root: string, task: string): string {
  if (!TASK_NAME.test(task)) {
    throw new MpmError("USAGE", `"${task}" cannot name a task`, {
      hint: "Use letters, digits and any of ._-, 64 characters at most",
    });
  }
  const file = taskPath(root, task);
  if (system.files.lstat(file)) return file;
  const names = taskNames(system, root);
  throw new MpmError("NOT_FOUND", `No task "${task}": no file "${file}"`, {
    hint: didYouMean(
      task,
      names,
      '"mpm task list" lists the tasks, "mpm task run --help" shows a file',
    ),
  });
}

function readAllowed(
  system: System,
  root: string,
  { task, file }: { task: string; file: string },
): string {
  const name = relative(root, file);
  const bytes = readAllowable(system, root, file);
  if (typeof bytes === "string") {
    throw new MpmError(
      "CONFLICT",
      `Cannot run the task "${task}": "${name}"` +
        " is not a regular file that you own, of at most 1 MiB",
      {
        hint: `Replace it by such a file, then: mpm allow ${name}`,
      },
    );
  }
  const known = allowedFile(system, file);
  if (known?.sha256 === sha256(bytes)) return new TextDecoder().decode(bytes);
  throw new MpmError(
    "CONFLICT",
    known
      ? `The task "${task}" changed since you allowed it`
      : `You have not allowed the task "${task}" to run`,
    { hint: `Read it, then: mpm allow ${name}` },
  );
}

/**
 * Writes a run down before anything of it happens: its items and its sealed
 * record. Returns its id. Throws FILE_FAILED.
 */
export async function createRun(
  context: Context,
  workspace: Workspace,
  plan: PlannedRun,
): Promise<string> {
  const { system } = context;
  const { root, worktree } = workspace;
  const id = await withLock(system, root, () => {
    ensureHome(system, root);
    const { taskRuns } = layout(root);
    ensureHidden(system, root, taskRuns);
    const at = system.now();
    const id = freeId(system, root, { task: plan.task, at });
    const lines = plan.items?.map((item) => `${JSON.stringify(item)}\n`);
    const items = lines && new TextEncoder().encode(lines.join(""));
    const record: RunRecord = {
      ...{ version: 1, id, task: plan.task, at: at.toISOString(), worktree },
      ...{ file: plan.file, definition: plan.text },
      total: plan.items?.length ?? 1,
      chunk: plan.definition.chunk,
      items: items ? sha256(items) : null,
      client: plan.client,
    };
    writeRun(system, root, { record, items });
    return id;
  });
  await pruneRuns(context, workspace, plan.task);
  return id;
}

/** The id of this second, or of the next one that no run of the task has. */
function freeId(
  system: System,
  root: string,
  { task, at }: { task: string; at: Date },
): string {
  for (let second = 0;; second++) {
    const id = `${task}-${secondOf(new Date(at.getTime() + second * 1000))}`;
    if (!system.files.lstat(runPaths(root, id).folder)) return id;
  }
}

/** It is there whole, or not at all. */
function writeRun(
  system: System,
  root: string,
  { record, items }: { record: RunRecord; items: Uint8Array | undefined },
): void {
  const { files } = system;
  const { taskRuns } = layout(root);
  const { folder } = runPaths(root, record.id);
  const temporary = join(taskRuns, `.new-${system.random()}`);
  files.mkdir(temporary);
  if (items) files.create(join(temporary, "items.jsonl"), items);
  const sealed = projectSeals(system, root, RUN_SEAL).seal(record);
  const bytes = new TextEncoder().encode(sealed);
  writeAtomic(system, join(temporary, "run.json"), { bytes });
  files.rename(temporary, folder);
  files.syncFolder(taskRuns);
}
