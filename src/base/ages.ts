/** Name, short name, and seconds of each unit, the longest first. */
const UNITS = [
  ["year", "y", 365 * 86_400],
  ["month", "mo", 30 * 86_400],
  ["week", "w", 7 * 86_400],
  ["day", "d", 86_400],
  ["hour", "h", 3600],
  ["minute", "m", 60],
] as const;

/**
 * How long ago `time` was, in words: `2 hours ago`. A time ahead of `now` is
 * said to be one, since a clock was wrong.
 */
export function ageWords(time: Date, now: Date): string {
  return age(
    time.getTime(),
    now,
    (count, [unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`,
  );
}

/** The same in short, of milliseconds since the epoch: `2h ago`. */
export function shortAge(time: number, now: Date): string {
  return age(time, now, (count, [, unit]) => `${count}${unit}`);
}

/** The milliseconds of a span such as `30d`, if it is one. */
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
    return seconds < 0 ? `${span} ahead of this clock` : `${span} ago`;
  }
  return "just now";
}
