import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

Deno.test("a run that is not there, or not the user's, is not cancelled", async () => {
  using env = TestEnv.repository();
  const none = await mpm(env, ["task", "cancel"]);
  assertEquals([none.status, none.stderr], [
    3,
    "Error: No task has run here\nHint: Start a task with: mpm task run NAME\n",
  ]);
  env.write(".claude-mpm/runs/planted-20260101-000000/run.json", "{}");
  const foreign = await mpm(env, ["task", "cancel", "planted"]);
  assertEquals(foreign.status, 4);
  assertStringIncludes(foreign.stderr, "planted-20260101-000000");
});
