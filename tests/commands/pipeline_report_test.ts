import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import { runIds, shell } from "../helpers/tasks.ts";

const FILE = ".claude-mpm/pipelines/work.yaml";

/** A run with a finished step, a failed one, and a skipped one. */
async function project(): Promise<TestEnv> {
  const env = TestEnv.repository();
  const steps = {
    build: {
      run: shell("echo built | tee out"),
      produces: ["out"],
      verify: shell("echo checked"),
    },
    test: { needs: ["build"], run: shell("echo 'a ``` b' >&2; exit 3") },
    ship: { needs: ["test"], run: shell("true") },
  };
  env.write(FILE, JSON.stringify({ steps }));
  await mpm(env, ["allow", FILE]);
  const { status } = await mpm(env, ["pipeline", "run", "work"]);
  assertEquals(status, 1);
  return env;
}

posixTest("pipeline logs prints the output of each step", async () => {
  using env = await project();
  const { logs } = await mpmJson(env, ["pipeline", "logs"]);
  assertEquals(logs, [
    { step: "build", verify: false, text: "built\n" },
    { step: "build", verify: true, text: "checked\n" },
    { step: "test", verify: false, text: "a ``` b\n" },
  ]);
  const one = await mpm(env, ["pipeline", "logs", "work", "--step", "build"]);
  assertEquals(
    one.stdout,
    "== build ==\nbuilt\n== build (verify) ==\nchecked\n",
  );
  const none = await mpm(env, ["pipeline", "logs", "--step", "biuld"]);
  assertEquals(none.status, 3);
  assertStringIncludes(none.stderr, 'No step "biuld"');
  assertStringIncludes(none.stderr, "build");
});

posixTest("pipeline report shows the result of each step", async () => {
  using env = await project();
  const { stdout } = await mpm(env, ["pipeline", "report"]);
  assertStringIncludes(stdout, "# Pipeline report: work");
  assertStringIncludes(stdout, "Produced: `out`");
  assertStringIncludes(stdout, "## test: failed");
  assertStringIncludes(stdout, "exit status 3");
  assertStringIncludes(stdout, "````text\na ``` b\n````");
  assertStringIncludes(stdout, "## ship: skipped");
  const written = await mpm(env, ["pipeline", "report", "-o", "report.md"]);
  assertEquals(written.status, 0, written.stderr);
  assertEquals(env.read("report.md"), stdout);
});

posixTest(
  "pipeline rm moves a run to the trash, and undo restores it",
  async () => {
    using env = await project();
    const [id] = runIds(env);
    const dry = await mpm(env, ["pipeline", "rm", id!, "--dry-run"]);
    assertStringIncludes(dry.stdout, id!);
    assertEquals(runIds(env), [id]);
    const { removed } = await mpmJson(env, ["pipeline", "rm", "work"]);
    assertEquals([removed, runIds(env)], [[id], []]);
    const undone = await mpm(env, ["undo"]);
    assertEquals(undone.status, 0, undone.stderr);
    assertEquals(runIds(env), [id]);
    assertEquals((await mpm(env, ["pipeline", "rm"])).status, 2);
  },
);
