import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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
  const model = ["--model", "claude-opus-5-5", "--allowedTools", "Bash"];
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

/** The id of the hand-off that a request has in full, if it has one. */
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

clientTest("two sessions build one feature across a hand-off", async () => {
  using env = hooked();
  await using frontend = new MockApi({
    steps: [
      bash(
        "echo 'export const UserProfile = 1;' > " +
          "src/components/UserProfile.tsx",
      ),
      bash(mpmLine("handoff", "new", ...HANDOFF_ARGS.slice(2))),
      bash(mpmLine("handoff", "check")),
    ],
  });
  await runClient(env, frontend, prompt("Build the user profile"), {
    env: { MPM_AGENT: "frontend" },
  });
  assertEquals(states(env), ["waiting"]);
  assertStringIncludes(
    JSON.stringify(frontend.requests.at(-1)!.messages),
    "No findings in 1 hand-off",
  );
  // What the second agent does follows from what it is given.
  let id: string | undefined;
  let step = 0;
  await using backend = new MockApi({
    answer(request): Block[] | undefined {
      if (!request.tools?.length) return undefined;
      id ??= givenIn(request);
      if (id === undefined) return [{ type: "text", text: "Nothing to do." }];
      const answer = (verb: string, ...more: string[]) =>
        bash(mpmLine("handoff", verb, id!, ...more));
      const lines = [
        answer("accept"),
        bash("mkdir -p src/api && echo 'export {};' > src/api/users.ts"),
        answer("done", "src/api/users.ts has both endpoints"),
      ];
      return lines[step++] ?? [{ type: "text", text: "Done." }];
    },
  });
  const as = { env: { MPM_AGENT: "backend" } };
  const session = ["--session-id", "11111111-2222-4333-8444-555555555555"];
  await runClient(env, backend, prompt("Go on", ...session), as);
  assertEquals(timesGiven(backend), 1);
  assertEquals(states(env), ["done"]);
  assert(env.exists("src/api/users.ts"));
  await using later = new MockApi();
  await runClient(env, later, prompt("Go on"), as);
  assertEquals(timesGiven(later), 0);
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
    const as = { env: { MPM_AGENT: "backend" } };
    await using api = new MockApi();
    const id = "11111111-2222-4333-8444-555555555556";
    await runClient(env, api, prompt("Look", "--session-id", id), as);
    assertEquals(timesGiven(api), 1);
    // The conversation has it already.
    await runClient(env, api, prompt("Go on", "--resume", id), as);
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
