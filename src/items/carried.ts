import type { Item, KeptItem } from "./item.ts";
import type { Sentence } from "./prose/withdrawn.ts";

/** The items before a change. */
export interface Before {
  /** All items of the project, open and closed. */
  readonly items: readonly KeptItem[];
  /** The open items of this line of work. */
  readonly open: readonly KeptItem[];
  /** The numbers in use by files. */
  readonly taken: ReadonlySet<number>;
}

/** The items to add, and their source. */
export interface Saying {
  readonly items: readonly Item[];
  readonly place: string;
  readonly session: string | null;
  /** The save in which it was added; null: no save. */
  readonly save: string | null;
  /** The agent session from which it is read. */
  readonly agent: string | undefined;
  /** Numbers of items to close. */
  readonly close?: readonly number[];
  /** True if the items are dropped, not done. */
  readonly drop?: boolean;
  /** Sentences of a person that may replace earlier items. */
  readonly withdrawn?: readonly Sentence[] | undefined;
  /** The number of an open item that the last one replaces. */
  readonly supersedes?: number | undefined;
  readonly now: Date;
}

/** The items after a change. */
export interface Carried {
  /** All items of the project, open and closed. */
  readonly items: readonly KeptItem[];
  /** The open items of this line of work, by number. */
  readonly open: readonly KeptItem[];
  /** The items to write. */
  readonly changed: readonly KeptItem[];
  /** Numbers of the items to remove. */
  readonly removed: readonly number[];
  /** The stored item for each added one; absent: not carried. */
  readonly as: ReadonlyMap<Item, KeptItem>;
  /** Open items for which there was no room. */
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
