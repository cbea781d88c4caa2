import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { HandoffListResult } from "../../schemas/types.ts";
import { clientTest, runClient } from "../helpers/client.ts";
import type { TestEnv } from "../helpers/env.ts";
import { exampleHandoff, HANDOFF_ARGS } from "../helpers/handoffs.ts";
import { failures } from "../helpers/hook_events.ts";
import { type ApiRequest, type Block, MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

/** A repository with the files of the example, and hooks of the real mpm. */
function hooked(): TestEnv {
  const env = exampleHandoff();
  assertEquals(env.run(binary(), ["hooks", "install"]).status, 0);
  return env;
}

function prompt(text: string, ...more: string[]): string[] {
  const model = [
    "--model",
    "claude-opus-5-5",
    "--allowedTools",
    "Bash,Read,Write",
  ];
  return ["-p", text, ...model, ...more];
}

function bash(command: string): Block[] {
  const input = { command, description: "Work" };
  return [{ type: "tool_use", name: "Bash", input }];
}

/** A command line of mpm, as an agent runs it. */
function mpmLine(...args: string[]): string {
  const word = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  return [binary(), ...args].map(word).join(" ");
}

function states(env: TestEnv): string[] {
  const list = env.run(binary(), ["handoff", "list", "--all", "--json"]);
  const { handoffs }: HandoffListResult = JSON.parse(list.stdout);
  return handoffs.map(({ state }) => state);
}

/** The id of the hand-off that a request contains in full, if any. */
function givenIn(request: ApiRequest): string | undefined {
  const text = JSON.stringify(request.messages);
  if (!text.includes("- PUT /api/users/:id endpoint")) return undefined;
  return /Hand-off (\d{8}-\d{6}-frontend-backend):/.exec(text)?.[1];
}

/** Returns how many times the last conversation has the document. */
function timesGiven({ requests }: MockApi): number {
  const talks = requests.filter(({ tools }) => tools?.length);
  const text = JSON.stringify(talks.at(-1)?.messages);
  return text.split("- PUT /api/users/:id endpoint").length - 1;
}

const FRONTEND = { env: { MPM_AGENT: "frontend" } };
const BACKEND = { env: { MPM_AGENT: "backend" } };

/** A call of the client's own tool that writes a file. */
function write(env: TestEnv, path: string, content: string): Block[] {
  const input = { file_path: join(env.project, path), content };
  return [{ type: "tool_use", name: "Write", input }];
}

/** Runs a session of the frontend that writes the endpoints itself. */
async function trespass(env: TestEnv): Promise<MockApi> {
  const api = new MockApi({
    steps: [write(env, "src/api/users.ts", "export const mine = 1;\n")],
  });
  await runClient(env, api, prompt("Add the endpoints"), FRONTEND);
  return api;
}

function lastTalk({ requests }: MockApi): string {
  return JSON.stringify(requests.at(-1)!.messages);
}

clientTest("two agents build one feature across a hand-off", async () => {
  using env = hooked();
  await using frontend = new MockApi({
    steps: [
      write(env, "src/components/UserProfile.tsx", "export {};\n"),
      bash(mpmLine("handoff", "new", ...HANDOFF_ARGS.slice(2))),
      bash(mpmLine("handoff", "check")),
    ],
  });
  await runClient(env, frontend, prompt("Build the user profile"), FRONTEND);
  assertEquals(states(env), ["waiting"]);
  assertStringIncludes(lastTalk(frontend), "No findings in 1 hand-off");
  // The second agent acts on the text that it gets.
  let id: string | undefined;
  let step = 0;
  await using backend = new MockApi({
    async answer(request): Promise<Block[] | undefined> {
      if (!request.tools?.length) return undefined;
      id ??= givenIn(request);
      if (id === undefined) return [{ type: "text", text: "Nothing to do." }];
      step++;
      if (step === 3) {
        await using refused = await trespass(env);
        assertStringIncludes(
          lastTalk(refused),
          "mpm refused this edit: backend",
        );
        assertEquals(env.exists("src/api/users.ts"), false);
      }
      const steps = [
        bash(mpmLine("handoff", "accept", id)),
        bash(mpmLine("claim", "src/api", "--task", "Add the endpoints")),
        write(env, "src/api/users.ts", "export const users = 1;\n"),
        bash(mpmLine("note", "Users have the fields id, name, email, avatar")),
        bash(mpmLine("handoff", "done", id, "Both are in src/api/users.ts")),
        bash(mpmLine("release", "src/api")),
      ];
      return steps[step - 1] ?? [{ type: "text", text: "Done." }];
    },
  });
  await runClient(env, backend, prompt("Go on"), BACKEND);
  assertEquals(timesGiven(backend), 1);
  assertEquals(states(env), ["done"]);
  assertEquals(env.read("src/api/users.ts"), "export const users = 1;\n");
  await using after = await trespass(env);
  assertStringIncludes(lastTalk(after), "Users have the fields");
  assertEquals(env.read("src/api/users.ts"), "export const mine = 1;\n");
  assertEquals(failures(env), "");
});

clientTest(
  "an unanswered hand-off is given once a session, and to the sub-agent of that name",
  async () => {
    using env = hooked();
    assertEquals(
      env.run(binary(), ["handoff", "new", ...HANDOFF_ARGS]).status,
      0,
    );
    await using api = new MockApi();
    const id = "11111111-2222-4333-8444-555555555556";
    await runClient(env, api, prompt("Look", "--session-id", id), BACKEND);
    assertEquals(timesGiven(api), 1);
    // The conversation has it already.
    await runClient(env, api, prompt("Go on", "--resume", id), BACKEND);
    assertEquals(timesGiven(api), 1);
    env.write(
      ".claude/agents/backend.md",
      "---\nname: backend\ndescription: Builds APIs\n---\nYou build APIs.\n",
    );
    await using parent = new MockApi({
      steps: [[{
        type: "tool_use",
        name: "Agent",
        input: {
          prompt: "SUBAGENT: build the API",
          description: "Build it",
          subagent_type: "backend",
          run_in_background: false,
        },
      }]],
    });
    await runClient(env, parent, prompt("Build it"));
    const given = parent.requests.filter((one) => givenIn(one) !== undefined);
    assertEquals(given.length, 1);
    assertStringIncludes(JSON.stringify(given[0]!.messages![0]), "SUBAGENT");
    assertEquals(states(env), ["waiting"]);
    assertEquals(failures(env), "");
  },
);
