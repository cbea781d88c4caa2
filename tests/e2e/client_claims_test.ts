import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ClaimsResult } from "../../schemas/types.ts";
import { clientTest, runClient } from "../helpers/client.ts";
import { ClientTalk } from "../helpers/client_talk.ts";
import { TestEnv } from "../helpers/env.ts";
import { failures } from "../helpers/hook_events.ts";
import { type Block, MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

const MODEL = ["--model", "claude-opus-5-5", "--allowedTools", "Bash,Write"];

/** A call of the client's own tool that writes a file. */
function write(env: TestEnv, path: string): Block[] {
  const input = { file_path: join(env.project, path), content: "mine\n" };
  return [{ type: "tool_use", name: "Write", input }];
}

function claim(path: string): Block[] {
  const command = `'${binary()}' claim '${path}' --task 'Endpoints'`;
  return [{
    type: "tool_use",
    name: "Bash",
    input: { command, description: "Claim" },
  }];
}

function asked<T>(env: TestEnv, ...args: string[]): T {
  const { stdout } = env.run(binary(), [...args, "--json"]);
  return JSON.parse(stdout);
}

/** Runs a session that writes a file; returns the text for its model. */
async function trespass(env: TestEnv, path: string): Promise<string> {
  await using api = new MockApi({ steps: [write(env, path)] });
  await runClient(env, api, ["-p", "Write it", ...MODEL]);
  return JSON.stringify(api.requests.at(-1)!.messages);
}

clientTest("the claims of a killed client are free at once", async () => {
  using env = TestEnv.repository();
  assertEquals(env.run(binary(), ["hooks", "install"]).status, 0);
  await using api = new MockApi({ steps: [claim("src"), write(env, "src/a")] });
  await using client = new ClientTalk(env, api, {
    args: MODEL,
    env: { MPM_AGENT: "backend" },
  });
  await client.say("Claim src and write a file there");
  assertEquals(env.read("src/a"), "mine\n");
  const { claims } = asked<ClaimsResult>(env, "claims");
  assertEquals(
    claims.map(({ path, holder, alive }) => [path, holder.name, alive]),
    [["src", "backend", true]],
  );
  const told = await trespass(env, "src/b");
  assertStringIncludes(told, "mpm refused this edit: backend (agent session");
  assertStringIncludes(told, "your own git worktree");
  assertEquals(env.exists("src/b"), false);
  await client.kill();
  if (Deno.build.os === "linux") {
    await trespass(env, "src/b");
    assertEquals(env.read("src/b"), "mine\n");
  }
  assertEquals(failures(env), "");
});
