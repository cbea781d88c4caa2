import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { binary } from "../helpers/mpm.ts";
import { hasPty, Pty } from "../helpers/pty.ts";

const TASK = ".claude-mpm/tasks/work.yaml";

/** A project with an allowed task whose program waits for a file. */
function project(run: string): TestEnv {
  const env = TestEnv.repository();
  env.write(TASK, `items: { list: [a, b] }\nrun: ${run}\n`);
  assertEquals(env.run(binary(), ["allow", TASK]).status, 0);
  return env;
}

function statusOf(env: TestEnv) {
  const { stdout } = env.run(binary(), ["task", "status", "--json"]);
  return JSON.parse(stdout);
}

/** Waits until a run has the state, at most ten seconds. */
async function until(env: TestEnv, state: string) {
  for (let tries = 0; tries < 100; tries++) {
    const status = statusOf(env);
    if (status.state === state) return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not ${state}: ${JSON.stringify(statusOf(env))}`);
}

Deno.test({
  name: "a run in the background survives its terminal, and ends once",
  ignore: !hasPty(),
  async fn() {
    const wait = "while ! test -e go; do sleep 0.02; done";
    using env = project(`[sh, -c, '${wait}; echo "$1" >> out', sh, "{item}"]`);
    {
      await using pty = new Pty(env, `${binary()} task run work --background`);
      await pty.until("Watch it: mpm task watch");
    }
    const { pid, run } = await until(env, "running");
    assert(pid > 0);
    // Only one of two processes gets it.
    const second = env.run(binary(), ["task", "resume"]);
    assertEquals(second.status, 4, second.stdout);
    assertStringIncludes(second.stderr, `process ${pid}`);
    const remove = env.run(binary(), ["task", "rm", run]);
    assertEquals(remove.status, 4);
    env.write("go", "");
    const watched = env.run(binary(), ["task", "watch"]);
    assertEquals(watched.status, 0, watched.stderr);
    assertEquals((await until(env, "done")).done, 2);
    assertEquals(env.read("out"), "a\nb\n");
  },
});

/** Waits until a program wrote a file. */
async function exists(env: TestEnv, path: string): Promise<void> {
  for (let tries = 0; tries < 100 && !env.exists(path); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

Deno.test({
  name: "a terminal shows a bar, and Ctrl-C cancels",
  ignore: !hasPty(),
  async fn() {
    using env = project(
      `[sh, -c, 'test "$1" = a || { touch begun; exec sleep 60; }', sh, "{item}"]`,
    );
    await using pty = new Pty(env, `${binary()} task run work`);
    await pty.until("50%  1/2");
    // An item whose program did not begin would wait again.
    await exists(env, "begun");
    await pty.type("\x03");
    await pty.until("cancelled");
    const { state, done, flagged, failed } = await until(env, "cancelled");
    assertEquals([state, done, flagged + failed], ["cancelled", 1, 1]);
  },
});

Deno.test({
  name: "Ctrl-C ends a notification that hangs, and the run stays done",
  ignore: !hasPty(),
  async fn() {
    const notify = "[sh, -c, 'touch told; exec sleep 20']";
    using env = project(`[sh, -c, ":"]\nnotify: ${notify}`);
    await using pty = new Pty(env, `${binary()} task run work`);
    await exists(env, "told");
    await pty.type("\x03");
    await pty.until("Items: 2 done of 2");
    await until(env, "done");
  },
});

Deno.test("another process sees the progress of a program", async () => {
  const said = '{"progress": {"done": 2, "total": 5, "text": "reading"}}';
  using env = TestEnv.repository();
  const script = `echo '${said}'; while ! test -e go; do sleep 0.02; done`;
  env.write("wait.sh", script);
  env.write(TASK, "run: [sh, wait.sh]\n");
  assertEquals(env.run(binary(), ["allow", TASK]).status, 0);
  env.run(binary(), ["task", "run", "work", "--background"]);
  let shown = "";
  for (let tries = 0; tries < 100 && !shown.includes("40%"); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    shown = env.run(binary(), ["task", "status"]).stdout;
  }
  assertStringIncludes(shown, "Progress: 40%, reading\n");
  env.write("go", "");
  await until(env, "done");
});
