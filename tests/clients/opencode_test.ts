import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { PATH, TestEnv } from "../helpers/env.ts";
import { type Block, MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";
import {
  clientsSoak,
  clientsTest,
  programOf,
  RealClient,
  textsOf,
} from "../helpers/real_clients.ts";
import { ROOT } from "../helpers/tree.ts";

/** A project that uses mpm, with a hand-off, and the plugin in the client. */
function withPlugin(): TestEnv {
  const env = TestEnv.repository();
  const args = ["--client", "opencode", "--binary", binary()];
  const done = env.run(binary(), ["hooks", "install", ...args]);
  assertEquals([done.status, done.stderr], [0, ""]);
  env.run(binary(), ["pause", "The ledger needs a lock"]);
  return env;
}

interface Kept {
  readonly session_id: string;
  readonly mpm: { readonly agent: { name: string; session_id: string } | null };
}

function newestSave(env: TestEnv): Kept {
  const { stdout } = env.run(binary(), ["saves", "show", "latest", "--json"]);
  return JSON.parse(stdout).session;
}

function edit(env: TestEnv): Block {
  const filePath = join(env.project, "README.md");
  const [oldString, newString] = ["# Project", "# A project"];
  const input = { filePath, oldString, newString };
  return { type: "tool_use", name: "edit", input };
}

clientsTest(
  ["opencode"],
  "a session starts with the state, and is saved at its end",
  async () => {
    using env = withPlugin();
    const steps: Block[][] = [];
    await using api = new MockApi({ steps });
    const client = new RealClient("opencode", env, api);
    steps.push([edit(env)]);
    const { status, session } = await client.run("Never use globals.");
    assertEquals(status, 0);
    const turn = api.requests.map(textsOf)
      .find((text) => text.includes("Never use globals."))!;
    assertStringIncludes(turn, "The ledger needs a lock");
    const { mpm, session_id: save } = newestSave(env);
    assertEquals(mpm.agent?.name, "opencode");
    assertEquals(mpm.agent?.session_id, session);
    const { stdout } = env.run(binary(), ["resume", save]);
    assertStringIncludes(stdout, "Never use globals.");
    assertStringIncludes(stdout, `opencode --session ${session}`);
    const context = env.run(binary(), ["context", "--json"]);
    const { gauge } = JSON.parse(context.stdout);
    assertEquals(gauge.window, 200_000);
    assert(gauge.tokens > 0);
    const shown = env.run(binary(), ["replay", session]);
    assertStringIncludes(shown.stdout, "+# A project");
  },
);

clientsSoak(
  ["opencode"],
  "what was said before mpm came is in the save",
  async () => {
    using env = TestEnv.repository();
    const steps: Block[][] = [];
    await using api = new MockApi({ steps });
    const client = new RealClient("opencode", env, api);
    const { session } = await client.run("Use two spaces.");
    env.write(".claude-mpm/config.toml", "");
    env.run(binary(), ["hooks", "install", "--client", "opencode"]);
    const command = `${binary()} pause "Half of it" --json > saved.json`;
    steps.push([client.shell(command)]);
    const again = await client.run("Go on.", { resume: session });
    assertEquals([again.status, again.session], [0, session]);
    assertStringIncludes(env.read("saved.json"), session);
    const { stdout } = env.run(binary(), ["resume"]);
    assertStringIncludes(stdout, "Use two spaces.");
    assertStringIncludes(stdout, "Go on.");
    const exported = await client.start(["export", session]);
    assertEquals(exported.status, 0);
    env.write("talk.json", exported.stdout);
    const shown = env.run(binary(), ["replay", "./talk.json"]);
    assertStringIncludes(shown.stdout, "Use two spaces.");
  },
);

/**
 * Runs the binary, while this process answers the client that the binary
 * starts.
 */
async function mpm(env: TestEnv, args: string[]) {
  const { code, stderr } = await new Deno.Command(binary(), {
    ...{ args, cwd: env.project, env: env.env(), clearEnv: true },
    stdin: "null",
  }).output();
  return { status: code, stderr: new TextDecoder().decode(stderr) };
}

clientsSoak(["opencode"], "a locked database is said, and stays", async () => {
  using env = withPlugin();
  await using api = new MockApi();
  const client = new RealClient("opencode", env, api);
  await client.run("Use two spaces.");
  Object.assign(env.extra, client.variables());
  const bin = join(env.root, "programs");
  Deno.mkdirSync(bin);
  Deno.symlinkSync(programOf("opencode"), join(bin, "opencode"));
  env.extra.PATH = `${bin}:${PATH}`;
  const talk = join(ROOT, "tests/formats/codex/gpt55-work.jsonl");
  const carry = ["carry", talk, "--to", "opencode"];
  const sessions = async () =>
    (await client.start(["session", "list", "--format", "json"])).stdout;
  const before = await sessions();
  const file = join(env.home, ".local/share/opencode/opencode.db");
  const database = new DatabaseSync(file);
  database.exec("BEGIN EXCLUSIVE");
  const refused = await mpm(env, carry);
  assertEquals(refused.status, 4, refused.stderr);
  assertStringIncludes(refused.stderr, "opencode did not accept the session");
  const resumed = env.run(binary(), ["resume", "--in", "opencode", "--peek"]);
  assertStringIncludes(resumed.stdout, "The ledger needs a lock");
  database.exec("ROLLBACK");
  database.close();
  assertEquals(await sessions(), before);
  const carried = await mpm(env, carry);
  assertEquals(carried.status, 0, carried.stderr);
});
