import { escapeText } from "../base/escape.ts";
import { ageWords } from "../base/times.ts";
import { counted } from "../base/words.ts";
import type { Style } from "../cli/mod.ts";
import type {
  ScheduleAddResult,
  ScheduleListResult,
  ScheduleRemoveResult,
  ScheduleRow,
  ScheduleRunResult,
} from "./commands/results.ts";

/** `2026-11-24 09:00 UTC` */
function minute(time: string): string {
  return `${time.slice(0, 16).replace("T", " ")} UTC`;
}

const ENTRIES: Readonly<Record<ScheduleRow["entry"], string>> = {
  present: "",
  changed: "the entry was edited",
  disabled: "the entry is disabled",
  missing: "the entry is missing",
  unknown: "mpm has no record of this entry",
  unreadable: "the entry could not be read",
};

const PROBLEMS: Readonly<Record<NonNullable<ScheduleRow["problem"]>, string>> =
  {
    "project-gone": "the project is gone",
    "program-gone": "the mpm program that it starts is gone",
  };

/** Formats the result of `mpm schedule list`. */
export function listText(
  { at, schedules, others, problems }: ScheduleListResult,
  style: Style,
  { all }: { all: boolean },
): string {
  const now = new Date(at);
  const lines = schedules.flatMap((row) => rowLines(row, { now, style, all }));
  return [
    ...schedules.length === 0 ? ["No schedules."] : lines,
    ...problems.map((text) => `Warning: ${escapeText(text)}`),
    ...others === 0 ? [] : [
      `${
        counted(others, "schedule")
      } of other projects: mpm schedule list --all`,
    ],
    "",
  ].join("\n");
}

function rowLines(
  row: ScheduleRow,
  { now, style, all }: { now: Date; style: Style; all: boolean },
): string[] {
  const { id, name, times, starts, via, next, last, log } = row;
  const title = escapeText(all ? id : name ?? id);
  const about = times === null
    ? via
    : `"${times}" ${escapeText(starts ?? "")}, by ${via}`;
  const wrong = [
    ENTRIES[row.entry],
    row.problem ? PROBLEMS[row.problem] : "",
  ].filter(Boolean).join("; ");
  return [
    `${style.cyan(title)}  ${about}`,
    ...all && row.project !== null ? [`  in ${escapeText(row.project)}`] : [],
    ...wrong === "" ? [] : [`  ${style.yellow(wrong)}`],
    ...next === null ? [] : [`  next: ${minute(next)}`],
    ...last === null ? [] : [`  last: ${lastText(last, now)}`],
    ...log === null ? [] : [`  log:  ${escapeText(log)}`],
  ];
}

function lastText(
  { state, reason, started_at: at }: NonNullable<ScheduleRow["last"]>,
  now: Date,
): string {
  const why = reason === null ? "" : `: ${escapeText(reason)}`;
  return `${ageWords(new Date(at), now)}, ${state}${why}`;
}

/** Formats the result of `mpm schedule add`. */
export function addText(
  { dry_run: dry, name, starts, times, via, entry, next, added }:
    ScheduleAddResult,
): string {
  const verb = dry ? "Would schedule" : added ? "Scheduled" : "Renewed";
  return [
    `${verb} "${escapeText(name)}": ${
      escapeText(starts)
    } at "${times}", by ${via}`,
    ...dry
      ? entry.trimEnd().split("\n").map((one) => `  ${escapeText(one)}`)
      : [],
    `Next: ${next.map(minute).join(", ")}`,
    "",
  ].join("\n");
}

/** Formats the result of `mpm schedule remove`. */
export function removeText(
  { dry_run: dry, removed }: ScheduleRemoveResult,
): string {
  const verb = dry ? "Would remove" : "Removed";
  return removed.map(({ id, via }) => `${verb} ${escapeText(id)} from ${via}\n`)
    .join("");
}

/** Formats the result of `mpm schedule run`. */
export function runText(
  { name, starts, state, reason, log }: ScheduleRunResult,
): string {
  const why = reason === null ? "" : `: ${escapeText(reason)}`;
  return `${escapeText(name)}: ${escapeText(starts)}, ${state}${why}\n` +
    `The output is in ${escapeText(log)}\n`;
}
