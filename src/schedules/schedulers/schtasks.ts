import { join } from "../../base/join.ts";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { type Trigger, triggersOf } from "../calendar.ts";
import {
  actionText,
  entryWords,
  type Schedule,
  SCHEDULE_ID,
} from "../schedule.ts";
import { parseTimes } from "../times.ts";
import { ask, demand, refusal, type Scheduler } from "./scheduler.ts";
import { xmlText } from "./xml.ts";

/** Tasks are at the top level: schtasks cannot remove a folder. */
const PREFIX = "mpm-";

/** The Task Scheduler of Windows. */
export const schtasks: Scheduler = {
  name: "schtasks",
  title: "Task Scheduler",
  obstacle: ({ platform }) =>
    Promise.resolve(
      platform === "windows"
        ? undefined
        : "the Task Scheduler runs only on Windows",
    ),
  async entries(system: System) {
    const args = ["schtasks.exe", "/Query", "/FO", "CSV", "/NH"];
    const result = await ask(system, args);
    if (result.status !== 0) throw refusal(args, result);
    const text = new TextDecoder().decode(result.stdout);
    const ids = [...text.matchAll(/^"\\mpm-([^"]+)","[^"]*","([^"]*)"/gm)]
      .map(([, id = "", state = ""]) => ({ id, state }))
      .filter(({ id }) => SCHEDULE_ID.test(id));
    const byId = new Map(ids.map((one) => [one.id, one]));
    return [...byId.values()].map(({ id, state }) => ({
      ...{ id, text: null, active: state !== "Disabled" },
    }));
  },
  textOf: taskText,
  paths: () => [],
  async put(system, schedule) {
    const folder = system.scratch.make(system.home() ?? system.cwd());
    const file = join(folder, "task.xml");
    system.files.create(file, utf16(taskText(schedule)));
    try {
      await demand(system, [
        ...["schtasks.exe", "/Create", "/TN", PREFIX + schedule.id],
        ...["/XML", file, "/F"],
      ]);
    } finally {
      system.files.remove(file);
    }
  },
  async take(system, id) {
    const name = PREFIX + id;
    const found = await ask(system, ["schtasks.exe", "/Query", "/TN", name]);
    if (found.status !== 0) return;
    await demand(system, ["schtasks.exe", "/Delete", "/TN", name, "/F"]);
  },
};

/** Encodes a text as UTF-16 with a byte order mark, as schtasks itself does. */
function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, true);
  for (let at = 0; at < text.length; at++) {
    view.setUint16(2 + at * 2, text.charCodeAt(at), true);
  }
  return bytes;
}

/** Returns the definition of a task. Throws USAGE. */
export function taskText(schedule: Schedule): string {
  const [program = "", ...args] = entryWords(schedule);
  const triggers = triggersOf(parseTimes(schedule.times)).map(triggerText);
  const about = `mpm schedule ${schedule.name} of ${schedule.project} (${
    actionText(schedule)
  })`;
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>${xmlText(about)}</Description>
  </RegistrationInfo>
  <Triggers>
${triggers.join("")}  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
  </Settings>
  <Actions>
    <Exec>
      <Command>${xmlText(commandText(program))}</Command>
      <Arguments>${xmlText(args.map(windowsWord).join(" "))}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

/**
 * Returns a word for a command. The scheduler expands variables such as
 * `%TEMP%`, and has no escape for them.
 */
function commandText(word: string): string {
  if (!word.includes("%")) return `"${word}"`;
  throw new MpmError("USAGE", `The Task Scheduler cannot start "${word}"`, {
    hint: "Its path has a percent sign: rename the folder",
  });
}

/** Quotes a word for the argument parser of Windows programs. */
function windowsWord(word: string): string {
  if (word.includes("%")) commandText(word);
  if (/^[\w:\\.-]+$/.test(word) && !word.endsWith("\\")) return word;
  const escaped = word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(
    /(\\+)$/,
    "$1$1",
  );
  return `"${escaped}"`;
}

const WEEKDAYS = [
  ...["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday"],
  "Saturday",
];
const MONTHS = [
  ...["January", "February", "March", "April", "May", "June", "July"],
  ...["August", "September", "October", "November", "December"],
];

function triggerText(trigger: Trigger): string {
  const { start, repeat } = trigger;
  const two = (value: number) => String(value).padStart(2, "0");
  const at = `${two(Math.floor(start / 60))}:${two(start % 60)}:00`;
  const repetition = repeat
    ? `      <Repetition><Interval>PT${repeat.every}M</Interval>` +
      `<Duration>PT${repeat.during}M</Duration></Repetition>\n`
    : "";
  return `    <CalendarTrigger>
${repetition}      <StartBoundary>2026-01-01T${at}</StartBoundary>
      ${daysText(trigger)}
    </CalendarTrigger>
`;
}

function daysText({ days, months, weekdays }: Trigger): string {
  const names = (all: readonly string[], values: readonly number[] | null) =>
    all.filter((_, at) => values === null || values.includes(at))
      .map((name) => `<${name}/>`).join("");
  const inMonths = `<Months>${
    names(MONTHS, months?.map((month) => month - 1) ?? null)
  }</Months>`;
  if (weekdays) {
    const some = `<DaysOfWeek>${names(WEEKDAYS, weekdays)}</DaysOfWeek>`;
    if (!months) {
      return `<ScheduleByWeek><WeeksInterval>1</WeeksInterval>${some}</ScheduleByWeek>`;
    }
    const weeks = ["1", "2", "3", "4", "Last"]
      .map((week) => `<Week>${week}</Week>`).join("");
    return `<ScheduleByMonthDayOfWeek><Weeks>${weeks}</Weeks>${some}${inMonths}</ScheduleByMonthDayOfWeek>`;
  }
  if (!days && !months) {
    return "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>";
  }
  const all = days ?? Array.from({ length: 31 }, (_, at) => at + 1);
  const some = all.map((day) => `<Day>${day}</Day>`).join("");
  return `<ScheduleByMonth><DaysOfMonth>${some}</DaysOfMonth>${inMonths}</ScheduleByMonth>`;
}
