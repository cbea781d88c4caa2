import { attempt } from "../base/errors.ts";
import type { System } from "../system/system.ts";
import type { ScheduleRow } from "./commands/results.ts";
import { actionText, type Schedule } from "./schedule.ts";
import {
  type AllEntries,
  allEntries,
  schedulerNamed,
} from "./schedulers/all.ts";
import { isRunning, readLast, readSchedules, schedulePaths } from "./store.ts";
import { nextTimes } from "./times.ts";

/**
 * Returns the schedules of this user with their entries, and entries without a
 * schedule. Queries only schedulers that have a schedule, unless `everywhere`.
 */
export async function listSchedules(
  system: System,
  { everywhere }: { everywhere: boolean },
): Promise<{ rows: ScheduleRow[]; problems: string[] }> {
  const schedules = readSchedules(system);
  const used = new Set(schedules.map(({ via }) => via));
  const found = await allEntries(
    system,
    (via) => everywhere || used.has(via),
  );
  const rows: ScheduleRow[] = [];
  for (const one of schedules) rows.push(await rowOf(system, one, found));
  const known = new Set(schedules.map(({ id, via }) => `${via} ${id}`));
  for (const [via, entries] of found.byVia) {
    for (const { id } of entries) {
      if (!known.has(`${via} ${id}`)) rows.push(unknownRow(id, via));
    }
  }
  // A scheduler that is not installed has no entries either.
  const problems = [...found.problems]
    .filter(([via]) => used.has(via)).map(([, text]) => text);
  return { rows, problems };
}

/** Returns the row of an entry whose schedule is unknown. */
function unknownRow(id: string, via: ScheduleRow["via"]): ScheduleRow {
  return {
    ...{ id, name: null, project: null, times: null, starts: null, via },
    ...{ entry: "unknown", problem: null, next: null, last: null, log: null },
  };
}

async function rowOf(
  system: System,
  schedule: Schedule,
  found: AllEntries,
): Promise<ScheduleRow> {
  const { id, name, project, times, via } = schedule;
  const entry = entryState(schedule, found);
  const next = attempt(() => nextTimes({ text: times }, system.now(), 1)[0]);
  const { log } = schedulePaths(system, id);
  return {
    ...{ id, name, project, times, via, entry },
    starts: actionText(schedule),
    problem: problemOf(system, schedule),
    next: entry === "present" ? next?.toISOString() ?? null : null,
    last: await lastOf(system, id),
    log: system.files.lstat(log) ? log : null,
  };
}

function entryState(
  schedule: Schedule,
  { byVia, problems }: AllEntries,
): ScheduleRow["entry"] {
  const { id, via } = schedule;
  const entries = byVia.get(via);
  if (!entries) return problems.has(via) ? "unreadable" : "missing";
  const entry = entries.find((one) => one.id === id);
  if (!entry) return "missing";
  if (!entry.active) return "disabled";
  const wanted = attempt(() => schedulerNamed(via).textOf(schedule));
  return entry.text === null || entry.text === wanted ? "present" : "changed";
}

function problemOf(
  { files }: System,
  { program, project }: Schedule,
): ScheduleRow["problem"] {
  if (files.stat(project)?.kind !== "folder") return "project-gone";
  return files.stat(program)?.kind === "file" ? null : "program-gone";
}

async function lastOf(
  system: System,
  id: string,
): Promise<ScheduleRow["last"]> {
  const last = readLast(system, id);
  if (!last) return null;
  const { started_at, ended_at, state, exit, reason } = last;
  const open = async () =>
    await isRunning(system, id) ? "running" : "interrupted";
  return {
    ...{ started_at, ended_at, exit, reason },
    state: state ?? await open(),
  };
}
