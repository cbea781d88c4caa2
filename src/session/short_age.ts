const UNITS = [
  ["y", 365 * 86_400],
  ["mo", 30 * 86_400],
  ["w", 7 * 86_400],
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/**
 * How long ago `time` (milliseconds since the epoch) was: `2h ago`. A time
 * ahead of `now` is said to be one, since a clock was wrong.
 */
export function shortAge(time: number, now: Date): string {
  const seconds = (now.getTime() - time) / 1000;
  if (Number.isNaN(seconds)) return "at an unknown time";
  for (const [unit, length] of UNITS) {
    const count = Math.floor(Math.abs(seconds) / length);
    if (count === 0) continue;
    return seconds < 0
      ? `${count}${unit} ahead of this clock`
      : `${count}${unit} ago`;
  }
  return "just now";
}
