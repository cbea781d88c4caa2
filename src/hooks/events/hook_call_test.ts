import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { usesMpm } from "./hook_call.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { mpm } from "../../../tests/helpers/mpm.ts";

Deno.test("usesMpm() finds hooks after megabytes of other settings", async () => {
  using env = new TestEnv();
  const path = ".claude/settings.local.json";
  const allow = Array.from(
    { length: 100_000 },
    (_, at) => `Bash(make ${at} x)`,
  );
  env.write(path, JSON.stringify({ permissions: { allow }, env: {} }, null, 2));
  const place = { root: env.project, worktree: env.project };
  assertEquals(usesMpm(env.system(), place), false);
  await mpm(env, ["hooks", "install"]);
  assertEquals(usesMpm(env.system(), place), true);
});

Deno.test("usesMpm() looks into the worktree of a bare repository", async () => {
  using env = TestEnv.repository();
  env.git("clone", "-q", "--bare", ".", "../bare.git");
  const root = join(env.root, "bare.git");
  const worktree = join(env.root, "tree");
  env.gitIn(root, "worktree", "add", "-q", worktree);
  assertEquals(usesMpm(env.system(), { root, worktree }), false);
  await mpm(env, ["hooks", "install"], { cwd: worktree });
  assertEquals(usesMpm(env.system(), { root, worktree }), true);
});
