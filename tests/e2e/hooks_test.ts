import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, eventJson } from "../helpers/hook_events.ts";
import { binary, copyBinary } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

const SCRIPT = ".claude-mpm/hooks/post-session.sh";
const LOG = ".claude-mpm/state/hooks.log";

/** A project with this text as its post-session.sh, allowed to run. */
function withScript(text: string): TestEnv {
  const env = new TestEnv();
  env.run(binary(), ["hooks", "eject", "post-session"]);
  env.write(SCRIPT, text);
  const { status } = env.run(binary(), ["hooks", "allow", "post-session"]);
  assertEquals(status, 0);
  return env;
}

/** Waits for a line of the log of the hooks. */
async function logged(env: TestEnv): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 1000; tries++) {
    if (env.exists(LOG) && env.read(LOG).endsWith("\n")) {
      return JSON.parse(env.read(LOG));
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("no line in the log");
}

posixTest(
  "the binary runs a shell hook and ends one that floods its output",
  () => {
    using env = withScript(
      "#!/bin/sh\nsleep 300 &\necho $!\nhead -c 10000000 /dev/zero\n",
    );
    const { status, stdout } = env.run(binary(), [
      "hooks",
      "run",
      "post-session",
    ]);
    assertEquals(status, 0);
    assertStringIncludes(stdout, "post-session.sh ended with status 0 after");
    Deno.kill(Number(stdout.split("\n")[0]), "SIGKILL");
  },
);

posixTest(
  "the binary starts a shell hook in the background, with its data",
  async () => {
    using env = withScript(
      '#!/bin/sh\nuntil [ -e go ]; do sleep 0.01; done\ncat\necho "$MPM_REASON"\n',
    );
    const MPM_INPUT = '{"reason":"clear"}';
    const started = env.run(
      binary(),
      ["hooks", "run", "post-session", "--detach"],
      { env: { MPM_INPUT, MPM_REASON: "clear" } },
    );
    assertEquals([started.status, started.stderr], [0, ""]);
    assertStringIncludes(
      started.stdout,
      "post-session.sh runs in the background",
    );
    assert(!env.exists(LOG), "it waits for the file below");
    env.write("go", "");
    const { status, stdout } = await logged(env);
    assertEquals([status, stdout], [0, '{"reason":"clear"}clear\n']);
  },
);

Deno.test("the binary installs hooks that start itself", () => {
  using env = new TestEnv();
  const path = join(env.project, ".claude/settings.local.json");
  assertEquals(env.run(binary(), ["hooks", "install"]).status, 0);
  const { hooks } = JSON.parse(Deno.readTextFileSync(path));
  const [{ command, args }] = hooks.SessionEnd[0].hooks;
  assertEquals(command, Deno.realPathSync(binary()));
  assertEquals(
    env.run(command, args),
    { status: 0, stdout: "", stderr: "" },
  );
  assertEquals(env.run(binary(), ["hooks", "status"]).status, 0);
  assertEquals(env.run(binary(), ["hooks", "uninstall"]).status, 0);
  assertEquals(env.exists(".claude"), false);
});

/** Waits until Deno's runtime has read its program, and starts threads. */
function begun(pid: number): void {
  for (let tries = 0; tries < 10_000; tries++) {
    try {
      if ([...Deno.readDirSync(`/proc/${pid}/task`)].length > 1) return;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

for (const [what, upgraded] of [["upgraded", true], ["removed", false]]) {
  Deno.test({
    name: `a hook that begins while mpm is ${what} succeeds`,
    ignore: Deno.build.os !== "linux",
    async fn() {
      using env = TestEnv.repository();
      env.write(".claude-mpm/config.toml", "");
      const [program, next] = ["mpm", "next"].map((name) =>
        join(env.root, name)
      ) as [string, string];
      copyBinary(program);
      copyBinary(next);
      const child = new Deno.Command(program, {
        args: ["hook", "UserPromptSubmit"],
        cwd: env.project,
        env: env.env(),
        clearEnv: true,
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      begun(child.pid);
      if (upgraded) Deno.renameSync(next, program);
      else Deno.removeSync(program);
      const writer = child.stdin.getWriter();
      const prompt = { prompt: "Fix the ledger" };
      const json = eventJson(env, "UserPromptSubmit", prompt);
      await writer.write(new TextEncoder().encode(json)).catch(() => {});
      await writer.close().catch(() => {});
      const { code, stderr } = await child.output();
      assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
      const notes = `.claude-mpm/state/agents/${AGENT}.notes.json`;
      if (upgraded) assertStringIncludes(env.read(notes), "Fix the ledger");
    },
  });
}
