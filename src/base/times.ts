import { MpmError } from "./errors.ts";
import { counted } from "./words.ts";

const FULL = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Returns whether `text` is a full ISO 8601 time with a zone. */
export function isFullTime(text: string): boolean {
  return FULL.test(text) && !Number.isNaN(Date.parse(text));
}

/**
 * Returns the time in one of the forms that writers of saves have used, in
 * milliseconds since the epoch. These are ISO 8601, also with a blank for the
 * `T`, without a zone or with `UTC` (read as UTC), or with blanks around it.
 */
export function parseTime(text: string): number | undefined {
  const parts =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(\.\d+)? ?(Z|UTC|GMT|[+-]\d\d:?\d\d)?$/i
      .exec(text.trim());
  if (!parts) return undefined;
  const [, day, clock, fraction = "", zone = "Z"] = parts;
  const offset = /^[+-]/.test(zone)
    ? zone.replace(/(\d\d):?(\d\d)/, "$1:$2")
    : "Z";
  const time = Date.parse(`${day}T${clock}${fraction}${offset}`);
  return Number.isNaN(time) ? undefined : time;
}

/** The name, short name and seconds of each unit, the longest first. */
const UNITS = [
  ["year", "y", 365 * 86_400],
  ["month", "mo", 30 * 86_400],
  ["week", "w", 7 * 86_400],
  ["day", "d", 86_400],
  ["hour", "h", 3600],
  ["minute", "m", 60],
] as const;

/** Returns how long ago `time` was: `2 hours ago`, `1 day in the future`. */
export function ageWords(time: Date, now: Date): string {
  return age(
    time.getTime(),
    now,
    (count, [unit]) => counted(count, unit),
  );
}

/** Returns the short form for milliseconds since the epoch: `2h ago`. */
export function shortAge(time: number, now: Date): string {
  return age(time, now, (count, [, unit]) => `${count}${unit}`);
}

/** Returns the milliseconds of a duration such as `30d`, if it is valid. */
export function parseAge(text: string): number | undefined {
  const parts = /^(\d{1,6})([a-z]{1,2})$/.exec(text.trim());
  const unit = UNITS.find(([, short]) => short === parts?.[2]);
  return unit && Number(parts![1]) * unit[2] * 1000;
}

function age(
  time: number,
  now: Date,
  say: (count: number, unit: typeof UNITS[number]) => string,
): string {
  const seconds = (now.getTime() - time) / 1000;
  if (Number.isNaN(seconds)) return "at an unknown time";
  for (const unit of UNITS) {
    const count = Math.floor(Math.abs(seconds) / unit[2]);
    if (count === 0) continue;
    const span = say(count, unit);
    return seconds < 0 ? `${span} in the future` : `${span} ago`;
  }
  return "just now";
}

/** The number of milliseconds by which two clocks may differ. */
const CLOCKS_DIFFER = 60_000;

/** Returns whether a time is ahead of this clock, more than allowed. */
export function isAhead(time: string, now: Date): boolean {
  return Date.parse(time) > now.getTime() + CLOCKS_DIFFER;
}

/** Returns the milliseconds of `90s`, `30m`, `2d` or `0`. Throws USAGE. */
export function parseDuration(text: string, what: string): number {
  const [, digits, unit = ""] = /^(?:0|(\d{1,6})([smhdw]))$/.exec(text) ?? [];
  if (digits === undefined && text !== "0") {
    throw new MpmError("USAGE", `Invalid duration for ${what}: "${text}"`, {
      hint:
        "Use a duration such as 90s, 30m, 1h, 2d or 1w, or 0 to turn it off",
    });
  }
  const seconds = UNITS.find(([, short]) => short === unit)?.[2] ?? 1;
  return Number(digits ?? 0) * seconds * 1000;
}

/** Returns a duration as one rounded-down figure: `40 minutes`, `3 hours`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [name, , size] = UNITS.slice(3).find(([, , size]) => seconds >= size) ??
    ["second", "s", 1];
  return counted(Math.floor(seconds / size), name);
}
