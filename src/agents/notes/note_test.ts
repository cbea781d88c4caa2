import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { mergeNotes, nextOrder, type Note, noteOf } from "./note.ts";

/** A note with defaults for everything that a test does not set. */
function note(fields: Partial<Note> = {}): Note {
  return noteOf({
    by: "backend",
    person: false,
    at: "2026-11-20T14:30:22.000Z",
    order: 1,
    branch: "main",
    supersedes: [],
    text: "Dates are ISO 8601",
    ...fields,
  });
}

function byHand(id: string, supersedes: string[]): Note {
  return { ...note({ text: id }), id, supersedes };
}

/** Numbers in [0, 1) that are the same in every run. */
function numbers(seed: number): () => number {
  return () => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], next: () => number): T[] {
  const all = [...items];
  for (let at = all.length - 1; at > 0; at--) {
    const other = Math.floor(next() * (at + 1));
    [all[at], all[other]] = [all[other]!, all[at]!];
  }
  return all;
}

/** Notes of three writers with conflicts, cycles, unknown ids and changes. */
function anyNotes(next: () => number): Note[] {
  const made: Note[] = [];
  for (let at = 0; at < 12; at++) {
    const some = made.filter(() => next() < 0.2).map(({ id }) => id);
    const unknown = next() < 0.1 ? ["ffffffffffff"] : [];
    made.push(note({
      by: ["backend", "frontend", "Ada"][Math.floor(next() * 3)]!,
      order: Math.floor(next() * 4),
      at: new Date(Math.floor(next() * 3) * 1000).toISOString(),
      supersedes: [...some, ...unknown],
      text: `note ${at}`,
    }));
  }
  const [first, second] = made as [Note, Note];
  if (next() < 0.5) made.push({ ...first, text: "changed by hand" });
  if (next() < 0.5) made.push({ ...second, supersedes: [made.at(-1)!.id] });
  return made;
}

Deno.test("notes merge to the same in 10,000 orders and partitions", () => {
  for (let set = 0; set < 100; set++) {
    const next = numbers(set);
    const notes = anyNotes(next);
    const expected = JSON.stringify(mergeNotes(notes));
    for (let round = 0; round < 100; round++) {
      const again = shuffled([...notes, ...notes], next);
      const cut = Math.floor(next() * again.length);
      // The state of two clones before they exchange notes.
      const parts = [again.slice(0, cut), again.slice(cut), notes]
        .flatMap((part) => mergeNotes(part).map(({ note }) => note));
      // A clone may have only the changed form of a note.
      const all = shuffled([...parts, ...again], next);
      assertEquals(JSON.stringify(mergeNotes(all)), expected, `set ${set}`);
    }
  }
});

Deno.test("a note that supersedes another one hides it", () => {
  const old = note();
  const now = note({ order: 2, supersedes: [old.id] });
  const [first, second] = mergeNotes([now, old]);
  assertEquals(first!.supersededBy, [now.id]);
  assertEquals([second!.supersededBy, second!.contradicts], [[], []]);
});

Deno.test("two notes that supersede the same one are both valid until one settles it", () => {
  const old = note();
  const one = note({ by: "a", order: 2, supersedes: [old.id] });
  const other = note({ by: "b", order: 2, supersedes: [old.id] });
  const merged = mergeNotes([one, old, other]);
  const of = ({ id }: Note) => merged.find(({ note }) => note.id === id)!;
  assertEquals(of(one).contradicts, [other.id]);
  assertEquals(of(other).contradicts, [one.id]);
  const settled = note({ order: 3, supersedes: [one.id, other.id] });
  const after = mergeNotes([settled, ...merged.map(({ note }) => note)]);
  const holding = after.filter(({ supersededBy }) => supersededBy.length === 0);
  assertEquals(holding.map(({ note }) => note.id), [settled.id]);
  assertEquals(holding[0]!.contradicts, []);
});

Deno.test("a note may supersede one that arrives later", () => {
  const old = note({ order: 5 });
  const now = note({ order: 2, supersedes: [old.id] });
  assertEquals(mergeNotes([now])[0]!.supersededBy, []);
  const merged = mergeNotes([now, old]);
  assertEquals(merged.at(-1)!.supersededBy, [now.id]);
});

Deno.test("all notes of a cycle are valid, and a note outside hides the one that it supersedes", () => {
  const [a, b, c, d] = ["a", "b", "c", "d"].map((one) => one.repeat(12)) as [
    string,
    string,
    string,
    string,
  ];
  const cycle = [byHand(a, [b]), byHand(b, [a])];
  const merged = mergeNotes([...cycle, byHand(c, [c]), byHand(d, [c])]);
  const cyclic = merged.filter((one) => one.cyclic).map(({ note }) => note.id);
  assertEquals(cyclic, [a, b, c]);
  const hidden = merged.filter(({ supersededBy }) => supersededBy.length > 0);
  assertEquals(hidden.map(({ note }) => note.id), [c]);
  assert(merged.every(({ changed }) => changed));
});

Deno.test("thousands of notes in one cycle are merged at once", () => {
  const id = (at: number) => at.toString(16).padStart(12, "0");
  const count = 5000;
  const ring = Array.from(
    { length: count },
    (_, at) => byHand(id(at), [id((at + 1) % count)]),
  );
  const started = performance.now();
  assert(mergeNotes(ring).every((one) => one.cyclic));
  assert(performance.now() - started < 2000);
});

Deno.test("the id of a note comes from its content, and orders grow", () => {
  assertEquals(note().id, note().id);
  assertNotEquals(note().id, note({ by: "frontend" }).id);
  assertEquals(nextOrder([]), 1);
  assertEquals(nextOrder([note({ order: 7 }), note()]), 8);
  assertEquals(nextOrder([note({ order: 1_000_000_000 })]), 1_000_000_000);
});
