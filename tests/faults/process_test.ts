import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { SavesVerifyResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { posixTest, SOAKS } from "../helpers/posix.ts";
import { binary, mpm, mpmJson, start } from "../helpers/mpm.ts";

const PAUSES = SOAKS ? 50 : 20;

posixTest(
  "each of many simultaneous pauses makes a save",
  async () => {
    using env = TestEnv.repository();
    const done = await Promise.all(
      Array.from(
        { length: PAUSES },
        (_, at) => start(env, ["pause", "--json", `Number ${at}`]).output(),
      ),
    );
    const ids = done.map(({ code, stdout, stderr }) => {
      assertEquals(code, 0, new TextDecoder().decode(stderr));
      return JSON.parse(new TextDecoder().decode(stdout)).session_id as string;
    });
    assertEquals(new Set(ids).size, PAUSES);
    const { sessions } = await mpmJson<SavesVerifyResult>(env, [
      "saves",
      "verify",
    ]);
    assertEquals(
      sessions.map(({ session_id: id, state }) => [id, state]).sort(),
      ids.map((id) => [id, "intact"]).sort(),
    );
    const { sessions: listed } = await mpmJson<
      { sessions: { summary: string }[] }
    >(env, ["saves", "list"]);
    assertEquals(
      new Set(listed.map(({ summary }) => summary)).size,
      PAUSES,
    );
  },
);

/** Ends a process, unless it ended by itself a moment ago. */
function kill(
  child: Deno.ChildProcess,
  signal: Deno.Signal = "SIGKILL",
): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Lets other work happen, so that waiting for a file takes no fixed time. */
function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}

posixTest(
  "an interrupted pause ends by the signal and leaves no partial file",
  async () => {
    using env = TestEnv.repository();
    const slow = join(env.root, "slow");
    Deno.mkdirSync(slow);
    // A git that waits, so that the signal certainly arrives while mpm works.
    Deno.writeTextFileSync(
      join(slow, "git"),
      `#!/bin/sh\ntouch "${env.root}/started"\nexec sleep 20\n`,
    );
    Deno.chmodSync(join(slow, "git"), 0o755);
    env.extra.PATH = `${slow}:${Deno.env.get("PATH")}`;
    const child = start(env, ["pause", "x"]);
    while (!env.exists("../started")) await tick();
    kill(child, "SIGINT");
    const { signal, code } = await child.output();
    assertEquals([signal, code], ["SIGINT", 130]);
    assertEquals(env.exists(".claude-mpm/sessions"), false);
  },
);

posixTest("a pause on a full disk reports it and loses nothing", async () => {
  using env = TestEnv.repository();
  assertEquals((await mpm(env, ["pause", "--no-commit", "Old"])).status, 0);
  // A limit of 2 blocks of 512 bytes stands in for the disk's end.
  const limited = env.run("sh", [
    "-c",
    'trap "" XFSZ; ulimit -f 2; exec "$@"',
    "sh",
    binary(),
    ...["pause", "--no-commit", "x".repeat(5000)],
  ]);
  assertEquals(limited.status, 6, limited.stderr);
  assert(limited.stderr.includes("no space left"), limited.stderr);
  const { intact } = await mpmJson<SavesVerifyResult>(env, [
    "saves",
    "verify",
  ]);
  assert(intact);
});
