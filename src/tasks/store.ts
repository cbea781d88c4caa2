import { join } from "../base/join.ts";
import { sha256 } from "../base/digest.ts";
import { attempt, MpmError } from "../base/errors.ts";
import { jsonIn } from "../base/parsed_values.ts";
import { fits } from "../base/shape.ts";
import { named } from "../base/words.ts";
import { layout, ownSeals, takeLock } from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import {
  RUN_ID,
  RUN_RECORD,
  type RunKind,
  type RunRecord,
  TASK_NAME,
} from "./run.ts";

/**
 * The maximum size of a record to read, in bytes; a record contains a
 * definition.
 */
const LARGEST = 8 * 1024 * 1024;

/** The number of bytes at the end of a log that show the state of a run. */
const TAIL = 16 * 1024;

/** The kind of a run's record in its seal. */
export const RUN_SEAL = "run";

/** Returns a run of a project, with its files; `id` must be valid. */
export function runPaths(root: string, id: string) {
  const folder = join(layout(root).taskRuns, id);
  return {
    ...{ root, id, folder },
    /** The sealed intent. */
    record: join(folder, "run.json"),
    /** The items, as one JSON string per line. */
    items: join(folder, "items.jsonl"),
    /** Only for a run of a pipeline: the names of its steps. */
    steps: join(folder, "steps.jsonl"),
    log: join(folder, "log.jsonl"),
    results: join(folder, "results.jsonl"),
    /** The output of the programs, in one file for each chunk. */
    logs: join(folder, "logs"),
    /**
     * The last state printed by a chunk's program, kept until the chunk ends.
     */
    states: join(folder, "state"),
    /** One patch for each chunk that changed files on a host. */
    changes: join(folder, "changes"),
    /** The files of a running GNU parallel. */
    round: join(folder, "round"),
    /** Held while a process works on the run. */
    lock: join(folder, "lock"),
    /** The process that works on the run, for people. */
    runner: join(folder, "runner.json"),
    /** Exists once someone has asked to cancel the run. */
    cancel: join(folder, "cancel"),
  };
}

/**
 * Returns the path of the patch with the changes of a chunk that ran on a host.
 */
export function changesPath(
  { changes }: ReturnType<typeof runPaths>,
  chunk: number,
): string {
  return join(changes, `${chunk}.patch`);
}

/** Returns whether a run belongs to a task or to a pipeline. */
export function kindOfRun({ files }: System, { steps }: RunPaths): RunKind {
  return files.lstat(steps) ? "pipeline" : "task";
}

export type RunPaths = ReturnType<typeof runPaths>;

/** Returns the IDs of all runs of one kind in a project, newest first. */
export function runIds(
  system: System,
  root: string,
  kind: RunKind = "task",
): string[] {
  return allRunIds(system, root)
    .filter((id) => kindOfRun(system, runPaths(root, id)) === kind);
}

/** Returns the IDs of all runs in a project, newest first. */
export function allRunIds(system: System, root: string): string[] {
  const listed = attempt(() => system.files.list(layout(root).taskRuns)) ?? [];
  return listed
    .filter(({ name, kind }) => kind === "folder" && RUN_ID.test(name))
    .map(({ name }) => name)
    .sort((a, b) => {
      const [one, other] = [timeOf(a), timeOf(b)];
      return one === other ? (a < b ? 1 : -1) : one < other ? 1 : -1;
    });
}

function timeOf(id: string): string {
  return id.slice(-"YYYYMMDD-HHMMSS".length);
}

/** The maximum number of tasks of a project to list. */
const MOST = 1000;

/** Returns the names of the tasks or pipelines that the project defines. */
export function taskNames(
  system: System,
  root: string,
  kind: RunKind = "task",
): string[] {
  const folder = definitionsFolder(root, kind);
  const listed = attempt(() => system.files.list(folder)) ?? [];
  return listed.flatMap(({ name, kind }) => {
    const task = kind !== "folder" && name.endsWith(".yaml")
      ? name.slice(0, -".yaml".length)
      : "";
    return TASK_NAME.test(task) ? [task] : [];
  }).sort().slice(0, MOST);
}

/** Returns when a run began, from its ID, in milliseconds since the epoch. */
export function timeOfRun(id: string): number {
  const [, year, month, day, hour, minute, second] =
    /(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(id) ?? [];
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** Returns the task of a run, from its ID. */
export function taskOf(id: string): string {
  return id.slice(0, -"-YYYYMMDD-HHMMSS".length);
}

/** Returns the absolute path of the file of a task or a pipeline. */
export function taskPath(
  root: string,
  task: string,
  kind: RunKind = "task",
): string {
  return join(definitionsFolder(root, kind), `${task}.yaml`);
}

function definitionsFolder(root: string, kind: RunKind): string {
  return kind === "task" ? layout(root).tasks : layout(root).pipelines;
}

/** Returns the kind of a run, from its record. */
export function kindOf({ vars }: { vars?: unknown }): RunKind {
  return vars === undefined ? "task" : "pipeline";
}

/** A run, as recorded before it began. */
export interface KnownRun {
  readonly record: RunRecord;
  /** True if this user's mpm wrote the record for exactly this place. */
  readonly own: boolean;
}

/** Returns the record; `undefined`: it is missing or damaged. */
export function readRun(
  system: System,
  { root, id, record: path }: RunPaths,
): KnownRun | undefined {
  const bytes = attempt(() => system.files.readOwn(path, LARGEST));
  if (!bytes) return undefined;
  const text = new TextDecoder().decode(bytes);
  const record = jsonIn(text);
  if (!fits(RUN_RECORD, record)) return undefined;
  // A copy of the project is a different place.
  const isHere = record.file === taskPath(root, record.task, kindOf(record));
  const own = record.id === id && isHere &&
    ownSeals(system, root, RUN_SEAL).isOwn(text);
  return { record, own };
}

/**
 * Returns the ID of the run that the user typed: an ID, a prefix of an ID, or a
 * task, which selects its newest run. The default is the newest run of that
 * kind. Throws NOT_FOUND, AMBIGUOUS.
 */
export function findRun(
  system: System,
  root: string,
  typed: string | undefined,
  kind: RunKind = "task",
): string {
  const ids = runIds(system, root, kind);
  const found = typed === undefined
    ? ids[0]
    : ids.find((id) => id === typed) ?? ids.find((id) => taskOf(id) === typed);
  if (found !== undefined) return found;
  const begun = ids.filter((id) => id.startsWith(typed!));
  if (begun.length === 1) return begun[0]!;
  if (begun.length > 1) {
    throw new MpmError("AMBIGUOUS", `Several runs match "${typed}"`, {
      hint: `Choose one of them: ${named(begun)}`,
    });
  }
  throw new MpmError(
    "NOT_FOUND",
    typed === undefined ? `No ${kind} has run here` : `No run "${typed}"`,
    {
      hint: ids.length === 0
        ? `Start a ${kind} with: mpm ${kind} run NAME`
        : `The newest runs are ${named(ids)}`,
    },
  );
}

/**
 * Returns the lines at the end of a run's log; the first one may be incomplete.
 */
export function readTail(system: System, { log: path }: RunPaths): string[] {
  return attempt(() => {
    const found = system.files.lstat(path);
    if (found?.kind !== "file") return [];
    const from = Math.max(0, found.size - TAIL);
    const bytes = system.files.readPart(path, from, TAIL);
    return new TextDecoder().decode(bytes).split("\n");
  }) ?? [];
}

/** Milliseconds within which another process finishes checking the lock. */
const LOOK = 3;

/**
 * Returns whether a process works on the run. Only the lock shows this: it ends
 * with the process, whereas process IDs are reused.
 */
export async function isRunning(
  system: System,
  { lock }: RunPaths,
): Promise<boolean> {
  if (system.files.lstat(lock)?.kind !== "file") return false;
  const held = await takeLock(system, lock, LOOK);
  held?.[Symbol.dispose]();
  return held === undefined;
}

/** The maximum size of a list of items to read, in bytes. */
const LARGEST_LIST = 1024 * 1024 * 1024;

/**
 * Returns the items with which a run began; `undefined`: the task has no items.
 * Throws CORRUPT if someone changed the list.
 */
export function readItems(
  system: System,
  { id, items: path }: RunPaths,
  { items, total }: RunRecord,
): string[] | undefined {
  if (items === null) return undefined;
  const bytes = system.files.readOwn(path, LARGEST_LIST);
  if (sha256(bytes) === items) {
    const lines = new TextDecoder().decode(bytes).split("\n").slice(0, total);
    return lines.map((line) => String(jsonIn(line)));
  }
  throw new MpmError(
    "CORRUPT",
    `"${path}" is not the list of the run "${id}"`,
    {
      hint: `Start the task again: mpm task run ${taskOf(id)}`,
    },
  );
}

/** The number of bytes to read at once, and the maximum length of a line. */
const PART = 1024 * 1024;
const LONGEST = 16 * PART;

/** Returns the lines of a file that end with a line break. */
export function* linesOf(system: System, path: string): Generator<string> {
  const { files } = system;
  if (files.lstat(path)?.kind !== "file") return;
  const decoder = new TextDecoder();
  let rest = "";
  let isTooLong = false;
  for (let offset = 0;;) {
    const part = files.readPart(path, offset, PART);
    if (part.length === 0) return;
    offset += part.length;
    const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (!isTooLong) yield line;
      isTooLong = false;
    }
    if (rest.length > LONGEST) isTooLong = true;
    if (isTooLong) rest = "";
  }
}
