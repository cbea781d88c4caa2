const UNITS = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
] as const;

/**
 * How long ago `time` was, in words: `2 hours ago`. A time ahead of `now` is
 * said to be one, since a clock was wrong.
 */
export function ageWords(time: Date, now: Date): string {
  const seconds = (now.getTime() - time.getTime()) / 1000;
  if (Number.isNaN(seconds)) return "at an unknown time";
  const span = spanWords(Math.abs(seconds));
  if (span === undefined) return "just now";
  return seconds < 0 ? `${span} ahead of this clock` : `${span} ago`;
}

function spanWords(seconds: number): string | undefined {
  for (const [unit, length] of UNITS) {
    const count = Math.floor(seconds / length);
    if (count > 0) return `${count} ${unit}${count === 1 ? "" : "s"}`;
  }
  return undefined;
}
