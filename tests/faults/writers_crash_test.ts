import { checkFiles, observedState } from "../helpers/observed_state.ts";
import { assert, assertEquals } from "@std/assert";
import type { SavesVerifyResult } from "../../schemas/types.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import { prepareFor, type Writer, WRITERS } from "../helpers/writers.ts";
import { at } from "../helpers/works.ts";

async function intact(env: TestEnv, where: string): Promise<void> {
  const result = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assert(result.intact, where);
}

async function enumerate(writer: Writer): Promise<void> {
  const { name, args, once, adds } = writer;
  let before: Record<string, string> = {};
  using whole = await prepareFor(writer);
  await mpmJson(whole, [...args], { now: at(0) });
  const after = observedState(whole);
  const points = await dieEverywhere(args, {
    now: at(0),
    programs: "changing-git",
    async prepare() {
      const env = await prepareFor(writer);
      before = observedState(env);
      return env;
    },
    async check(env, where, finished) {
      checkFiles(observedState(env), { before, after, where });
      await intact(env, where);
      const again = await mpm(env, args, { now: at(0) });
      const ends = once ? [0, 2, 3, 4] : [0];
      assert(ends.includes(again.status), `${where}: ${again.stderr}`);
      if (!adds && (!once || !finished)) {
        assertEquals(observedState(env), after, `${where}, then again`);
      }
      await intact(env, where);
      await mpmJson(env, ["log"]);
    },
  });
  sayPoints(name, points);
  assert(points.count > 0);
}

for (const writer of WRITERS.filter(({ hasOwnTest }) => !hasOwnTest)) {
  Deno.test(`${writer.name} leaves the old or the new at every crash point`, () =>
    enumerate(writer));
}
