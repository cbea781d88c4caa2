import type { Item, KeptItem } from "./item.ts";
import type { Sentence } from "./prose/withdrawn.ts";

/** The state of the items before a change. */
export interface Before {
  /** All items of the project, open and closed. */
  readonly items: readonly KeptItem[];
  /** The open items of this line of work. */
  readonly open: readonly KeptItem[];
  /** The numbers that files already use. */
  readonly taken: ReadonlySet<number>;
}

/** The items to add, and their source. */
export interface Saying {
  readonly items: readonly Item[];
  readonly place: string;
  readonly session: string | null;
  /** The save in which the items were added; null: no save. */
  readonly save: string | null;
  /** The agent session from which it is read. */
  readonly agent: string | undefined;
  /** Numbers of items to close. */
  readonly close?: readonly number[];
  /** True if the items are dropped, not done. */
  readonly drop?: boolean;
  /** A person's sentences that may replace earlier items. */
  readonly withdrawn?: readonly Sentence[] | undefined;
  /** The number of the open item that the last added item replaces. */
  readonly supersedes?: number | undefined;
  readonly now: Date;
}

/** The state of the items after a change. */
export interface Carried {
  /** All items of the project, open and closed. */
  readonly items: readonly KeptItem[];
  /** The open items of this line of work, by number. */
  readonly open: readonly KeptItem[];
  /** The items to write. */
  readonly changed: readonly KeptItem[];
  /** Numbers of the items to remove. */
  readonly removed: readonly number[];
  /** The stored item for each added item; absent: it is not carried. */
  readonly as: ReadonlyMap<Item, KeptItem>;
  /** Open items that were refused because there was no room. */
  readonly refused: readonly Item[];
  /** The result for each number to close. */
  readonly closing: Closing;
}

/** The result for numbers to close. */
export interface Closing {
  readonly closed: readonly KeptItem[];
  /** Closed before. */
  readonly already: readonly KeptItem[];
  readonly unknown: readonly number[];
}
