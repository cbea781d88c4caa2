import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, start } from "../helpers/mpm.ts";
import { posixTest } from "../helpers/posix.ts";

/** Lets other work happen until a condition holds, for at most a minute. */
async function until(what: string, isSo: () => boolean): Promise<void> {
  const start = performance.now();
  while (!isSo()) {
    assert(performance.now() - start < 60_000, what);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isAlive(pid: string): boolean {
  const { stdout } = new Deno.Command("sh", {
    args: ["-c", 'ps -o stat= -p "$1" | grep -v Z', "sh", pid],
  }).outputSync();
  return new TextDecoder().decode(stdout) !== "";
}

/** The existing copies. */
function copies(env: TestEnv): string[] {
  const folder = join(env.home, ".local/state/mpm/runs");
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

const HANGS = "chmod 500 .; sleep 300 & echo $! >$HOME/pid; wait\n";

/** Starts a command that hangs on a copy; returns when its child runs. */
async function hanging(env: TestEnv) {
  env.write("check.sh", HANGS);
  env.git("add", ".");
  env.commit("check");
  await mpm(env, ["init"]);
  await mpm(env, ["allow", "sh check.sh"]);
  const child = start(env, ["evidence", "--run", "sh", "check.sh"]);
  const path = join(env.home, "pid");
  const pid = () => {
    try {
      return Deno.readTextFileSync(path).trim();
    } catch {
      return "";
    }
  };
  await until("the command runs", () => pid() !== "");
  return { child, pid: pid() };
}

posixTest(
  "a command does not outlive a killed mpm, and its copy is removed later",
  async () => {
    using env = TestEnv.repository();
    const { child, pid } = await hanging(env);
    assert(isAlive(pid));
    const before = env.git("status", "--porcelain");
    assertEquals(copies(env).length, 1);
    // A simultaneous run leaves the copy of another run alone.
    await mpm(env, ["evidence"]);
    assertEquals(copies(env).length, 1);
    child.kill("SIGKILL");
    await child.output();
    await until("the command ends", () => !isAlive(pid));
    assertEquals(env.git("status", "--porcelain"), before);
    assertEquals((await mpm(env, ["evidence"])).status, 0);
    assertEquals(copies(env), []);
  },
);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  posixTest(
    `evidence --run ends at ${signal} with its command and its copy`,
    async () => {
      using env = TestEnv.repository();
      const { child, pid } = await hanging(env);
      child.kill(signal);
      const { code, stderr } = await child.output();
      assertEquals(
        [code, new TextDecoder().decode(stderr)],
        [130, "Error: Interrupted: the copy was removed\n"],
      );
      await until("the command ends", () => !isAlive(pid));
      assertEquals(copies(env), []);
      assertEquals(env.exists(".claude-mpm/state/runs.json"), false);
    },
  );
}
