import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { apiVariables } from "../helpers/client.ts";
import { type Block, MockApi, type MockOptions } from "../helpers/mock_api.ts";
import {
  CLAUDE_EXE,
  namesIn,
  type WineEnv,
  wineTest,
} from "../helpers/wine.ts";

/** A tool of the client, which the model calls. */
function tool(name: string, input: Record<string, unknown>): Block[] {
  return [{ type: "tool_use", name, input }];
}

/** A session of the client in the project, with mpm's hooks and skills. */
async function talk(
  env: WineEnv,
  args: readonly string[],
  options: MockOptions = {},
): Promise<{ requests: string[]; hooks: string[] }> {
  await using api = new MockApi(options);
  const log = join(env.root, "client.log");
  const words = [
    ...["-p", ...args, "--model", "claude-opus-5-5"],
    ...["--allowedTools", "Write", "--debug-file", env.windows(log)],
  ];
  const { status, stdout, stderr } = await env.run(
    env.windows(CLAUDE_EXE),
    words,
    { env: apiVariables(api) },
  );
  assertEquals(status, 0, stdout + stderr);
  const requests = api.requests.filter(({ tools }) => tools?.length)
    .map(({ messages }) => JSON.stringify(messages));
  const hooks = Deno.readTextFileSync(log)
    .matchAll(/mpm\.exe hook (\w+) .* with status (\d+)/g)
    .map(([, event, ended]) => `${event} ${ended}`).toArray();
  return { requests, hooks };
}

async function installed(env: WineEnv): Promise<void> {
  env.repository();
  for (
    const words of [
      ["pause", "Half done", "-n", "Write the ledger entry"],
      ["hooks", "install", "--skills", "--statusline"],
    ]
  ) {
    const { status, stderr } = await env.mpm(words);
    assertEquals([words[0], status, stderr], [words[0], 0, ""]);
  }
}

async function listed(env: WineEnv): Promise<string> {
  return (await env.mpm(["list", "--all", "--json"])).stdout;
}

wineTest(
  "Claude Code starts each hook, and a session is saved and continued",
  async (env) => {
    await installed(env);
    const path = join(env.project, "made.txt");
    const input = { file_path: env.windows(path), content: "made\n" };
    const { requests, hooks } = await talk(env, ["Make a file"], {
      steps: [tool("Write", input)],
    });
    assertEquals(Deno.readTextFileSync(path), "made\n");
    assertStringIncludes(requests[0]!, "Write the ledger entry");
    assertEquals(
      hooks,
      "SessionStart UserPromptSubmit PreToolUse PostToolBatch Stop SessionEnd"
        .split(" ").map((event) => `${event} 0`),
    );
    const { sessions: [saved] } = JSON.parse(await listed(env));
    assertStringIncludes(saved.summary, "Make a file");
    const again = await talk(env, ["Go on"]);
    assertStringIncludes(again.requests[0]!, "Make a file");
    Deno.removeSync(path);
    const { status, stderr } = await env.mpm(["restore", "--all", "--yes"]);
    assertEquals([status, stderr], [0, ""]);
    assertEquals(Deno.readTextFileSync(path), "made\n");
  },
  CLAUDE_EXE,
);

wineTest(
  "a full context writes a resume file and refuses sub-agents",
  async (env) => {
    await installed(env);
    const { requests, hooks } = await talk(env, ["Go"], {
      steps: [
        tool("Write", {
          file_path: env.windows(join(env.project, "a.txt")),
          content: "a\n",
        }),
        tool("Agent", {
          prompt: "SUBAGENT: say that you are done",
          description: "Try one",
          subagent_type: "general-purpose",
          run_in_background: false,
        }),
      ],
      tokens: 880_000,
    });
    assert(hooks.every((line) => line.endsWith(" 0")), hooks.join());
    const files = namesIn(join(env.project, ".claude-mpm", "sessions"))
      .filter((name) => /^session-resume-.*\.md$/.test(name));
    assertEquals(files.length, 1);
    assertStringIncludes(requests.at(-1)!, "no new sub-agents are started");
  },
  CLAUDE_EXE,
);
