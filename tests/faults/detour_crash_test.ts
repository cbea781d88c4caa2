import { assert, assertEquals } from "@std/assert";
import { intentsOf } from "../helpers/intents.ts";
import {
  comeBack,
  smallFeature,
  stackLines,
  treeOf,
} from "../helpers/detours.ts";
import { dieEverywhere, isOneOf } from "../helpers/dying.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import { sayPoints } from "../helpers/say.ts";

const NOON = () => new Date("2026-11-20T12:00:00Z");
const LATER = () => new Date("2026-11-20T13:00:00Z");

/** Inside the pause of the parent, whose crash points another test covers. */
function isInPause(at: number): boolean {
  return at > 10 && at < 50 && at % 8 > 0;
}

const STASH = ["hotfix", "Fix login", "--stash", "--git-branch", "fix/login"];

Deno.test("branch leaves the old or the new state whole at every crash point", async () => {
  let wanted: ReturnType<typeof treeOf> | undefined;
  const points = await dieEverywhere(["branch", ...STASH], {
    isReported: isInPause,
    programs: "changing-git",
    now: NOON,
    prepare() {
      const env = smallFeature();
      wanted = treeOf(env);
      return env;
    },
    async check(env, where, finished) {
      const stack = await stackLines(env, { now: LATER });
      const begun = stack.length > 0;
      if (finished) assert(begun);
      if (!begun) {
        // The old state, byte for byte; and the command can be tried again.
        assertEquals(treeOf(env), wanted, where);
        assertEquals(
          env.git("branch", "--format=%(refname:short)"),
          "feature\nmain",
          where,
        );
        assertEquals(leftovers(env), [], where);
        if (!isOneOf(10, where)) return;
        const again = await mpm(env, ["branch", ...STASH], { now: LATER });
        assertEquals(again.status, 0, `${where}: ${again.stderr}`);
        return;
      }
      assertEquals(stack, ["feature:paused", "  hotfix:active *"], where);
      assertEquals(env.git("branch", "--show-current"), "fix/login", where);
      assertEquals(env.git("status", "--porcelain"), "", where);
      await comeBack(env, ["--no-changes"], { now: LATER });
      assertEquals(treeOf(env), wanted, where);
      assertEquals(leftovers(env), [], where);
    },
  });
  sayPoints("branch --stash --git-branch", points);
  assert(points.count > 40);
});

/** Returns the files that an operation leaves until it is settled. */
function leftovers(env: TestEnv): string[] {
  return intentsOf(env).map(({ path }) => path);
}

Deno.test("a detour into a worktree is complete or absent at every crash point", async () => {
  let wanted: ReturnType<typeof treeOf> | undefined;
  const points = await dieEverywhere(["branch", "review", "--worktree"], {
    // Up to the pause of the parent, it is the same as above.
    isReported: (at) => at < 50,
    programs: "changing-git",
    now: NOON,
    prepare() {
      const env = smallFeature();
      wanted = treeOf(env);
      return env;
    },
    async check(env, where, finished) {
      const stack = await stackLines(env, { now: LATER });
      assertEquals(treeOf(env), wanted, where);
      assertEquals(leftovers(env), [], where);
      if (stack.length === 0) {
        assert(!finished);
        assertEquals(
          env.git("branch", "--format=%(refname:short)"),
          "feature\nmain",
          where,
        );
        if (!isOneOf(10, where)) return;
        const again = await mpm(env, ["branch", "review", "--worktree"]);
        assertEquals(again.status, 0, `${where}: ${again.stderr}`);
        return;
      }
      assertEquals(stack, ["feature:paused *", "  review:active"], where);
      assertEquals(env.exists(".claude/worktrees/review/login.js"), true);
    },
  });
  sayPoints("branch --worktree", points);
  assert(points.count > 20);
});
