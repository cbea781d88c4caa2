import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { isUnderWay } from "../helpers/intents.ts";
import {
  branch,
  smallFeature,
  stackLines,
  treeOf,
} from "../helpers/detours.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";

const NINE = () => new Date("2026-11-20T09:00:00Z");
const NOON = () => new Date("2026-11-20T12:00:00Z");
const LATER = () => new Date("2026-11-20T13:00:00Z");

const STASH = ["hotfix", "Fix login", "--stash", "--git-branch", "fix/login"];

Deno.test("return leaves the old or the new state whole at every crash point", async () => {
  let parent: ReturnType<typeof treeOf> | undefined;
  let child: ReturnType<typeof treeOf> | undefined;
  const points = await dieEverywhere(["return", "--park", "-s", "fixed"], {
    programs: "changing-git",
    now: NOON,
    async prepare() {
      const env = smallFeature();
      env.write(".git/info/exclude", "/build\n");
      env.write("build/x", "of the feature\n");
      env.git("add", "-f", "build/x");
      env.git("commit", "-q", "-m", "Build", "--", "build/x");
      parent = treeOf(env);
      await branch(env, STASH, { now: NINE });
      env.write("login.js", "fixed\n");
      env.commit("Fix the login");
      env.write("login.js", "fixed more\n");
      env.write("both.txt", "staged in the detour\n");
      env.git("add", "both.txt");
      env.write("idea.txt", "of the detour\n");
      // It must go to the trash, and come back if the return does not finish.
      env.write("build", "ignored\n");
      child = treeOf(env);
      return env;
    },
    async check(env, where, finished) {
      const stack = await stackLines(env, { now: LATER });
      const over = stack[0] === "feature:active *";
      if (finished) assert(over, where);
      if (!over) {
        assertEquals(stack, ["feature:paused", "  hotfix:active *"], where);
        assertEquals(treeOf(env), child, where);
        if (!isOneOf(10, where)) return;
        const again = await mpm(env, ["return", "--park", "--no-changes"], {
          now: LATER,
        });
        assertEquals(again.status, 0, `${where}: ${again.stderr}`);
        return;
      }
      assertEquals(stack, ["feature:active *", "  hotfix:complete"], where);
      assertEquals(treeOf(env), parent, where);
      assertEquals(isUnderWay(env), false, where);
      assertEquals(trashed(env), ["ignored\n"], where);
      if (!finished && !isOneOf(10, where)) return;
      const kept = await mpm(env, [
        ...["checkpoint", "restore", "hotfix-leftovers", "--to", "../out"],
      ]);
      assertEquals(kept.status, 0, `${where}: ${kept.stderr}`);
      assertEquals(env.read("../out/idea.txt"), "of the detour\n", where);
      assertEquals(env.read("../out/login.js"), "fixed more\n", where);
    },
  });
  sayPoints("return --park", points);
  assert(points.count > 60);
});

/** The contents of the files named "build" in the trash. */
function trashed(env: TestEnv): string[] {
  const trash = join(env.project, ".claude-mpm/trash");
  return [...Deno.readDirSync(trash)]
    .map(({ name }) => `.claude-mpm/trash/${name}/files/build`)
    .filter((path) => env.exists(path)).map((path) => env.read(path));
}
