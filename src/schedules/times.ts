import { Cron } from "croner";
import { MpmError } from "../base/errors.ts";

/** The values of one field of an expression; null: all values. */
export type Values = readonly number[] | null;

/** The times of a schedule: five fields, in the machine's time zone. */
export interface Times {
  /** The expression as written by a person. */
  readonly text: string;
  readonly minutes: Values;
  readonly hours: Values;
  /** Days of the month, from 1. */
  readonly days: Values;
  /** Months, from 1. */
  readonly months: Values;
  /** Days of the week: 0 is Sunday. */
  readonly weekdays: Values;
}

/**
 * The fields in order, each with its number of values and a date for each
 * value.
 */
const FIELDS: readonly {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  /** Returns a date in UTC. Its other fields do not matter. */
  dateOf(value: number): Date;
}[] = [
  {
    ...{ name: "minute", first: 0, count: 60 },
    dateOf: (value) => new Date(Date.UTC(2026, 0, 1, 0, value)),
  },
  {
    ...{ name: "hour", first: 0, count: 24 },
    dateOf: (value) => new Date(Date.UTC(2026, 0, 1, value)),
  },
  {
    ...{ name: "day of the month", first: 1, count: 31 },
    dateOf: (value) => new Date(Date.UTC(2026, 0, value)),
  },
  {
    ...{ name: "month", first: 1, count: 12 },
    dateOf: (value) => new Date(Date.UTC(2026, value - 1, 1)),
  },
  {
    ...{ name: "day of the week", first: 0, count: 7 },
    // February 1, 2026 is a Sunday.
    dateOf: (value) => new Date(Date.UTC(2026, 1, 1 + value)),
  },
];

/** The syntax that every scheduler supports, without `L`, `W`, `#` and `?`. */
const FIELD = /^(?:[\d*,\/-]|\b[a-z]{3}\b)+$/i;

const HINT = 'Five fields: minute, hour, day, month, weekday. "0 9 * * 1-5" ' +
  "is 09:00 from Monday to Friday";

/** Parses an expression of five fields. Throws USAGE. */
export function parseTimes(text: string): Times {
  const fields = text.trim().split(/\s+/);
  const fault = (words: string) =>
    new MpmError("USAGE", `Invalid times "${text}": ${words}`, { hint: HINT });
  if (text.trim().startsWith("@")) {
    throw fault("only five fields work with every scheduler");
  }
  if (fields.length !== FIELDS.length || text.trim() === "") {
    throw fault(`expected five fields, found ${text.trim() && fields.length}`);
  }
  const [minutes, hours, days, months, weekdays] = fields.map((field, at) =>
    valuesOf(field, at, fault)
  ) as [Values, Values, Values, Values, Values];
  const mixed = [fields[2]!, fields[4]!].find((one) => /^\*./.test(one));
  if (mixed !== undefined && days && weekdays) {
    throw fault(
      `schedulers disagree about "${mixed}" with another day field. ` +
        "List the days",
    );
  }
  const times = { text: fields.join(" "), minutes, hours, days, months };
  const all = { ...times, weekdays };
  if (nextTimes(all, new Date(), 1).length === 0) {
    throw fault("this date never occurs");
  }
  return all;
}

function valuesOf(
  field: string,
  at: number,
  fault: (words: string) => MpmError,
): Values {
  const { name, first, count, dateOf } = FIELDS[at]!;
  if (field === "*") return null;
  if (!FIELD.test(field)) throw fault(`cannot read the ${name} "${field}"`);
  const alone = FIELDS.map((_, other) => other === at ? field : "*").join(" ");
  try {
    const cron = new Cron(alone, { mode: "5-part", timezone: "UTC" });
    const all = Array.from({ length: count }, (_, index) => first + index);
    const values = all.filter((value) => cron.match(dateOf(value)));
    return values.length === count ? null : values;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw fault(`cannot read the ${name} "${field}"`);
  }
}

/**
 * Returns the next times after `from`, at most `count`.
 * @param timezone An IANA name; the machine's zone by default.
 */
export function nextTimes(
  { text }: Pick<Times, "text">,
  from: Date,
  count: number,
  timezone?: string,
): Date[] {
  const zone = timezone === undefined ? {} : { timezone };
  return new Cron(text, { mode: "5-part", ...zone }).nextRuns(count, from);
}

/**
 * Returns the same times as plain numbers, for a scheduler that does not
 * support names.
 */
export function plainTimes(times: Times): string {
  const { minutes, hours, days, months, weekdays } = times;
  return [minutes, hours, days, months, weekdays]
    .map((values) => values === null ? "*" : values.join(",")).join(" ");
}
