import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { PipelineStatusResult } from "../../schemas/types.ts";
import type { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson, start } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";
import {
  define,
  logOf,
  pipelineProject,
  runFile,
  runIds,
  shell,
  until,
} from "../helpers/tasks.ts";

/** A step that, after its effect, waits until the file `go` exists. */
const WAITS = "echo x >>effects; while [ ! -e go ]; do sleep 0.02; done";

const NOTIFY = shell('echo "$1" >>told', "{pipeline}: {state}");

/** A pipeline whose first step waits. */
function waiting(): Promise<TestEnv> {
  return pipelineProject({
    notify: NOTIFY,
    steps: {
      wait: { run: shell(WAITS), grace: "0s" },
      then: { run: ["true"], needs: ["wait"] },
    },
  });
}

/** Starts the real binary, and waits for its first step. */
async function atWork(
  env: TestEnv,
  args: string[],
): Promise<Deno.ChildProcess> {
  const child = start(env, ["pipeline", ...args]);
  await until("the first step begins", () => env.exists("effects"));
  return child;
}

posixTest(
  "a run is watched and cancelled from another process, and continues with --again",
  async () => {
    using env = await waiting();
    const child = await atWork(env, ["run", "work"]);
    const watching = mpm(env, ["pipeline", "watch", "--json"]);
    const { ended } = await mpmJson(env, ["pipeline", "cancel"]);
    assertEquals([ended, (await child.output()).code], [true, 130]);
    const watched = await watching;
    const lines = watched.stdout.trimEnd().split("\n").map((line) =>
      JSON.parse(line)
    );
    assertEquals([watched.status, lines.at(-1).state], [130, "cancelled"]);
    assertEquals(env.read("told"), "work: cancelled\n");
    env.write("go", "");
    const refused = await mpm(env, ["pipeline", "resume"]);
    assertStringIncludes(refused.stdout + refused.stderr, "--again");
    const { state } = await mpmJson(env, ["pipeline", "status"]);
    assert(state !== "done", `${state}`);
    assertEquals(env.read("effects"), "x\n");
    const again = await mpm(env, ["pipeline", "resume", "--again"]);
    assertEquals([again.status, env.read("effects")], [0, "x\nx\n"]);
  },
);

posixTest(
  "an interrupted run is in status, doctor and completions, and continues in the background",
  async () => {
    using env = await waiting();
    const child = await atWork(env, ["run", "work"]);
    const work = "Pipeline: work";
    const running = await mpm(env, ["status"]);
    assertStringIncludes(
      running.stdout,
      `${work}, 0 of 2 steps done (mpm pipeline watch)`,
    );
    child.kill("SIGKILL");
    await child.output();
    env.write("go", "");
    const [run] = runIds(env);
    const shown = await mpm(env, ["status"]);
    assertStringIncludes(
      shown.stdout,
      `${work} was interrupted, 0 of 2 steps done (mpm pipeline resume)`,
    );
    const { stdout } = await mpm(env, ["doctor"]);
    assertStringIncludes(stdout, `"${run}" was interrupted`);
    assertStringIncludes(stdout, `mpm pipeline resume ${run}`);
    for (
      const [words, offered] of [[["run"], "work"], [["status"], run]] as const
    ) {
      const line = ["__complete", "zsh", "pipeline", ...words, ""];
      const { stdout } = await mpm(env, line);
      assertStringIncludes(stdout, `\n${offered}`);
    }
    const back = start(env, ["pipeline", "resume", "--again", "--background"]);
    assertEquals((await back.output()).code, 0);
    await until("the run ends", () => env.exists("told"));
    const { state } = await mpmJson(env, ["pipeline", "status"]);
    assertEquals([state, env.read("told")], ["done", "work: done\n"]);
    const after = await mpmJson(env, ["status"]);
    assertEquals(after.pipeline_run, null);
  },
);

posixTest(
  "a failed step is tried again after growing pauses",
  async () => {
    using env = await pipelineProject({
      steps: {
        third: {
          run: shell("echo x >>tries; grep -c x tries | grep 3"),
          retries: 5,
        },
      },
    });
    const pauses: number[] = [];
    const run = await mpm(env, ["pipeline", "run", "work"], {
      wrap: (system) => ({
        ...system,
        sleep(ms, signal) {
          if (ms < 1000) return system.sleep(ms, signal);
          pauses.push(ms);
          return Promise.resolve();
        },
      }),
    });
    assertEquals([run.status, pauses], [0, [1000, 2000]], run.stderr);
    const { steps } = await mpmJson<PipelineStatusResult>(env, [
      ...["pipeline", "status"],
    ]);
    assertEquals(steps.map(({ attempts }) => attempts), [3]);
  },
);

posixTest("a run ends at Ctrl-C while mpm reads a large file", async () => {
  const steps = (script: string) => ({
    large: { run: shell(script), produces: ["large"] },
    then: { run: shell("echo x >>effects"), needs: ["large"] },
  });
  const GROW = "truncate -s 200G large";
  using env = await pipelineProject({ steps: steps("echo x >large") });
  const interrupted = async (args: string[], isReading: () => boolean) => {
    const child = start(env, ["pipeline", ...args]);
    await until("mpm reads the file", isReading);
    child.kill("SIGINT");
    const { code, stderr } = await child.output();
    assertEquals(code, 130, new TextDecoder().decode(stderr));
  };
  assertEquals((await mpm(env, ["pipeline", "run", "work"])).status, 0);
  const [run = ""] = runIds(env);
  env.run("sh", ["-c", GROW]);
  // mpm compares the file with its state when the step began.
  const before = logOf(env, run);
  await interrupted(
    ["resume", run],
    () => env.exists(runFile(run, "runner.json")),
  );
  assertEquals(logOf(env, run), before);
  // A step that needs the file is about to start.
  env.remove("large");
  await define(env, { steps: steps(GROW) }, "other", "pipeline");
  const other = () => runIds(env).find((one) => one !== run) ?? "";
  await interrupted(
    ["run", "other"],
    () => logOf(env, other()).some(({ event }) => event === "end"),
  );
  const { state, steps: [, then] } = await mpmJson<PipelineStatusResult>(env, [
    ...["pipeline", "status", "other"],
  ]);
  assertEquals([state, then!.state, then!.attempts], [
    ...["cancelled", "waiting", 0],
  ]);
  assertEquals(env.read("effects"), "x\n");
});
