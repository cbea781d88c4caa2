import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { putClient } from "../helpers/stand_in_clients.ts";

const RESUME = ["resume", "--in", "claude"];

interface Answer {
  take_over: {
    client: string;
    program: string | null;
    args: string[];
    status: number | null;
  };
}

async function paused() {
  const env = TestEnv.repository();
  await mpmJson(env, ["pause", "-m", "Parse it's input"]);
  return env;
}

Deno.test("a client starts at a terminal with the hand-off as its prompt", async () => {
  using env = await paused();
  putClient(env, "claude", { version: "2.1.329" });
  const lent: { args: readonly string[]; cwd: string }[] = [];
  const { status, stdout, stderr } = await mpm(env, RESUME, {
    typed: [],
    lend: (args, cwd) => lent.push({ args, cwd }) + 6,
  });
  assertEquals([status, stdout], [0, "Claude Code ended with status 7\n"]);
  assertStringIncludes(stderr, "Starting Claude Code with session-");
  const [{ args, cwd } = { args: [], cwd: "" }] = lent;
  assertEquals([args.length, cwd], [2, env.project]);
  assertEquals(args[0], join(env.root, "clients", "claude"));
  assertStringIncludes(args[1] ?? "", "Parse it's input");
  assertStringIncludes(args[1] ?? "", "Continue this work where it stopped.");
});

Deno.test("without a terminal, and with --peek, the command line is printed", async () => {
  using env = await paused();
  putClient(env, "claude", { version: "2.1.329" });
  const started = () => {
    throw new Error("It was started");
  };
  const plain = await mpm(env, RESUME);
  const peeked = await mpm(env, [...RESUME, "--peek"], {
    typed: [],
    lend: started,
  });
  for (const { stdout } of [plain, peeked]) {
    const { stdout: said } = env.run("sh", [
      "-c",
      `claude() { printf '%s' "$1"; }\n${stdout}`,
    ]);
    assertStringIncludes(said, "Parse it's input");
  }
  const { take_over: data } = await mpmJson<Answer>(env, RESUME);
  assertEquals([data.client, data.status, data.args[0]], [
    "claude",
    null,
    "claude",
  ]);
});

Deno.test("a client that is not installed is named, and the save is resumed", async () => {
  using env = await paused();
  const { status, stdout, stderr } = await mpm(env, RESUME, { typed: [] });
  assertEquals(status, 0);
  assertStringIncludes(stderr, 'Claude Code ("claude") is not on PATH');
  assertStringIncludes(stdout, "Parse it");
});
