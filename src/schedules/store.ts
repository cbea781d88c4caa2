import { join } from "../base/join.ts";
import { attempt } from "../base/errors.ts";
import { escapeLines } from "../base/escape.ts";
import {
  fits,
  type Fitting,
  nullable,
  NUMBER,
  object,
  TEXT,
  text,
} from "../base/shape.ts";
import {
  ensureUserFolder,
  readOwnJson,
  removeIfThere,
  takeLock,
  userState,
  writeAtomic,
} from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import { SCHEDULE, type Schedule, SCHEDULE_ID } from "./schedule.ts";

/** The folder of all schedules, in the user's state. */
const FOLDER = "schedules";

/** The maximum size of a record to read, in bytes. */
const LARGEST = 256 * 1024;

/** The largest log, in bytes. The oldest part is dropped first. */
const LOG = 256 * 1024;

/**
 * The result of a scheduled run. `refused`: the schedule's definition is not
 * allowed.
 */
export type Outcome = "done" | "failed" | "refused";

/** The last run of a schedule, as stored. */
const LAST = object({
  /** ISO 8601, UTC. */
  started_at: TEXT,
  ended_at: nullable(TEXT),
  state: nullable(text<Outcome>({ choices: ["done", "failed", "refused"] })),
  exit: nullable(NUMBER),
  reason: nullable(TEXT),
});

export type LastRun = Fitting<typeof LAST>;

export function schedulesFolder(system: System): string {
  return join(userState(system), FOLDER);
}

/** Returns the files of a schedule; `id` must be valid. */
export function schedulePaths(system: System, id: string) {
  const folder = join(schedulesFolder(system), id);
  return {
    folder,
    record: join(folder, "schedule.json"),
    last: join(folder, "last.json"),
    log: join(folder, "log.txt"),
    lock: join(folder, "lock"),
  };
}

/** Returns every schedule of this user, sorted by project and name. */
export function readSchedules(system: System): Schedule[] {
  const folder = attempt(() => schedulesFolder(system));
  const listed = folder && attempt(() => system.files.list(folder));
  return (listed || []).flatMap(({ name, kind }) => {
    const isValid = kind === "folder" && SCHEDULE_ID.test(name);
    return isValid ? readSchedule(system, name) ?? [] : [];
  }).sort((a, b) => orderOf(a) < orderOf(b) ? -1 : 1);
}

function orderOf({ project, name }: Schedule): string {
  return `${project}\0${name}`;
}

/** Returns the record; `undefined`: it is missing or damaged. */
export function readSchedule(
  system: System,
  id: string,
): Schedule | undefined {
  const found = readOwnJson(system, schedulePaths(system, id).record, LARGEST);
  return fits(SCHEDULE, found) && found.id === id ? found : undefined;
}

/** Writes the record of a schedule. Call under the user's lock. */
export function writeSchedule(system: System, schedule: Schedule): void {
  ensureUserFolder(system, join(FOLDER, schedule.id));
  const { record } = schedulePaths(system, schedule.id);
  writeAtomic(system, record, {
    text: `${JSON.stringify(schedule, null, 2)}\n`,
  });
}

/** Removes the log and then the record. Call under the user's lock. */
export function removeSchedule(system: System, id: string): void {
  const { folder, record, last, log, lock } = schedulePaths(system, id);
  for (const path of [last, log, lock, record]) removeIfThere(system, path);
  for (const path of [folder, join(folder, "..")]) {
    attempt(() => system.files.remove(path));
  }
}

/** Returns the last run; `undefined`: it never ran. */
export function readLast(system: System, id: string): LastRun | undefined {
  const found = readOwnJson(system, schedulePaths(system, id).last, LARGEST);
  return fits(LAST, found) ? found : undefined;
}

/** Records the last run. */
export function writeLast(system: System, id: string, last: LastRun): void {
  const { last: path } = schedulePaths(system, id);
  writeAtomic(system, path, { text: `${JSON.stringify(last)}\n` });
}

/** Returns whether a process is running the schedule now. */
export async function isRunning(system: System, id: string): Promise<boolean> {
  const { lock } = schedulePaths(system, id);
  if (!system.files.lstat(lock)) return false;
  try {
    using held = await takeLock(system, lock, 0);
    return held === undefined;
  } catch {
    // If the lock cannot be opened, nothing is known about a run.
    return false;
  }
}

/** Adds text to the log, without secrets. Drops the start of a long text. */
export function addToLog(system: System, id: string, words: string): void {
  const { log } = schedulePaths(system, id);
  const { files } = system;
  const shown = escapeLines(redactorOf(system).text(words));
  const bytes = new TextEncoder().encode(`${shown.trimEnd()}\n`)
    .slice(-LOG / 2);
  const size = files.lstat(log)?.size ?? 0;
  if (size + bytes.length > LOG) {
    const half = files.readPart(log, Math.max(0, size - LOG / 2), LOG / 2);
    const kept = new TextDecoder().decode(half).replace(/^.*\n/, "");
    writeAtomic(system, log, { text: kept });
  }
  files.append(log, bytes);
}
