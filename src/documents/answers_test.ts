import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { type Answer, standingOf } from "./answers.ts";

function answer(
  id: number,
  state: Answer["state"],
  after: number[] = [],
  at = "2026-11-23T12:00:00.000Z",
): Answer {
  return {
    schema: 1,
    id: idOf(id),
    document: "a",
    ...{ state, by: "backend", person: false, at, after: after.map(idOf) },
  };
}

function idOf(id: number): string {
  return id.toString(16).padStart(12, "0");
}

Deno.test("the answer without a later one counts, regardless of the clock", () => {
  assertEquals(standingOf([]).state, "waiting");
  const first = answer(1, "accepted", [], "2026-11-23T12:00:00.000Z");
  // The clock was set back.
  const second = answer(2, "done", [1], "2020-01-01T00:00:00.000Z");
  const { state, history } = standingOf([second, first]);
  assertEquals(state, "done");
  assertEquals(history, [first, second]);
});

Deno.test("answers of two branches are disputed until someone settles them", () => {
  const both = [
    answer(1, "accepted"),
    answer(2, "rejected", [1]),
    answer(3, "done", [1]),
  ];
  assertEquals(standingOf(both).state, "disputed");
  assertEquals(standingOf(both).last.length, 2);
  assertEquals(
    standingOf([...both, answer(4, "done", [2, 3])]).state,
    "done",
  );
  // Each branch did what the other did.
  assertEquals(
    standingOf([answer(1, "accepted"), answer(2, "done")]).state,
    "done",
  );
});

Deno.test("successive answers lose nothing", () => {
  const loop = [answer(1, "accepted", [2]), answer(2, "rejected", [1])];
  const { state, history } = standingOf(loop);
  assertEquals(state, "disputed");
  assertEquals(history.length, 2);
  assertEquals(standingOf([answer(1, "done", [1])]).state, "done");
});

Deno.test("the order of arrival changes nothing", () => {
  const states = ["accepted", "done", "rejected"] as const;
  const answers = fc.array(
    fc.record({
      state: fc.constantFrom(...states),
      after: fc.array(fc.nat({ max: 11 }), { maxLength: 3 }),
    }),
    { maxLength: 12 },
  ).map((all) => all.map(({ state, after }, at) => answer(at, state, after)));
  const orders = answers.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.shuffledSubarray(all, { minLength: all.length }),
    )
  );
  fc.assert(
    fc.property(orders, ([all, other]) => {
      assertEquals(standingOf(other), standingOf(all));
      assertEquals(standingOf(all).history.length, all.length);
    }),
    { numRuns: 1000 },
  );
});
