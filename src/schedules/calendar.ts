import { MpmError } from "../base/errors.ts";
import type { Times, Values } from "./times.ts";

/**
 * The days of a schedule. If both days of the month and days of the week are
 * given, matching either is enough, as in cron. So there are two kinds of days.
 */
interface Days {
  readonly days: Values;
  readonly weekdays: Values;
}

function kindsOf({ days, weekdays }: Times): Days[] {
  return days && weekdays
    ? [{ days, weekdays: null }, { days: null, weekdays }]
    : [{ days, weekdays }];
}

const WEEKDAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/** Returns the systemd `OnCalendar` values, one for each kind of days. */
export function systemdTimes(times: Times): string[] {
  const { minutes, hours, months } = times;
  const text = (values: Values) =>
    values?.map((value) => String(value).padStart(2, "0")).join(",") ?? "*";
  return kindsOf(times).map(({ days, weekdays }) => {
    const names = weekdays?.map((day) => WEEKDAYS[day]).join(",");
    return `${names === undefined ? "" : `${names} `}*-${text(months)}-${
      text(days)
    } ${text(hours)}:${text(minutes)}:00`;
  });
}

/** The maximum number of times in a launchd entry. */
const MOST_TIMES = 1000;

/** A launchd time: an absent field means every value. */
export type LaunchdTime = readonly (readonly [name: string, value: number])[];

/**
 * Returns the times for launchd, which does not support lists. Throws USAGE if
 * there are too many.
 */
export function launchdTimes(times: Times): LaunchdTime[] {
  const { minutes, hours, months } = times;
  const found = kindsOf(times).flatMap(({ days, weekdays }) => {
    const fields: [string, Values][] = [
      ...[["Month", months], ["Day", days]] as [string, Values][],
      ...[["Weekday", weekdays], ["Hour", hours]] as [string, Values][],
      ["Minute", minutes],
    ];
    return fields.reduce<LaunchdTime[]>(
      (all, [name, values]) =>
        values === null
          ? all
          : all.flatMap((one) =>
            values.map((value) => [...one, [name, value] as const])
          ),
      [[]],
    );
  });
  if (found.length > MOST_TIMES) {
    throw new MpmError(
      "USAGE",
      `"${times.text}" needs ${found.length} times in launchd`,
      { hint: `At most ${MOST_TIMES} are possible: use fewer minutes or days` },
    );
  }
  return found;
}

/** A trigger of the Task Scheduler: it fires at one time, and repeats. */
export interface Trigger {
  /** Minutes after midnight. */
  readonly start: number;
  /** The interval between repetitions, and their total duration, in minutes. */
  readonly repeat: { readonly every: number; readonly during: number } | null;
  /** Days of the month, and months, each from 1; null: every value. */
  readonly days: Values;
  readonly months: Values;
  /** 0 is Sunday. */
  readonly weekdays: Values;
}

/** The maximum number of triggers in a task. */
const MOST_TRIGGERS = 48;
const DAY = 24 * 60;

/**
 * Returns the triggers for the Task Scheduler. Throws USAGE if there are too
 * many.
 */
export function triggersOf(times: Times): Trigger[] {
  const found = kindsOf(times).flatMap((days) =>
    startsOf(times).map((start) => ({
      ...start,
      ...days,
      months: times.months,
    }))
  );
  if (found.length <= MOST_TRIGGERS) return found;
  throw new MpmError(
    "USAGE",
    `"${times.text}" needs ${found.length} triggers in the Task Scheduler`,
    { hint: `At most ${MOST_TRIGGERS} are possible: use regular times` },
  );
}

type Start = Pick<Trigger, "start" | "repeat">;

/**
 * Returns the times of a day: one series if they are regular, otherwise one for
 * each hour.
 */
function startsOf({ minutes, hours }: Times): Start[] {
  const all = (values: Values, count: number) =>
    values ?? Array.from({ length: count }, (_, at) => at);
  const byHour = all(hours, 24).map((hour) =>
    all(minutes, 60).map((minute) => hour * 60 + minute)
  );
  const whole = seriesOf(byHour.flat());
  if (whole) return [whole];
  return byHour.flatMap((hour) =>
    seriesOf(hour) ?? hour.map((start) => ({ start, repeat: null }))
  );
}

/** Returns a repeating start; `undefined`: the intervals differ. */
function seriesOf(times: readonly number[]): Start | undefined {
  const [start = 0, second] = times;
  if (second === undefined) return { start, repeat: null };
  const every = second - start;
  const isRegular = times.every((time, at) => time === start + at * every);
  if (!isRegular) return undefined;
  const last = times.at(-1)!;
  const isWholeDay = last + every - start === DAY;
  // Ends between the last time and the time that would come next.
  const during = isWholeDay ? DAY : last - start + Math.ceil(every / 2);
  return { start, repeat: { every, during } };
}
