import { assert, assertEquals } from "@std/assert";
import type { VerifyResult } from "../../src/session/results.ts";
import { dieEverywhere } from "../helpers/dying.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import { repositoryState } from "../helpers/undo_state.ts";
import { worldOf, type Writer, WRITERS } from "../helpers/writers.ts";
import { at } from "../helpers/works.ts";

/** The id of a store is another one in each. */
function plain(text: string, env: TestEnv): string {
  return text.replaceAll(env.root, "$ROOT")
    .replaceAll(/("?store"?: ).*/g, "$1");
}

/** Temporary files, which the next write replaces. */
const PASSING =
  /\/\.[\w.-]*tmp$|journal-key\.\w+$|\/allowed-hooks\.json$|\.json\.sha256$|\/settings\/\w+\/record\.json$/;

/** What counts of the state of a world, wherever it is. */
function told(env: TestEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(repositoryState(env))
      .filter(([path]) => !PASSING.test(path))
      .map((pair) =>
        pair.map((text) => plain(text, env)) as [
          string,
          string,
        ]
      ),
  );
}

/** Each file is as before or as after; what is of the moment is apart. */
function checkFiles(
  found: Record<string, string>,
  { before, after, where }: {
    before: Record<string, string>;
    after: Record<string, string>;
    where: string;
  },
): void {
  for (const path of new Set([...Object.keys(found), ...Object.keys(before)])) {
    const either = [before[path], after[path]];
    assert(either.includes(found[path]), `${where}: ${path}: ${found[path]}`);
  }
}

async function intact(env: TestEnv, where: string): Promise<void> {
  const result = await mpmJson<VerifyResult>(env, ["sessions", "verify"]);
  assert(result.intact, where);
}

async function enumerate(writer: Writer): Promise<void> {
  const { name, args, once, adds } = writer;
  let before: Record<string, string> = {};
  using whole = await worldOf(writer);
  await mpmJson(whole, [...args], { now: at(0) });
  const after = told(whole);
  const points = await dieEverywhere(args, {
    now: at(0),
    programs: "changing-git",
    async prepare() {
      const env = await worldOf(writer);
      before = told(env);
      return env;
    },
    async check(env, where, finished) {
      checkFiles(told(env), { before, after, where });
      await intact(env, where);
      const again = await mpm(env, args, { now: at(0) });
      const ends = once ? [0, 2, 3, 4] : [0];
      assert(ends.includes(again.status), `${where}: ${again.stderr}`);
      if (!adds && (!once || !finished)) {
        assertEquals(told(env), after, `${where}, then again`);
      }
      await intact(env, where);
      await mpmJson(env, ["log"]);
    },
  });
  sayPoints(name, points);
  assert(points > 0);
}

for (const writer of WRITERS.filter(({ told }) => !told)) {
  Deno.test(`${writer.name} leaves the old or the new at every crash point`, () =>
    enumerate(writer));
}
