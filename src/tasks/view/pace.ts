import { counted } from "../../base/words.ts";
import { width } from "../../cli/mod.ts";
import { grouped } from "../../clients/mod.ts";

/** The counters of a run, for display. */
export interface Counted {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly flagged: number;
}

/** Milliseconds over which the rate is computed, and between two samples. */
const WINDOW = 30_000;
const APART = 500;

/** The rate of a run over the last half minute, in constant memory. */
export class Pace {
  readonly #samples: { at: number; ended: number }[] = [];

  /** Records the number of items that had ended at a time in milliseconds. */
  note(ended: number, at: number): void {
    const samples = this.#samples;
    const last = samples.at(-1);
    // There is no rate after the clock was set back.
    if (last !== undefined && at < last.at) samples.length = 0;
    const [before, newest] = samples.slice(-2);
    const isClose = before !== undefined && newest !== undefined &&
      newest.at - before.at < APART;
    if (isClose) samples.pop();
    samples.push({ at, ended });
    while (samples.length > 2 && at - samples[1]!.at >= WINDOW) samples.shift();
  }

  /**
   * Returns the number of items per second; `undefined` while no item has
   * ended.
   */
  rate(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const seconds = (last.at - first.at) / 1000;
    const ended = last.ended - first.ended;
    return seconds > 0 && ended > 0 ? ended / seconds : undefined;
  }
}

/** Returns the number of items that have ended. */
export function endedOf(
  { done, failed, flagged }: Omit<Counted, "total">,
): number {
  return done + failed + flagged;
}

/**
 * Returns a figure that is easy to understand: `12 a second`, `3.4 a minute`.
 */
function rateText(rate: number): string {
  const steps = [[1, "s"], [60, "min"], [3600, "h"]] as const;
  const [size, unit] = steps.find(([size]) => rate * size >= 1) ?? steps[2];
  const count = rate * size;
  const shown = count < 9.95 ? count.toFixed(1) : grouped(Math.round(count));
  return `${shown.replace(/\.0$/, "")}/${unit}`;
}

/** Returns a duration with at most two figures: `48s`, `2m 05s`, `3h 20m`. */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const two = (count: number) => String(count).padStart(2, "0");
  const [minutes, hours] = [
    Math.floor(seconds / 60),
    Math.floor(seconds / 3600),
  ];
  if (minutes === 0) return `${seconds}s`;
  if (hours === 0) return `${minutes}m ${two(seconds % 60)}s`;
  const days = Math.floor(hours / 24);
  return days === 0
    ? `${hours}h ${two(minutes % 60)}m`
    : `${days}d ${two(hours % 24)}h`;
}

/** Returns `2 failed, 1 flagged`; empty if there is neither. */
export function troubleText(
  { failed, flagged }: Pick<Counted, "failed" | "flagged">,
): string {
  return [
    ...failed > 0 ? [`${grouped(failed)} failed`] : [],
    ...flagged > 0 ? [`${grouped(flagged)} flagged`] : [],
  ].join(", ");
}

/** The parameters of a progress line. */
export interface Line {
  readonly task: string;
  readonly counts: Counted;
  /**
   * Number of items in the running chunks that are done, according to their
   * programs.
   */
  readonly partly: number;
  /** Items per second. */
  readonly rate: number | undefined;
  /** The text that a program reported with its progress. */
  readonly text: string | undefined;
}

/** The maximum and the minimum width of the bar, in columns. */
const WIDEST = 30;
const NARROWEST = 8;

/**
 * Returns one line for a terminal of that width: name, bar, percentage, items,
 * rate, time left. In a narrow terminal the bar shrinks first; then parts are
 * left out, the least important ones first.
 */
export function barLine(
  line: Line,
  { columns, ascii }: { columns: number; ascii: boolean },
): string {
  const { task, counts, rate, text } = line;
  const share = shareOf(line);
  const percent = `${Math.floor(share * 100)}%`;
  const items = `${grouped(endedOf(counts))}/${grouped(counts.total)}`;
  const trouble = troubleText(counts);
  const left = leftOf(line);
  // Listed in display order. Parts with a lower rank are left out later.
  const parts = [
    { rank: 3, text: task },
    { rank: 0, text: percent },
    { rank: 1, text: items },
    { rank: 4, text: rate === undefined ? "" : rateText(rate) },
    { rank: 2, text: left === undefined ? "" : `${shortDuration(left)} left` },
    { rank: 1, text: trouble },
    { rank: 5, text: text ?? "" },
  ].filter((part) => part.text !== "");
  const gap = "  ";
  const sizeOf = () =>
    parts.reduce((sum, part) => sum + width(part.text) + gap.length, 0);
  for (;;) {
    const last = Math.max(...parts.map(({ rank }) => rank));
    // Failures are more important than the bar.
    const wanted = last > 1 ? NARROWEST : -gap.length;
    if (last === 0 || sizeOf() + wanted <= columns) break;
    parts.splice(parts.findLastIndex(({ rank }) => rank === last), 1);
  }
  const cells = Math.min(WIDEST, columns - sizeOf());
  const at = parts[0]!.text === task ? 1 : 0;
  const shown = parts.map((part) => part.text);
  if (cells >= NARROWEST) shown.splice(at, 0, bar(share, { cells, ascii }));
  return shown.join(gap);
}

/** Returns the same for a log, with the words spelled out. */
export function logLine(line: Line): string {
  const { task, counts, rate } = line;
  const left = leftOf(line);
  const trouble = troubleText(counts);
  return [
    `${task}: ${grouped(endedOf(counts))} of ${
      counted(counts.total, "item").replace(/^\d+/, grouped(counts.total))
    } (${Math.floor(shareOf(line) * 100)}%)`,
    ...trouble === "" ? [] : [trouble],
    ...rate === undefined ? [] : [rateText(rate)],
    ...left === undefined ? [] : [`${shortDuration(left)} left`],
  ].join(", ");
}

/** Returns the finished share, from 0 to 1; it is 1 only at the end. */
export function shareOf({ counts, partly }: Line): number {
  const { total } = counts;
  if (total === 0) return 1;
  return Math.min(1, (endedOf(counts) + partly) / total);
}

/** Returns the milliseconds left at this rate. */
export function leftOf({ counts, partly, rate }: Line): number | undefined {
  const waiting = counts.total - endedOf(counts) - partly;
  return rate === undefined || waiting <= 0 ? undefined : waiting / rate * 1000;
}

function bar(
  share: number,
  { cells, ascii }: { cells: number; ascii: boolean },
): string {
  const [on, off] = ascii ? ["#", "."] : ["█", "░"];
  const full = Math.floor(share * cells);
  return on.repeat(full) + off.repeat(cells - full);
}
