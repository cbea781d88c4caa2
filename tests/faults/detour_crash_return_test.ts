import { assert, assertEquals } from "@std/assert";
import {
  branch,
  smallFeature,
  stackLines,
  treeOf,
} from "../helpers/detours.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
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
      parent = treeOf(env);
      await branch(env, STASH, { now: NINE });
      env.write("login.js", "fixed\n");
      env.commit("Fix the login");
      env.write("login.js", "fixed more\n");
      env.write("both.txt", "staged in the detour\n");
      env.git("add", "both.txt");
      env.write("idea.txt", "of the detour\n");
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
      assertEquals(env.exists(".git/mpm-detour.json"), false, where);
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
