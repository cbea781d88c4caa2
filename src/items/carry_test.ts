import { assertEquals } from "@std/assert";
import { carry } from "./carry.ts";
import type { Item, KeptItem } from "./item.ts";

const NOW = new Date("2026-11-20T12:00:00.000Z");
const DAY = 24 * 3600 * 1000;

/** The time `days` before NOW. */
function ago(days: number): string {
  return new Date(NOW.getTime() - days * DAY).toISOString();
}

let made = 0;

function item(more: Partial<Item> = {}): Item {
  made++;
  return {
    id: made.toString(16).padStart(12, "0"),
    kind: "next",
    text: `Step ${made}`,
    state: "open",
    source: "agent",
    via: "pause",
    at: ago(1),
    save: null,
    ...more,
  };
}

function kept(number: number, more: Partial<KeptItem> = {}): KeptItem {
  const where = { place: "main", session: null };
  return { ...item(), schema: 1, ...where, ...more, number };
}

interface Said {
  readonly agent?: string;
  readonly save?: string;
  readonly taken?: readonly number[];
  readonly close?: readonly number[];
  readonly drop?: boolean;
}

function said(
  before: readonly KeptItem[],
  items: readonly Item[],
  more: Said = {},
) {
  const isOpen = ({ state }: KeptItem) => state === "open" || state === "doing";
  const numbers = before.map(({ number }) => number);
  return carry({
    items: before,
    open: before.filter(isOpen),
    taken: new Set([...numbers, ...more.taken ?? []]),
  }, {
    items,
    place: "main",
    session: null,
    save: more.save ?? null,
    agent: more.agent,
    close: more.close ?? [],
    drop: more.drop ?? false,
    now: NOW,
  });
}

function labels(items: readonly KeptItem[]): string[] {
  return items.map(({ number, state, text }) => `${number} ${state} ${text}`);
}

Deno.test("a new item gets the next number that no file has", () => {
  const { open, changed } = said([kept(2, { text: "Old" })], [
    item({ text: "A" }),
    item({ text: "B" }),
  ], { taken: [3] });
  assertEquals(labels(open), ["2 open Old", "4 open A", "5 open B"]);
  assertEquals(labels(changed), ["4 open A", "5 open B"]);
});

Deno.test("the same text twice is one item, ignoring blanks and case", () => {
  const known = kept(1, { text: "Add  tests", kind: "next" });
  const { open, changed } = said([known], [
    item({ text: " add tests\n" }),
    item({ text: "add tests", kind: "question" }),
  ]);
  assertEquals(labels(open), ["1 open Add  tests", "2 open add tests"]);
  assertEquals(changed.length, 1);
});

Deno.test("a reason that comes later is added", () => {
  const known = kept(1, { kind: "decision", text: "Use SQLite" });
  const { changed } = said([known], [
    item({ kind: "decision", text: "use sqlite", why: "No server" }),
  ]);
  assertEquals(changed.map(({ why }) => why), ["No server"]);
});

Deno.test("a closed item stays closed when its key comes again", () => {
  const closed = { state: "done", key: "k", closed_at: ago(2) } as const;
  const { open, changed } = said([kept(1, closed)], [
    item({ key: "k", text: "Say it again" }),
  ]);
  assertEquals([open, changed], [[], []]);
});

Deno.test("a todo follows the list of its agent session alone", () => {
  const todo = { via: "todo", key: "1", agent: "a" };
  const before = [
    kept(1, { ...todo, text: "First" }),
    kept(2, { ...todo, agent: "b", text: "Second" }),
  ];
  const { open, changed } = said(before, [
    item({ ...todo, text: "First", state: "done" }),
    item({ ...todo, key: "2", text: "Never open here", state: "done" }),
  ]);
  assertEquals(labels(open), ["2 open Second"]);
  assertEquals(labels(changed), ["1 done First"]);
});

Deno.test("a todo is open again only if it was reopened after it was closed", () => {
  const todo = { via: "todo", key: "1", agent: "a", text: "First" };
  const closed = kept(1, { ...todo, state: "done", closed_at: ago(1) });
  const again = (at: string) =>
    labels(said([closed], [item({ ...todo, state: "doing", at })]).open);
  assertEquals(again(ago(2)), []);
  assertEquals(again(ago(0)), ["1 doing First"]);
});

Deno.test("a finished todo closes the same next step", () => {
  const { open, changed } = said([kept(1, { text: "Add tests" })], [
    item({ via: "todo", key: "1", text: "Add tests", state: "done" }),
  ]);
  assertEquals([open.length, labels(changed)], [0, ["1 done Add tests"]]);
});

Deno.test("a finished item closes a question with the same text", () => {
  const before = [kept(1, { kind: "question", text: "Which port?" })];
  const done = item({ text: "which port?", state: "done" });
  const { open, changed } = said(before, [done]);
  assertEquals([open.length, labels(changed)], [0, ["1 done Which port?"]]);
});

Deno.test("the goals of the last three conversations are kept", () => {
  const goal = { kind: "goal" } as const;
  const before = [
    kept(1, { ...goal, via: "prompt", text: "Oldest", at: ago(9) }),
    kept(2, { ...goal, via: "prompt", text: "Old", at: ago(5) }),
    kept(3, { ...goal, via: "pause", text: "Said", at: ago(8) }),
    kept(4, { ...goal, via: "prompt", text: "Recent", at: ago(3) }),
  ];
  const fresh = item({ ...goal, via: "prompt", text: "New", at: ago(1) });
  const { open, changed } = said(before, [fresh]);
  const goals = ["2 open Old", "3 open Said", "4 open Recent", "5 open New"];
  assertEquals(labels(open), goals);
  assertEquals(labels(changed), ["1 superseded Oldest", "5 open New"]);
  assertEquals(changed[0]!.superseded_by, fresh.id);
  const older = item({ ...goal, via: "prompt", text: "Ancient", at: ago(20) });
  assertEquals(labels(said(open, [older]).open), goals);
});

Deno.test("a stated goal replaces all goals", () => {
  const goal = { kind: "goal" } as const;
  const before = [
    kept(1, { ...goal, via: "prompt" }),
    kept(2, { ...goal, via: "pause" }),
  ];
  const { open } = said(before, [item({ ...goal, text: "Now this" })]);
  assertEquals(labels(open), ["3 open Now this"]);
});

Deno.test("an older plan does not replace a newer one", () => {
  const before = [kept(1, { kind: "plan", text: "New", at: ago(1) })];
  const plan = { kind: "plan", via: "plan", key: "p" } as const;
  const older = said(before, [item({ ...plan, text: "Old", at: ago(3) })]);
  assertEquals(labels(older.open), ["1 open New"]);
  const newer = said(before, [item({ ...plan, text: "Newest", at: ago(0) })]);
  assertEquals(labels(newer.open), ["2 open Newest"]);
});

Deno.test("items of a single conversation are not carried", () => {
  const kinds = ["done", "prompt", "message", "report", "error"] as const;
  const fresh = kinds.map((kind) => item({ kind }));
  assertEquals(said([], fresh).changed, []);
});

Deno.test("a new item names its save", () => {
  const { changed } = said([kept(1), kept(2, { save: "older" })], [item()], {
    save: "session-20261120-120000",
  });
  assertEquals(changed.map(({ number, save }) => [number, save]), [
    [3, "session-20261120-120000"],
  ]);
});

Deno.test("500 items can be open, and more are refused", () => {
  const before = Array.from({ length: 500 }, (_, at) => kept(at + 1));
  const { open, refused } = said(before, [
    item({ text: "One more" }),
    item({ text: before[0]!.text }),
  ]);
  assertEquals(open.length, 500);
  assertEquals(refused.map(({ text }) => text), ["One more"]);
});

Deno.test("closed items are removed after 30 days, unless their key can come again", () => {
  const closed = (number: number, days: number, more: Partial<KeptItem> = {}) =>
    kept(number, {
      state: "done",
      at: ago(days + 1),
      closed_at: ago(days),
      ...more,
    });
  const before = [
    closed(1, 40),
    closed(2, 20),
    closed(3, 40, { agent: "over", key: "3" }),
    closed(4, 40, { agent: "goes on", key: "4" }),
    kept(5, { agent: "goes on", at: ago(3) }),
    closed(6, 40, { agent: "read now", key: "6" }),
    closed(7, 40),
  ];
  assertEquals(said(before, []).removed, []);
  const { removed } = said(before, [item()], { agent: "read now" });
  assertEquals(removed.toSorted(), [1, 3, 7]);
});

Deno.test("no number is used twice", () => {
  const closed = { state: "done", at: ago(50), closed_at: ago(40) } as const;
  const { removed, changed } = said([kept(1, closed), kept(9, closed)], [
    item(),
  ]);
  assertEquals([removed.toSorted(), labels(changed).length], [[1, 9], 1]);
  assertEquals(changed[0]!.number, 10);
});

Deno.test("numbers close items, once, and unknown ones are named", () => {
  const before = [kept(1), kept(2, { state: "done", closed_at: ago(2) })];
  const { closed, already, unknown } = said(before, [], {
    close: [1, 2, 7, 1],
    drop: true,
  }).closing;
  assertEquals(closed.map(({ number, state }) => [number, state]), [
    [1, "dropped"],
  ]);
  assertEquals(already.map(({ number }) => number), [2]);
  assertEquals(unknown, [7]);
});

Deno.test("an item restored from a save keeps its number and save", () => {
  const back = item({ number: 7, save: "session-20261101-090000" });
  const taken = item({ number: 1, text: "Another" });
  const { changed } = said([kept(1)], [back, taken, item()]);
  assertEquals(changed.map(({ number, save }) => [number, save]), [
    [7, "session-20261101-090000"],
    [8, null],
    [9, null],
  ]);
});
