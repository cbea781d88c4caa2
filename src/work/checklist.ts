import { MpmError } from "../base/errors.ts";
import { refuseNegative } from "../base/selector.ts";
import type { CheckItem } from "./work.ts";

/** The items below one heading, as they follow one another. */
interface Phase<T> {
  /** Empty: none. */
  readonly name: string;
  readonly items: readonly T[];
  readonly done: number;
}

/** A checklist by its headings. */
export function phasesOf<T extends { phase: string; done: boolean }>(
  items: readonly T[],
): Phase<T>[] {
  const groups: { name: string; items: T[] }[] = [];
  for (const item of items) {
    const last = groups.at(-1);
    if (last?.name === item.phase) last.items.push(item);
    else groups.push({ name: item.phase, items: [item] });
  }
  return groups.map(({ name, items }) => ({
    name,
    items,
    done: items.filter(({ done }) => done).length,
  }));
}

/**
 * The positions (from 0) that selectors mean: a number as it is printed (from
 * 1), a span of them such as `2-5`, or a part of the text of one item. Throws
 * NOT_FOUND, AMBIGUOUS with the items that match.
 */
export function itemsMeant(
  items: readonly CheckItem[],
  selectors: readonly string[],
): number[] {
  const found = selectors.flatMap((selector) => positions(items, selector));
  return [...new Set(found)].sort((a, b) => a - b);
}

function positions(items: readonly CheckItem[], selector: string): number[] {
  const span = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(selector.trim());
  refuseNegative(selector.trim());
  if (!span) return [byText(items, selector)];
  const first = Number(span[1]);
  const last = Number(span[2] ?? first);
  for (const number of [first, last]) {
    if (number >= 1 && number <= items.length) continue;
    throw new MpmError("NOT_FOUND", `No item ${number} in the checklist`, {
      hint: items.length === 0
        ? "This session has no checklist"
        : `It has the items 1 to ${items.length}: "mpm check" prints them`,
    });
  }
  const [low, high] = [Math.min(first, last), Math.max(first, last)];
  return Array.from({ length: high - low + 1 }, (_, at) => low - 1 + at);
}

function byText(items: readonly CheckItem[], selector: string): number {
  const wanted = selector.trim().toLowerCase();
  const numbered = items.map(({ text }, at) => ({ at, text }));
  const exact = numbered.filter(({ text }) => text.toLowerCase() === wanted);
  const found = exact.length === 1 || wanted === ""
    ? exact
    : numbered.filter(({ text }) => text.toLowerCase().includes(wanted));
  if (found.length === 1) return found[0]!.at;
  if (found.length === 0) {
    throw new MpmError("NOT_FOUND", `No item matches "${selector}"`, {
      hint: '"mpm check" prints the checklist with its numbers',
    });
  }
  const names = found.slice(0, NAMED).map(({ at, text }) =>
    `${at + 1} ${text}`
  );
  throw new MpmError(
    "AMBIGUOUS",
    `"${selector}" matches ${found.length} items: ${names.join(", ")}`,
    { hint: "Give the number" },
  );
}

/** Items that an error names. */
const NAMED = 5;

/** The checklist with these items ticked, or not; what is so stays as it is. */
export function tick(
  items: readonly CheckItem[],
  { at, done, time }: { at: readonly number[]; done: boolean; time: Date },
): { checklist: CheckItem[]; changed: number[] } {
  const changed = at.filter((position) => items[position]!.done !== done);
  const done_at = done ? time.toISOString() : null;
  const checklist = items.map((item, position) =>
    changed.includes(position) ? { ...item, done, done_at } : item
  );
  return { checklist, changed };
}
