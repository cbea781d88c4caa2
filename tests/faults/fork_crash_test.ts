import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ReplayForkResult } from "../../schemas/types.ts";
import { stackLines } from "../helpers/detours.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
import { isUnderWay } from "../helpers/intents.ts";
import type { TestEnv } from "../helpers/env.ts";
import { called, stepOf } from "../helpers/forks.ts";
import { AGENT } from "../helpers/hook_events.ts";
import { killAgain, killsOf } from "../helpers/kills.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";
import { at } from "../helpers/works.ts";

/** Returns the names of the forks; checks that each is complete. */
async function forks(env: TestEnv, where: string): Promise<string[]> {
  const stack = await stackLines(env, { now: at(60) });
  assertEquals(isUnderWay(env), false, where);
  assertEquals(env.read("a"), "changed since\n", where);
  const names = env.git("branch", "--format=%(refname:short)").split("\n")
    .filter((name) => name !== "main");
  const folder = join(env.project, ".claude/worktrees");
  const folders = env.exists(".claude/worktrees")
    ? [...Deno.readDirSync(folder)].map(({ name }) => name)
    : [];
  assertEquals(folders.toSorted(), names.toSorted(), where);
  const known = env.git("worktree", "list", "--porcelain");
  assertEquals(known.match(/^branch /gm)?.length, 1 + names.length, where);
  const paused = names.map((name) => `${name}:paused`);
  assertEquals(stack.toSorted(), paused.toSorted(), where);
  for (const name of names) {
    const there = `.claude/worktrees/${name}`;
    assertEquals(env.read(`${there}/a`), "written by the call\n", where);
    const resumed = await mpm(env, ["-C", there, "resume", "--peek"]);
    assertEquals(resumed.status, 0, `${where}: ${resumed.stderr}`);
  }
  return names;
}

Deno.test("a fork is complete or absent at every crash point", async () => {
  using first = await called();
  const step = await stepOf(first);
  const args = ["replay", "fork", step, AGENT];
  const points = await dieEverywhere(args, {
    now: at(0),
    programs: "changing-git",
    // The restore and the pause have their own tests.
    isReported: (at) => at > 20 && at < 95 && at % 4 > 0,
    prepare: called,
    async check(env, where, finished) {
      const made = await forks(env, where);
      if (finished) assertEquals(made.length, 1);
      if (made.length > 0 || !isOneOf(10, where)) return;
      const again = await mpmJson<ReplayForkResult>(env, args, {
        now: at(60),
      });
      assertEquals(again.branch, `fork-${step}`, where);
    },
  });
  sayPoints("replay fork", points);
  assert(points.count > 20);
});

Deno.test("a killed fork leaves nothing that makes the next one fail", async () => {
  using first = await called();
  const step = await stepOf(first);
  await killAgain({
    name: "replay fork",
    prepare: called,
    next: () => ["replay", "fork", step, AGENT],
    looks: 5,
    async check(env, where) {
      await forks(env, where);
    },
  }, killsOf(40, 4));
});
