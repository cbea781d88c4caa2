import { field } from "../base/parsed_values.ts";
import { MpmError } from "../base/errors.ts";
import { fits } from "../base/shape.ts";
import { named } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import { missingFolders, removeIfEmpty } from "../clients/mod.ts";
import type { Workspace } from "../git/mod.ts";
import {
  journaled,
  recordFacts,
  type UndoOrder,
  withUserLock,
} from "../ops/mod.ts";
import type { System } from "../system/system.ts";
import { readAllowedDefinition } from "../tasks/mod.ts";
import type {
  ScheduleAddResult,
  ScheduleRemoveResult,
} from "./commands/results.ts";
import {
  actionText,
  type Kind,
  refuseUnwritable,
  SCHEDULE,
  type Schedule,
  SCHEDULE_ID,
  SCHEDULE_NAME,
  scheduleId,
  type Via,
} from "./schedule.ts";
import {
  allEntries,
  chooseScheduler,
  schedulerNamed,
} from "./schedulers/all.ts";
import {
  readSchedule,
  readSchedules,
  removeSchedule,
  writeSchedule,
} from "./store.ts";
import { nextTimes, parseTimes } from "./times.ts";

/** A schedule as requested by a person. */
export interface ScheduleOrder {
  readonly times: string;
  readonly kind: Kind;
  readonly target: string | null;
  readonly notify: readonly string[];
  readonly name: string | undefined;
  readonly via: Via | undefined;
  readonly dryRun: boolean;
}

/** Environment variables that determine where mpm finds its files. */
const VARIABLES = ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "CLAUDE_CONFIG_DIR"];

/**
 * Adds a schedule, or rewrites its entry if the schedule exists. Throws USAGE,
 * NOT_FOUND, CONFLICT.
 */
export async function addSchedule(
  context: Context,
  workspace: Workspace,
  order: ScheduleOrder,
): Promise<ScheduleAddResult> {
  const { system } = context;
  const times = parseTimes(order.times);
  const { kind, target } = order;
  if (kind !== "standup" && target !== null) {
    readAllowedDefinition(system, workspace.root, { kind, name: target });
  }
  const name = order.name ??
    (order.target === null ? order.kind : `${order.kind}-${order.target}`);
  if (!SCHEDULE_NAME.test(name)) {
    throw new MpmError("USAGE", `"${name}" cannot name a schedule`, {
      hint: "Use at most 64 letters, digits and any of ._-: --name",
    });
  }
  const known = readSchedule(system, scheduleId(workspace.root, name));
  const via = order.via ?? known?.via;
  const scheduler = await chooseScheduler(system, via);
  const schedule = scheduleOf(context, workspace, {
    ...{ order, name, known, via: scheduler.name, times: times.text },
  });
  refuseOther(known, schedule);
  refuseUnwritable(schedule);
  const result = {
    dry_run: order.dryRun,
    ...{ id: schedule.id, name, times: times.text },
    ...{ starts: actionText(schedule), via: scheduler.name },
    entry: scheduler.textOf(schedule),
    next: nextTimes(times, system.now(), 3).map((time) => time.toISOString()),
    added: known === undefined,
  };
  if (order.dryRun) return result;
  await journaled(context, async ({ system }) => {
    if (!known) {
      recordFacts(system, {
        before: { schedules: [] },
        after: { schedules: [schedule] },
      });
    }
    await withUserLock(system, () => putSchedule(system, schedule));
  }, {
    operation: "schedule add",
    workspace,
    title: () => `schedule "${name}": ${actionText(schedule)}`,
  });
  return result;
}

function scheduleOf(
  { system }: Context,
  { root }: Workspace,
  { order, name, known, via, times }: {
    order: ScheduleOrder;
    name: string;
    known: Schedule | undefined;
    via: Via;
    times: string;
  },
): Schedule {
  const id = scheduleId(root, name);
  const program = system.program();
  if (program === undefined) {
    throw new MpmError("CONFLICT", "Only an installed mpm can be scheduled", {
      hint: "Build it, and run the command with the built program",
    });
  }
  const variables = VARIABLES.flatMap((key) => {
    const value = system.platform === "windows" ? undefined : system.env(key);
    return value ? [[key, value] as const] : [];
  });
  return {
    ...{ version: 1, id, name, project: root, times, via, program },
    ...{ kind: order.kind, target: order.target },
    notify: order.notify.length === 0 ? null : [...order.notify],
    path: system.env("PATH") ?? null,
    variables: Object.fromEntries(variables),
    folders: known?.folders ??
      missingFolders(system, schedulerNamed(via).paths(system, id)),
    at: known?.at ?? system.now().toISOString(),
  };
}

/** Throws CONFLICT if another schedule has the name. */
function refuseOther(known: Schedule | undefined, wanted: Schedule): void {
  if (!known) return;
  const facts = ({ times, kind, target, notify, via }: Schedule) =>
    JSON.stringify([times, kind, target, notify, via]);
  if (facts(known) === facts(wanted)) return;
  throw new MpmError(
    "CONFLICT",
    `The schedule "${known.name}" already exists: "${known.times}" ` +
      `${actionText(known)}, by ${known.via}`,
    {
      hint:
        `Choose another --name, or remove it: mpm schedule remove ${known.name}`,
    },
  );
}

/** Writes the record first, so a killed mpm leaves no unknown entry behind. */
async function putSchedule(system: System, schedule: Schedule): Promise<void> {
  const isNew = readSchedule(system, schedule.id) === undefined;
  writeSchedule(system, schedule);
  try {
    await schedulerNamed(schedule.via).put(system, schedule);
  } catch (error) {
    if (isNew && error instanceof MpmError) {
      removeFolders(system, schedule);
      removeSchedule(system, schedule.id);
    }
    throw error;
  }
}

/** Removes an entry, and last its record. */
async function takeSchedule(
  system: System,
  { id, via, schedule }: Found,
): Promise<void> {
  await schedulerNamed(via).take(system, id);
  if (schedule) removeFolders(system, schedule);
  removeSchedule(system, id);
}

function removeFolders(system: System, { folders }: Schedule): void {
  for (const folder of folders.toReversed()) removeIfEmpty(system, folder);
}

/** A schedule, or an entry for which mpm has no record. */
interface Found {
  readonly id: string;
  readonly via: Via;
  readonly schedule: Schedule | undefined;
}

/**
 * Removes schedules by name, or by ID in any project. Throws NOT_FOUND,
 * CONFLICT.
 */
export async function removeSchedules(
  context: Context,
  workspace: Workspace,
  { names, dryRun }: { names: readonly string[]; dryRun: boolean },
): Promise<ScheduleRemoveResult> {
  const { system } = context;
  const found: Found[] = [];
  for (const name of new Set(names)) {
    found.push(...await findSchedule(system, workspace.root, name));
  }
  const removed = found.map(({ id, via }) => ({ id, via }));
  if (dryRun) return { dry_run: true, removed };
  const schedules = found.flatMap(({ schedule }) => schedule ?? []);
  await journaled(context, async ({ system }) => {
    if (schedules.length > 0) {
      recordFacts(system, { before: { schedules }, after: { schedules: [] } });
    }
    await withUserLock(system, async () => {
      for (const one of found) await takeSchedule(system, one);
    });
  }, {
    operation: "schedule remove",
    workspace,
    title: () => `remove ${removed.map(({ id }) => id).join(", ")}`,
  });
  return { dry_run: false, removed };
}

async function findSchedule(
  system: System,
  root: string,
  typed: string,
): Promise<Found[]> {
  const all = readSchedules(system);
  const schedule =
    all.find(({ name, project }) => name === typed && project === root) ??
      all.find(({ id }) => id === typed);
  if (schedule) return [{ id: schedule.id, via: schedule.via, schedule }];
  const { byVia } = SCHEDULE_ID.test(typed)
    ? await allEntries(system)
    : { byVia: new Map() };
  for (const [via, entries] of byVia) {
    const isThere = entries.some(({ id }: { id: string }) => id === typed);
    if (isThere) return [{ id: typed, via, schedule: undefined }];
  }
  throw noSchedule(typed, all.filter(({ project }) => project === root), {
    none: '"mpm schedule list --all" lists the schedules of all projects',
  });
}

/** Returns the error for a schedule that the project does not have. */
export function noSchedule(
  typed: string,
  schedules: readonly Schedule[],
  { none }: { none: string },
): MpmError {
  const names = schedules.map(({ name }) => name);
  return new MpmError("NOT_FOUND", `No schedule "${typed}" in this project`, {
    hint: names.length === 0 ? none : `Available schedules: ${named(names)}`,
  });
}

/** Returns a project's schedules. */
export function schedulesOf(system: System, root: string): Schedule[] {
  return readSchedules(system).filter(({ project }) => project === root);
}

/** Removes a project's schedules one by one. Call under the user's lock. */
export async function removeProjectSchedule(
  system: System,
  schedule: Schedule,
): Promise<void> {
  await takeSchedule(system, { ...schedule, schedule });
}

/**
 * Restores schedules to their state before an operation. Returns a line for
 * each. Throws CONFLICT if one was changed since.
 */
export async function restoreSchedules(
  { context: { system }, entry, dryRun }: UndoOrder,
): Promise<string[]> {
  const read = (side: unknown) => {
    const found = field(side, "schedules");
    return (Array.isArray(found) ? found : []).filter((one) =>
      fits(SCHEDULE, one)
    );
  };
  const [before, after] = [read(entry.before), read(entry.after)];
  const isSame = (one: Schedule | undefined, other: Schedule | undefined) =>
    JSON.stringify(one) === JSON.stringify(other);
  return await withUserLock(system, async () => {
    const lines: string[] = [];
    const steps = [...new Set([...before, ...after].map(({ id }) => id))]
      .map((id) => {
        const of = (side: Schedule[]) => side.find((one) => one.id === id);
        const step = { id, want: of(before), have: of(after) };
        const now = readSchedule(system, id);
        if (isSame(now, step.have) || isSame(now, step.want)) return step;
        throw new MpmError(
          "CONFLICT",
          `The schedule "${id}" has changed since`,
          { hint: "To see it: mpm schedule list" },
        );
      });
    for (const { id, want, have } of steps) {
      lines.push(
        `${want ? "restore" : "remove"}${dryRun ? "" : "d"} the schedule ${id}`,
      );
      if (dryRun) continue;
      if (want) await putSchedule(system, want);
      else if (have) await takeSchedule(system, { ...have, schedule: have });
    }
    return lines;
  });
}
