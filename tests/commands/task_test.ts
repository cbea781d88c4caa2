import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";

Deno.test("a run that is missing, or not the user's, is not cancelled", async () => {
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

const WORK = ".claude-mpm/tasks/work.yaml";

Deno.test("a task runs on its items after it was allowed, and continues with --again", async () => {
  using env = TestEnv.repository();
  env.write("a.txt", "");
  env.write("b c.txt", "");
  env.write(
    WORK,
    `items: { files: ["*.txt"] }
run: [sh, -c, 'echo "$1"; test -e fixed || test "$1" = a.txt', sh, "{item}"]
`,
  );
  const refused = await mpm(env, ["task", "run", "work"]);
  assertEquals([refused.status, refused.stderr], [
    4,
    'Error: You have not allowed the task "work" to run\n' +
    `Hint: Read it, then: mpm allow ${WORK}\n`,
  ]);
  assertEquals((await mpm(env, ["allow", WORK])).status, 0);
  const run = await mpm(env, ["task", "run", "work", "--json"]);
  assertEquals(run.status, 1);
  const { state, done, failed, total, run: id } = JSON.parse(
    run.stdout.trimEnd().split("\n").at(-1)!,
  );
  assertEquals([state, done, failed, total], ["failed", 1, 1, 2]);
  const nothing = await mpm(env, ["task", "resume"]);
  assertEquals(nothing.status, 4);
  assertStringIncludes(nothing.stderr, `mpm task resume ${id} --again`);
  env.write("fixed", "");
  const again = await mpm(env, ["task", "resume", "work", "--again"]);
  assertEquals([again.status, again.stderr], [0, ""]);
  assertStringIncludes(again.stdout, "2 done of 2");
});

Deno.test("a task has the state variables that were set when it began", async () => {
  using env = TestEnv.repository();
  env.write(
    WORK,
    "items: { list: [a, b] }\n" +
      "run: [sh, -c, 'echo port $MPM_VAR_port; test -e fixed']\n",
  );
  assertEquals((await mpm(env, ["allow", WORK])).status, 0);
  await mpm(env, ["var", "set", "port", "8081"]);
  assertEquals((await mpm(env, ["task", "run", "work"])).status, 1);
  // A run continues with its own values.
  await mpm(env, ["var", "set", "port", "9090"]);
  env.write("fixed", "");
  const again = await mpm(env, ["task", "resume", "work", "--again"]);
  assertEquals([again.status, again.stderr], [0, ""]);
  const { stdout } = await mpm(env, ["task", "logs", "work"]);
  assertStringIncludes(stdout, "port 8081");
  assert(!stdout.includes("9090"), stdout);
});

Deno.test("runs that begin in one second stay in their order, however many are kept", async () => {
  using env = TestEnv.repository();
  env.write(WORK, "run: ['true']\n");
  assertEquals((await mpm(env, ["allow", WORK])).status, 0);
  assertEquals(
    (await mpm(env, ["config", "set", "tasks.keep", "1"])).status,
    0,
  );
  const now = () => new Date("2026-03-04T05:06:07Z");
  const ids: string[] = [];
  for (let at = 0; at < 4; at++) {
    const run = await mpm(env, ["task", "run", "work", "--json"], { now });
    assertEquals(run.status, 0, run.stderr);
    ids.push(JSON.parse(run.stdout.trimEnd().split("\n").at(-1)!).run);
  }
  assertEquals(ids, ids.toSorted());
});
