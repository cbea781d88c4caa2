import { compareText, plainText } from "../base/words.ts";
import type { Before, Carried, Closing, Saying } from "./carried.ts";
import type { Item, ItemKind, ItemState, KeptItem } from "./item.ts";
import { besideOf, leftOf, type Sentence } from "./prose/withdrawn.ts";

/** The maximum number of open items in a project. */
export const MOST_OPEN = 500;

/** The maximum number of closed items to keep, so that they do not reappear. */
const MOST_CLOSED = 1000;

/** The maximum number of open goals from conversations at a time. */
const GOALS = 3;

/** Milliseconds for which a closed item is kept. */
const CLOSED_FOR = 30 * 24 * 3600 * 1000;

/** Kinds of items that are carried until someone closes them. */
const CARRIED: ReadonlySet<string> = new Set([
  ...["goal", "constraint", "next", "decision", "rejected"],
  ...["question", "blocker", "plan", "verify"],
]);

/** Kinds of items that a finished item with the same words closes. */
const CLOSED_BY_TEXT: readonly ItemKind[] = ["next", "blocker", "question"];

/**
 * Returns whether an item is carried until someone closes it. An item from the
 * agent's last message is valid until the agent continues.
 */
export function isCarried({ kind, via }: Pick<Item, "kind" | "via">): boolean {
  return CARRIED.has(kind) && via !== "last message";
}

/** Returns whether the item is still open. */
export function isOpenItem({ state }: Pick<Item, "state">): boolean {
  return state === "open" || state === "doing";
}

/**
 * Merges new items into the carried ones. An item with a known key, or the text
 * of an open item, is the same item. A todo follows its agent's list; any other
 * closed item stays closed. The newest plan replaces older plans, and a goal
 * that someone stated older goals. Of other goals, the newest three stay.
 */
export function carry(before: Before, saying: Saying): Carried {
  const book = new Book(before, saying);
  const closing = book.closeNumbers(saying.close ?? []);
  const as = new Map<Item, KeptItem>();
  const refused: Item[] = [];
  for (const item of saying.items.filter(isCarried)) {
    const number = book.take(item);
    if (number === "full") refused.push(item);
    else if (number !== undefined) {
      as.set(item, book.get(number));
      book.supersede(saying.supersedes, number);
    }
  }
  book.takeBack(saying.withdrawn ?? []);
  book.closeAnswered();
  return { ...book.result(), as, refused, closing };
}

class Book {
  readonly #items: Map<number, KeptItem>;
  readonly #open: Set<number>;
  readonly #taken: ReadonlySet<number>;
  readonly #saying: Saying;
  readonly #changed = new Set<number>();
  readonly #byKey = new Map<string, number[]>();
  readonly #byText = new Map<string, number>();
  #last: number;
  #count: number;
  #added = false;

  constructor({ items, open, taken }: Before, saying: Saying) {
    this.#items = new Map(items.map((item) => [item.number, item]));
    this.#open = new Set(open.map(({ number }) => number));
    this.#taken = taken;
    this.#saying = saying;
    this.#last = items.at(-1)?.number ?? 0;
    this.#count = items.filter(isOpenItem).length;
    for (const item of items) this.#index(item);
    for (const item of open) this.#byText.set(sameText(item), item.number);
  }

  get(number: number): KeptItem {
    return this.#items.get(number)!;
  }

  #index({ key, number }: KeptItem): void {
    if (key === undefined) return;
    this.#byKey.set(key, [...this.#byKey.get(key) ?? [], number]);
  }

  /** Adds an item and returns its number; `undefined`: not stored. */
  take(item: Item): number | "full" | undefined {
    const known = this.#known(item);
    if (known) return this.#follow(known, item);
    if (!isOpenItem(item)) {
      return this.#closeSame(item);
    }
    const same = this.#byText.get(sameText(item));
    if (same !== undefined) return this.#join(this.get(same), item);
    const older = this.#older(item);
    if (older === undefined) return undefined;
    if (this.#count >= MOST_OPEN) return "full";
    return this.#add(item, older);
  }

  #known(item: Item): KeptItem | undefined {
    const { key } = item;
    if (key === undefined) return undefined;
    return this.#byKey.get(key)?.map((number) => this.get(number))
      .find(({ agent }) => !isTodo(item) || agent === item.agent);
  }

  /** Updates a known item. Only a todo can change; others can be closed. */
  #follow(known: KeptItem, item: Item): number {
    const { number } = known;
    if (!isTodo(item)) {
      const over = isOpenItem(known) && !isOpenItem(item);
      if (over) this.#close(known, item.state, {});
      return number;
    }
    if (!isOpenItem(known)) {
      // The todo was started again after it was closed here.
      const again = isOpenItem(item) && item.at > (known.closed_at ?? "");
      if (again) this.#reopen(known, item);
      return number;
    }
    if (!isOpenItem(item)) {
      this.#close(known, item.state, {});
      return number;
    }
    const same = known.state === item.state && known.text === item.text &&
      known.why === item.why;
    if (!same) this.#put({ ...known, ...changing(item) });
    return number;
  }

  #reopen(known: KeptItem, item: Item): void {
    const { closed_at: _, superseded_by: __, ...rest } = known;
    this.#put({ ...rest, ...changing(item) });
    this.#open.add(known.number);
    this.#count++;
  }

  /** Closes an open item that has the same words as a finished one. */
  #closeSame(item: Item): number | undefined {
    const numbers = CLOSED_BY_TEXT.map((kind) =>
      this.#byText.get(sameText({ ...item, kind }))
    );
    const number = numbers.find((one) => one !== undefined);
    if (number === undefined) return undefined;
    const { kind, at } = this.get(number);
    // The question was asked again after its answer.
    if (kind === "question" && at > item.at) return undefined;
    this.#close(this.get(number), item.state, {});
    return number;
  }

  closeNumbers(numbers: readonly number[]): Closing {
    const wanted = [...new Set(numbers)];
    const found = wanted.flatMap((number) => this.#items.get(number) ?? []);
    const open = found.filter(isOpenItem);
    const state = this.#saying.drop ? "dropped" : "done";
    for (const item of open) this.#close(item, state, {});
    return {
      closed: open.map(({ number }) => this.get(number)),
      already: found.filter((item) => !isOpenItem(item)),
      unknown: wanted.filter((number) => !this.#items.has(number)),
    };
  }

  /** Adds missing fields to an item that was added before. */
  #join(same: KeptItem, item: Item): number {
    const missing = {
      ...same.why === undefined && item.why !== undefined
        ? { why: item.why }
        : {},
      ...same.key === undefined && item.key !== undefined
        ? { key: item.key, agent: item.agent }
        : {},
      ...same.state === "open" && item.state === "doing"
        ? { state: item.state }
        : {},
    };
    if (Object.keys(missing).length > 0) {
      this.#put({ ...same, ...missing });
      if ("key" in missing) this.#index(this.get(same.number));
    }
    return same.number;
  }

  /** Returns the items that this one replaces; `undefined`: it is older. */
  #older(item: Item): KeptItem[] | undefined {
    if (item.kind !== "goal" && item.kind !== "plan") return [];
    const others = [...this.#open].map((number) => this.get(number))
      .filter((one) => one.kind === item.kind && isOpenItem(one));
    if (item.kind === "goal" && !isAutomatic(item)) return others;
    const like = item.kind === "plan" ? others : others.filter(isAutomatic);
    // The goal of a later conversation may be part of an earlier conversation's
    // goal.
    const kept = item.kind === "plan" ? 1 : GOALS;
    const newer = like.filter(({ at }) => at > item.at).length;
    if (newer >= kept) return undefined;
    return like.sort((a, b) => compareText(b.at, a.at)).slice(kept - 1);
  }

  #add(item: Item, older: readonly KeptItem[]): number {
    const { place, session, save } = this.#saying;
    const kept: KeptItem = {
      schema: 1,
      ...item,
      save: item.save ?? save,
      number: this.#freeNumber(item.number),
      ...{ place, session },
    };
    this.#put(kept);
    this.#index(kept);
    this.#open.add(kept.number);
    this.#byText.set(sameText(kept), kept.number);
    this.#count++;
    this.#added = true;
    for (const one of older) {
      this.#close(one, "superseded", { superseded_by: kept.id });
    }
    return kept.number;
  }

  supersede(number: number | undefined, by: number): void {
    const item = number === undefined || number === by
      ? undefined
      : this.#items.get(number);
    if (!item || !isOpenItem(item)) return;
    this.#close(item, "superseded", { superseded_by: this.get(by).id });
  }

  /** Closes or shortens open items that a person later withdrew. */
  takeBack(sentences: readonly Sentence[]): void {
    if (sentences.length === 0) return;
    for (const number of [...this.#open]) {
      const item = this.get(number);
      const left = leftOf(item, sentences, this.#saying.agent);
      if (left === undefined) {
        const beside = besideOf(item, sentences, this.#saying.agent);
        if (beside) this.take(beside);
        continue;
      }
      const text = left === "over" ? "" : sameText({ ...item, ...left });
      if (left === "over" || this.#byText.has(text)) {
        this.#close(item, "superseded", {});
        continue;
      }
      this.#put({ ...item, ...left });
      this.#byText.set(text, number);
    }
  }

  /** Closes the questions of a killed client whose session continues. */
  closeAnswered(): void {
    const { agent, items } = this.#saying;
    const keys = new Set(items.map(({ key }) => key));
    const last = items.findLast(({ kind }) => kind === "message")?.at ?? "";
    for (const number of [...this.#open]) {
      const item = this.get(number);
      const isLeft = item.kind === "question" && item.via === "message" &&
        item.agent === agent && item.at < last && !keys.has(item.key);
      if (isLeft) this.#close(item, "superseded", {});
    }
  }

  /** Keeps the number of an item from a save if it is free. */
  #freeNumber(wanted: number | undefined): number {
    const isFree = (number: number) =>
      !this.#taken.has(number) && !this.#items.has(number);
    if (wanted !== undefined && wanted > 0 && isFree(wanted)) {
      this.#last = Math.max(this.#last, wanted);
      return wanted;
    }
    do this.#last++; while (!isFree(this.#last));
    return this.#last;
  }

  #close(item: KeptItem, state: ItemState, more: Partial<KeptItem>): void {
    const closed_at = this.#saying.now.toISOString();
    this.#put({ ...item, ...more, state, closed_at });
    this.#open.delete(item.number);
    this.#count--;
    if (this.#byText.get(sameText(item)) === item.number) {
      this.#byText.delete(sameText(item));
    }
  }

  #put(item: KeptItem): void {
    this.#items.set(item.number, item);
    this.#changed.add(item.number);
  }

  result(): Pick<Carried, "items" | "open" | "changed" | "removed"> {
    const { agent, now } = this.#saying;
    const all = [...this.#items.values()];
    const removed = this.#added ? outdated(all, { agent, now }) : [];
    const gone = new Set(removed);
    const byNumber = (numbers: Iterable<number>) =>
      [...numbers].filter((number) => !gone.has(number))
        .sort((a, b) => a - b).map((number) => this.get(number));
    return {
      items: byNumber(this.#items.keys()),
      open: byNumber(this.#open),
      changed: byNumber(this.#changed),
      removed,
    };
  }
}

/**
 * Returns the numbers of closed items that are no longer needed. A key can
 * reappear while its agent session continues, which is until 30 days after the
 * session's last item. The highest number is kept, so no number is used twice.
 */
function outdated(
  items: readonly KeptItem[],
  { agent, now }: { agent: string | undefined; now: Date },
): number[] {
  const since = new Date(now.getTime() - CLOSED_FOR).toISOString();
  const live = new Set([agent]);
  for (const item of items) {
    if (item.at >= since || (item.closed_at ?? "") >= since) {
      live.add(item.agent);
    }
  }
  const closed = items.filter((item) => !isOpenItem(item))
    .sort((a, b) => compareText(b.closed_at ?? "", a.closed_at ?? ""));
  const last = Math.max(...items.map(({ number }) => number));
  return closed.filter((item, at) =>
    item.number !== last && (at >= MOST_CLOSED ||
      (item.closed_at ?? "") < since &&
        (item.agent === undefined || !live.has(item.agent)))
  ).map(({ number }) => number);
}

function changing({ state, text, why }: Item): Partial<KeptItem> {
  return { state, text, why };
}

function isTodo({ via }: Pick<Item, "via">): boolean {
  return via === "todo" || via === "task";
}

/** Returns whether the goal was derived from a prompt. */
function isAutomatic({ via }: Pick<Item, "via">): boolean {
  return via === "prompt";
}

/** Returns a key that is equal for items with the same meaning. */
function sameText({ kind, text }: Pick<Item, "kind" | "text">): string {
  return `${kind}\n${plainText(text)}`;
}
