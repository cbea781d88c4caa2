import { assert, assertEquals } from "@std/assert";
import type { DoneResult, ResumeReport } from "../../schemas/types.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import { at } from "../helpers/works.ts";

/** The open items, none of which may be damaged. */
async function open(env: TestEnv): Promise<string[]> {
  const { open, warnings } = await mpmJson<DoneResult>(env, ["done"]);
  assertEquals(warnings, []);
  return open.map(({ text }) => text).sort();
}

const PAUSE = [
  ...["pause", "--no-commit", "Now", "-n", "Go on", "-d", "Use SQLite"],
  ...["--done", "Test it"],
];

Deno.test("a pause that dies loses no item, and the next one repeats none", async () => {
  const points = await dieEverywhere(PAUSE, {
    now: at(5),
    async prepare() {
      const env = TestEnv.repository();
      await mpmJson(env, ["next", "Test it"], { now: at(0) });
      await mpmJson(env, ["next", "Document it"], { now: at(0) });
      return env;
    },
    async check(env, where, finished) {
      const all = ["Document it", "Go on", "Test it", "Use SQLite"];
      const now = await open(env);
      assert(now.includes("Document it"), where);
      assert(now.every((text) => all.includes(text)), `${where}: ${now}`);
      assertEquals(new Set(now).size, now.length, where);
      if (finished) {
        assertEquals(now, ["Document it", "Go on", "Use SQLite"], where);
      }
      const again = await mpm(env, PAUSE, { now: at(9) });
      assertEquals(again.status, 0, where);
      const { items } = await mpmJson<ResumeReport>(env, ["resume", "--peek"]);
      assertEquals(
        items.map(({ text }) => text).sort(),
        ["Document it", "Go on", "Use SQLite"],
        where,
      );
    },
  });
  sayPoints("pause with items", points);
  assert(points.count > 15);
});
