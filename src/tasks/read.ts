import { attempt, FileError, MpmError } from "../base/errors.ts";
import { field, jsonIn, textField } from "../base/parsed_values.ts";
import { readOwnJson } from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import type {
  TaskListResult,
  TaskRunView,
  TaskStatusResult,
} from "./commands/results.ts";
import { listRunsOf } from "./definition_file.ts";
import { type RunRecord, tailOf } from "./run.ts";
import {
  isRunning,
  linesOf,
  readRun,
  readTail,
  type RunPaths,
  taskOf,
} from "./store.ts";

/** Returns the state of a run. Throws UNREADABLE if its record is damaged. */
export async function readStatus(
  system: System,
  run: RunPaths,
): Promise<TaskStatusResult> {
  const { id, folder } = run;
  const known = readRun(system, run);
  if (!known) {
    throw new MpmError("UNREADABLE", `The run "${id}" is damaged`, {
      hint: `Its results are in ${folder}; ` +
        `"mpm task rm ${id}" moves it to the trash`,
    });
  }
  const { record, own } = known;
  let tail = tailOf(readTail(system, run));
  const alive = tail.end === null && await hasRunner(system, run);
  // The run may have ended in the meantime.
  if (!alive) tail = tailOf(readTail(system, run));
  const { done, failed, flagged, end, chunk, at, reason } = tail;
  const waiting = record.total - done - failed - flagged;
  const state = end ?? (alive ? "running" : "interrupted");
  return {
    run: id,
    task: taskOf(id),
    state,
    ...{ total: record.total, done, failed, flagged },
    waiting: Math.max(0, waiting),
    started_at: record.at,
    changed_at: at ?? record.at,
    ...{ reason, own },
    at: system.now().toISOString(),
    at_work: end === null && chunk !== null
      ? atWork(system, run, { record, chunk, named: own && !alive })
      : null,
    ...alive ? runnerOf(system, run) : { pid: null, progress: null },
  };
}

function atWork(
  system: System,
  { items: path }: RunPaths,
  { record: { chunk: size, total, items }, chunk, named }: {
    record: RunRecord;
    chunk: number;
    named: boolean;
  },
): NonNullable<TaskStatusResult["at_work"]> {
  const [first, last] = [chunk * size + 1, Math.min((chunk + 1) * size, total)];
  const isOne = named && items !== null && first === last;
  let number = 0;
  for (const line of isOne ? linesOf(system, path) : []) {
    if (++number < first) continue;
    const item = redactorOf(system).text(String(jsonIn(line)));
    return { first, last, item };
  }
  return { first, last, item: null };
}

/**
 * Returns whether a process works on the run. If the lock cannot be opened, no
 * process can.
 */
async function hasRunner(system: System, run: RunPaths): Promise<boolean> {
  try {
    return await isRunning(system, run);
  } catch (error) {
    if (error instanceof FileError) return false;
    throw error;
  }
}

/** The maximum size of the file about the process of a run, in bytes. */
const RUNNER = 4096;

/**
 * Returns the process that works on a run, and the progress that it recorded.
 */
function runnerOf(
  system: System,
  { runner: path }: RunPaths,
): Pick<TaskStatusResult, "pid" | "progress"> {
  const runner = readOwnJson(system, path, RUNNER);
  const [pid, partly] = [field(runner, "pid"), field(runner, "partly")];
  const text = textField(runner, "text");
  const known = typeof partly === "number" && (partly > 0 || text);
  return {
    pid: Number.isSafeInteger(pid) && Number(pid) > 0 ? Number(pid) : null,
    progress: known
      ? {
        items: partly,
        text: text ? redactorOf(system).text(text) : null,
      }
      : null,
  };
}

/** Returns the runs, newest first, and why others cannot be read. */
export async function listRuns(
  system: System,
  root: string,
  { task, limit }: { task: string | undefined; limit: number },
): Promise<Pick<TaskListResult, "runs" | "problems">> {
  return await listRunsOf(system, root, {
    ...{ kind: "task", name: task, limit },
    view: (run) => readView(system, run),
  });
}

/**
 * Returns the first of the listed runs if it belongs to the user and is running
 * or was interrupted. Never throws, since a bad run must not hide a status.
 */
export async function openRun<Run extends { own: boolean; state: string }>(
  list: () => Promise<{ runs: Run[] }>,
): Promise<Run | null> {
  const [run] = (await attempt(list))?.runs ?? [];
  return run?.own && /^(running|interrupted)$/.test(run.state) ? run : null;
}

/** Reads a run for a list. Throws UNREADABLE if its record is damaged. */
export async function readView(
  system: System,
  run: RunPaths,
): Promise<TaskRunView> {
  return viewOf(await readStatus(system, run));
}

/** Returns a run without its momentary data. */
export function viewOf(
  { at: _at, at_work: _work, pid: _pid, progress: _progress, ...view }:
    TaskStatusResult,
): TaskRunView {
  return view;
}
