import { assertEquals } from "@std/assert";
import type { Actor } from "../names.ts";
import { type Fact, standupOf } from "./standup.ts";

const ADA: Actor = { kind: "person", name: "Ada", key: "ada" };
const API: Actor = { kind: "agent", name: "Backend", key: "backend" };
const UI: Actor = { kind: "agent", name: "frontend", key: "frontend" };

function done(actor: Actor, text: string, at = "2026-11-20"): Fact {
  return { actor, kind: "done", text, source: "item", id: text, at };
}

const NOTHING = { facts: [], uses: [], waiting: [] };

Deno.test("a standup lists agents before people, each thing once", () => {
  const facts = [
    done(ADA, "Review", "2026-11-21"),
    done(ADA, "review "),
    done({ ...API, name: "backend" }, "Users"),
    done(API, "Orders"),
  ];
  const expected = standupOf({ ...NOTHING, facts });
  assertEquals(
    expected.actors.map(({ name, done }) => [
      name,
      ...done.map(({ text }) => text),
    ]),
    [["Backend", "Orders", "Users"], ["Ada", "review "]],
  );
  assertEquals(
    standupOf({ ...NOTHING, facts: facts.toReversed() }),
    expected,
  );
});

Deno.test("files of two agents are overlaps, and a claim covers its folder", () => {
  const changed = (actor: Actor, path: string) => ({
    ...{ actor, path, how: "changed" as const },
  });
  const uses = [
    ...[changed(ADA, "a.ts"), changed(API, "a.ts"), changed(ADA, "b.ts")],
    ...[changed(ADA, "src/c.ts"), changed(API, "src/d.ts")],
    ...[changed(ADA, "srcs/c.ts")],
    { actor: UI, path: "src", how: "claimed" as const },
  ];
  assertEquals(standupOf({ ...NOTHING, uses }).overlaps, [
    { path: "a.ts", by: ["Backend", "Ada"], claimed_by: [] },
    { path: "src/c.ts", by: ["frontend", "Ada"], claimed_by: ["frontend"] },
    { path: "src/d.ts", by: ["Backend", "frontend"], claimed_by: ["frontend"] },
  ]);
});

Deno.test("long lists are cut and counted", () => {
  const facts = Array.from({ length: 25 }, (_, at) => done(ADA, `Thing ${at}`));
  const { actors, left_out } = standupOf({ ...NOTHING, facts });
  assertEquals([actors[0]!.done.length, left_out], [20, 5]);
});
