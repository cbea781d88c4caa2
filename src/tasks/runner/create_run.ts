import { relative } from "@std/path";
import { join } from "../../base/join.ts";
import { sha256 } from "../../base/digest.ts";
import { attempt } from "../../base/errors.ts";
import { secondOf } from "../../base/ids.ts";
import type { Context } from "../../cli/mod.ts";
import type { Workspace } from "../../git/mod.ts";
import { varsHere } from "../../items/mod.ts";
import {
  ensureHidden,
  ensureHome,
  layout,
  projectSeals,
  removeTree,
  withLock,
  writeAtomic,
} from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import { clientFor } from "../agent.ts";
import { readDefinition } from "../definition.ts";
import { readAllowedDefinition } from "../definition_file.ts";
import { type Items, listItems } from "../items.ts";
import { type EngineChoice, planEngine } from "../parallel/plan_engine.ts";
import { pruneRuns } from "../remove.ts";
import type { RunRecord } from "../run.ts";
import {
  allRunIds,
  kindOf,
  RUN_SEAL,
  runPaths,
  taskOf,
  timeOfRun,
} from "../store.ts";

/**
 * Reads a task that the user has allowed, and lists its items. Exactly the text
 * that was checked will run. Throws NOT_FOUND, CONFLICT if it is not allowed,
 * UNREADABLE.
 */
export async function planRun(
  context: Context,
  workspace: Workspace,
  { task, ...choice }: EngineChoice & { task: string },
): Promise<{ run: NewRun; items: Items | undefined }> {
  const { system } = context;
  const { root } = workspace;
  using interruption = system.interruption();
  const { signal } = interruption;
  const order = { kind: "task", name: task } as const;
  const { file, text } = readAllowedDefinition(system, root, order);
  const definition = await readDefinition(text, relative(root, file));
  const client = clientFor(system, root, definition.work);
  const { work } = definition;
  const engine = await planEngine(context, workspace, { ...choice, work });
  const items = await listItems(system, workspace, { definition, signal });
  const run = {
    ...{ task, file, definition: text, client, chunk: definition.chunk },
    ...{ total: items?.values.length ?? 1, ...engine && { engine } },
  };
  return { run, items };
}

/** The facts about a new run that depend on its kind. */
type NewRun =
  & Pick<
    RunRecord,
    "task" | "file" | "definition" | "client" | "chunk" | "total"
  >
  & Partial<Pick<RunRecord, "vars" | "engine" | "jobs">>;

/**
 * Records a run of a task or, with `vars`, of a pipeline before it starts.
 * `list`: the items or the names of the steps. Afterwards, moves old runs to
 * the trash. Returns the run's ID. Throws FILE_FAILED.
 */
export async function writeNewRun(
  context: Context,
  workspace: Workspace,
  facts: NewRun,
  list: readonly string[] | undefined,
): Promise<string> {
  const { system } = context;
  const { root, worktree } = workspace;
  const { task } = facts;
  const kind = kindOf(facts);
  const vars = kind === "task" ? varsHere(system, workspace) : {};
  const hasVars = Object.keys(vars).length > 0;
  const id = await withLock(system, root, () => {
    ensureHome(system, root);
    const { taskRuns } = layout(root);
    ensureHidden(system, root, taskRuns);
    removeUnfinished(system, taskRuns);
    const at = system.now();
    const id = freeId(system, root, { task, at });
    const lines = list?.map((item) => `${JSON.stringify(item)}\n`);
    const items = lines && new TextEncoder().encode(lines.join(""));
    const record: RunRecord = {
      ...{ version: 1, id, ...facts, at: at.toISOString(), worktree },
      items: items && kind === "task" ? sha256(items) : null,
      ...hasVars ? { state_vars: { ...vars } } : {},
    };
    writeRun(system, root, { record, items });
    return id;
  });
  await pruneRuns(context, workspace, { kind, made: id });
  return id;
}

/**
 * Returns an ID for the current second, or for the second after the task's
 * newest run if that is later. Otherwise, a newer run could get an older ID
 * that became free again.
 */
function freeId(
  system: System,
  root: string,
  { task, at }: { task: string; at: Date },
): string {
  const soon = at.getTime() + AHEAD;
  const taken = allRunIds(system, root)
    .filter((id) => taskOf(id) === task).map(timeOfRun)
    .filter((time) => time < soon);
  let time = Math.max(at.getTime(), ...taken.map((one) => one + 1000));
  for (;; time += 1000) {
    const id = `${task}-${secondOf(new Date(time))}`;
    if (!system.files.lstat(runPaths(root, id).folder)) return id;
  }
}

/** Milliseconds. Runs further in the future come from a wrong clock. */
const AHEAD = 600_000;

/** The prefix of a folder's name before the folder becomes a run. */
const NEW = ".new-";

/** Removes folders left by a start that was killed. */
function removeUnfinished(system: System, taskRuns: string): void {
  for (const { name } of system.files.list(taskRuns)) {
    // The next start tries again.
    if (name.startsWith(NEW)) {
      attempt(() => removeTree(system, join(taskRuns, name)));
    }
  }
}

/** Replaces the record of a run. Throws FILE_FAILED. */
export function rewriteRun(
  system: System,
  root: string,
  record: RunRecord,
): void {
  const text = projectSeals(system, root, RUN_SEAL).seal(record);
  writeAtomic(system, runPaths(root, record.id).record, { text });
}

/** Creates the run completely or not at all. */
function writeRun(
  system: System,
  root: string,
  { record, items }: { record: RunRecord; items: Uint8Array | undefined },
): void {
  const { files } = system;
  const { taskRuns } = layout(root);
  const { folder } = runPaths(root, record.id);
  const temporary = join(taskRuns, `${NEW}${system.random()}`);
  files.mkdir(temporary);
  const list = kindOf(record) === "task" ? "items.jsonl" : "steps.jsonl";
  if (items) files.create(join(temporary, list), items);
  const text = projectSeals(system, root, RUN_SEAL).seal(record);
  writeAtomic(system, join(temporary, "run.json"), { text });
  files.rename(temporary, folder);
  files.syncFolder(taskRuns);
}

/**
 * Returns the state variables of a run in the form that its programs receive.
 */
export function variablesOf({ state_vars: vars = {} }: RunRecord) {
  return Object.fromEntries(
    Object.entries(vars).map(([name, value]) => [`MPM_VAR_${name}`, value]),
  );
}
