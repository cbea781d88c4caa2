import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { TestEnv } from "../helpers/env.ts";
import { failures } from "../helpers/hook_events.ts";
import { type Block, MockApi } from "../helpers/mock_api.ts";
import { binary, copyBinary } from "../helpers/mpm.ts";
import {
  clientsSoak,
  clientsTest,
  RealClient,
  textsOf,
} from "../helpers/real_clients.ts";

/** The commands that continue a session. */
const RESUME = {
  gemini: (id: string) => ["gemini", "--resume", id],
  copilot: (id: string) => ["copilot", `--resume=${id}`],
};

/** A repository with a save, and a copy of mpm that may be deleted. */
function prepared(): { env: TestEnv; copy: string } {
  const env = TestEnv.repository();
  const copy = join(env.root, "copy of mpm");
  copyBinary(copy);
  mpm(env, copy, ["pause", "The XYZZY tokenizer is half done"]);
  return { env, copy };
}

function mpm(env: TestEnv, program: string, args: string[]): string {
  const { status, stdout, stderr } = env.run(program, args);
  assertEquals(status, 0, stderr);
  return stdout;
}

interface Listed {
  readonly agent_command: readonly string[] | null;
  readonly summary: string;
}

function newest(env: TestEnv): Listed {
  const list = mpm(env, binary(), ["saves", "list", "--json"]);
  return JSON.parse(list).sessions[0];
}

/** The requests that contain a conversation. */
function asked(api: MockApi): string[] {
  return api.requests.filter(({ tools }) => tools?.length).map(textsOf);
}

for (const name of ["gemini", "copilot"] as const) {
  clientsTest(
    [name],
    "a session gets the state, and is saved",
    async () => {
      const { env: given, copy } = prepared();
      using env = given;
      await using api = new MockApi();
      const client = new RealClient(name, env, api);
      mpm(env, copy, ["hooks", "install", "--client", name]);
      const { status, session, stderr } = await client.run("Are you done?");
      assertEquals(status, 0, stderr);
      assertStringIncludes(asked(api)[0]!, "XYZZY tokenizer");
      assertEquals(newest(env).agent_command, RESUME[name](session));
      assertEquals(failures(env), "");
    },
  );

  clientsSoak(
    [name],
    "a session continues when mpm is gone, and when it fails",
    async () => {
      const { env: given, copy } = prepared();
      using env = given;
      const steps: Block[][] = [];
      await using api = new MockApi({ steps });
      const client = new RealClient(name, env, api);
      mpm(env, copy, ["hooks", "install", "--client", name]);
      const { session: resume } = await client.run("Begin");
      steps.push([client.shell("echo made >> made.txt")]);
      Deno.removeSync(copy);
      assertEquals((await client.run("Once more", { resume })).status, 0);
      Deno.writeTextFileSync(copy, "#!/bin/sh\nexit 2\n", { mode: 0o755 });
      assertEquals((await client.run("And again", { resume })).status, 0);
      assertEquals(env.read("made.txt"), "made\nmade\n");
    },
  );
}

/** The call of a client's tool that makes a file. */
function making(name: keyof typeof RESUME, path: string): Block {
  return name === "gemini"
    ? {
      type: "tool_use",
      name: "write_file",
      input: { file_path: path, content: "made\n" },
    }
    : {
      type: "tool_use",
      name: "create",
      input: { path, file_text: "made\n" },
    };
}

for (const name of ["gemini", "copilot"] as const) {
  clientsSoak([name], "an edit of a claimed path is refused", async () => {
    const { env: given, copy } = prepared();
    using env = given;
    const setting = ["--scope", "user", "claims.auto", "true"];
    mpm(env, copy, ["config", "set", ...setting]);
    env.write("held/other.txt", "");
    mpm(env, copy, ["claim", "held/", "--agent", "other"]);
    const paths = ["held/made.txt", "made.txt"];
    const steps = paths.map((path) => [making(name, join(env.project, path))]);
    await using api = new MockApi({ steps });
    const client = new RealClient(name, env, api);
    mpm(env, copy, ["hooks", "install", "--client", name]);
    assertEquals((await client.run("Make both")).status, 0);
    assertEquals(paths.map((path) => env.exists(path)), [false, true]);
    assertStringIncludes(asked(api).at(-1)!, "mpm refused this edit");
  });
}

clientsSoak(
  ["copilot"],
  "hooks of the project for Claude Code act once, and stop no edit",
  async () => {
    const { env: given, copy } = prepared();
    using env = given;
    const path = join(env.project, "made.txt");
    await using api = new MockApi({ steps: [[making("copilot", path)]] });
    const client = new RealClient("copilot", env, api);
    mpm(env, copy, ["hooks", "install", "--scope", "project"]);
    mpm(env, copy, ["hooks", "install", "--client", "copilot"]);
    const { status } = await client.run("Make the file");
    assertEquals(status, 0);
    const first = asked(api)[0]!;
    assertEquals(first.split("XYZZY tokenizer").length, 2, first);
    assert(env.exists("made.txt"));
    Deno.removeSync(path);
    Deno.removeSync(copy);
    assertEquals((await client.run("Make the file again")).status, 0);
    assert(env.exists("made.txt"));
  },
);
