import { assertEquals, assertNotEquals } from "@std/assert";
import { sha256 } from "../base/digest.ts";
import type { Entry, EntryKind } from "./entry.ts";
import { mergeEntries } from "./merge.ts";

const IS_LONG = Deno.env.get("MPM_SOAK") === "1";

/** People, the entries of each, and the orders in which they arrive. */
const WRITERS = IS_LONG ? 50 : 6;
const EACH = IS_LONG ? 20 : 8;
const ORDERS = IS_LONG ? 10_000 : 500;

/** Numbers from 0 to below 1, the same in every run. */
function randomsFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Puts the items in a random order, in place. */
function shuffle<T>(items: T[], random: () => number): T[] {
  for (let at = items.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [items[at], items[other]] = [items[other]!, items[at]!];
  }
  return items;
}

const SHARED: readonly EntryKind[] = ["save", "note", "handoff", "claim"];

/**
 * A log for each writer. There are few IDs, so that entries replace and remove
 * others; some numbers are used twice, and some logs replace an older one.
 */
function logs(random: () => number): Entry[] {
  const below = (count: number) => Math.floor(random() * count);
  const all: Entry[] = [];
  for (let writer = 0; writer < WRITERS; writer++) {
    const clone = `${sha256(`${writer}`).slice(0, 32)}-abcdefgh`;
    for (let number = 1; number <= EACH; number++) {
      const kind = SHARED[below(SHARED.length)]!;
      const [id, content] = [`id-${below(4)}`, `text ${below(6)}`];
      const log = `${clone}-${number < EACH / 2 ? 1 : 1 + below(2)}`;
      const place = { log, number, at: "2026-11-23T16:00:00.000Z" };
      const author = `Writer ${writer}`;
      const removal = JSON.stringify({ kind, id, sha256: sha256(content) });
      const one: Entry = random() < 0.2
        ? { ...place, author, kind: "removal", id, content: removal }
        : { ...place, author, kind, id, content };
      all.push(one);
      if (random() < 0.1) all.push({ ...one, content: "a second one" });
    }
  }
  return all;
}

Deno.test("entries give the same list in any order of arrival", () => {
  const random = randomsFrom(20_261_123);
  const entries = logs(random);
  const expected = mergeEntries(entries);
  const text = JSON.stringify(expected);
  for (let order = 0; order < ORDERS; order++) {
    const merged = mergeEntries(shuffle(entries, random));
    if (JSON.stringify(merged) !== text) assertEquals(merged, expected);
  }
  // Duplicates do not change anything either, but a missing entry does.
  assertEquals(mergeEntries([...entries, ...entries]), expected);
  assertNotEquals(
    mergeEntries(entries.filter(({ kind }) => kind !== "note")),
    expected,
  );
});
