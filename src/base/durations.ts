import { MpmError } from "./errors.ts";
import { getOwn } from "./own.ts";

const UNITS: Record<string, number> = {
  "": 1000,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds of `90s`, `30m`, `1h`, `2d`, `1w` or `0`. Throws USAGE. */
export function parseDuration(text: string, what: string): number {
  const [, digits, unit = ""] = /^(\d{1,6})([smhdw])?$/.exec(text) ?? [];
  const bare = unit === "" && digits !== "0";
  if (digits === undefined || bare) {
    throw new MpmError("USAGE", `${what} is no length of time: "${text}"`, {
      hint: "Write it as 90s, 30m, 1h, 2d or 1w; 0 for none",
    });
  }
  return Number(digits) * getOwn(UNITS, unit)!;
}

/** A length of time in one rounded-down figure: `40 minutes`, `3 hours`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const steps = [[86_400, "day"], [3600, "hour"], [60, "minute"]] as const;
  const [size, name] = steps.find(([size]) => seconds >= size) ?? [1, "second"];
  const count = Math.floor(seconds / size);
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
