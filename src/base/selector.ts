import { MpmError } from "./errors.ts";
import { named } from "./words.ts";

/** A list that a selector chooses from. */
export interface Choices<T> {
  /** The items, in the order of the list. */
  readonly items: readonly T[];
  /** The noun for an item, as in "No saved session 7". */
  readonly noun: string;
  /** The list number of the first item. */
  readonly first?: number;
  /** Describes an item in an error. */
  label(item: T): string;
  /** The hint if there are no items. */
  readonly empty: string;
}

/** The maximum number of items that an error names. */
const NAMED = 10;

/**
 * Returns whether a selector is an index, which has up to four digits. More
 * digits are part of an ID. Throws USAGE for a negative number.
 */
export function isIndex(selector: string): boolean {
  refuseNegative(selector);
  return /^\d{1,4}$/.test(selector);
}

/** Throws USAGE for a negative number, which no list has. */
export function refuseNegative(selector: string): void {
  if (!/^-\d+$/.test(selector)) return;
  throw new MpmError("USAGE", `Invalid number "${selector}"`, {
    hint: "Use a number from the list",
  });
}

/** Returns the item at an index, if it is one. Throws NOT_FOUND, USAGE. */
export function atIndex<T>(
  selector: string,
  choices: Choices<T>,
): T | undefined {
  if (!isIndex(selector)) return undefined;
  const { items, noun, first = 0 } = choices;
  const item = items[Number(selector) - first];
  if (item !== undefined) return item;
  const last = first + items.length - 1;
  const range = items.length === 0
    ? "the list is empty"
    : items.length === 1
    ? `the only number in the list is ${first}`
    : `the list has numbers ${first} to ${last}`;
  throw new MpmError("NOT_FOUND", `No ${noun} ${Number(selector)}: ${range}`, {
    hint: listHint(choices),
  });
}

/** Returns the only item, if any. Throws AMBIGUOUS with the candidates. */
export function onlyOne<T>(
  found: readonly T[],
  selector: string,
  { noun, label, hint }: Pick<Choices<T>, "noun" | "label"> & { hint: string },
): T | undefined {
  if (found.length <= 1) return found[0];
  const names = named(found.map(label), NAMED);
  throw new MpmError(
    "AMBIGUOUS",
    `"${selector}" matches ${found.length} ${noun}s: ${names}`,
    { hint },
  );
}

/** Lists the items with their numbers. */
export function listHint<T>(
  { items, label, first = 0, empty }: Choices<T>,
): string {
  if (items.length === 0) return empty;
  const texts = items.map((item, at) => `${first + at} ${label(item)}`);
  return `Available: ${named(texts, NAMED)}`;
}

/** Returns whether an ID contains `part`, ignoring case. */
export function holdsPart(id: string, part: string): boolean {
  return part !== "" && id.toLowerCase().includes(part.toLowerCase());
}
