import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { SavesListResult } from "../../schemas/types.ts";
import { ClientHome } from "../helpers/all_clients.ts";
import { tell } from "../helpers/captures.ts";
import {
  type ApiRequest,
  type Block,
  type MockOptions,
  toolSteps,
} from "../helpers/mock_api.ts";
import { start } from "../helpers/mpm.ts";
import { clientsSoak, clientsTest, textsOf } from "../helpers/real_clients.ts";
import { logOf, runIds } from "../helpers/tasks.ts";

/** The calls of the agent of each step; then it answers. */
type Calls = (step: string) => readonly Block[] | Promise<readonly Block[]>;

/** The step that a request is about; "" for requests outside of the steps. */
function stepOf(request: ApiRequest): string {
  if (!request.tools?.length) return "";
  return /You run the step "([^"]+)"/.exec(textsOf(request))?.[1] ?? "";
}

/** A home in which agents may write files and run mpm. */
function agentsHome(
  calls: Calls,
  { refuse }: Pick<MockOptions, "refuse"> = {},
): ClientHome {
  const home = new ClientHome(["claude"], {
    ...refuse ? { refuse } : {},
    answer: async (request) => {
      const step = stepOf(request);
      if (step === "") return undefined;
      const all = await calls(step);
      const done = toolSteps(request.messages ?? []);
      return all[done]
        ? [all[done]]
        : [{ type: "text", text: `The ${step} agent is done.` }];
    },
  });
  const settings = join(home.env.home, ".claude");
  Deno.mkdirSync(settings, { recursive: true });
  Deno.writeTextFileSync(
    join(settings, "settings.json"),
    JSON.stringify({
      permissions: { defaultMode: "acceptEdits", allow: ["Bash(mpm:*)"] },
    }),
  );
  home.installHooks("claude");
  home.env.extra.CLAUDE_CODE_MAX_RETRIES = "1";
  return home;
}

function writes(home: ClientHome, path: string, content: string): Block {
  const file_path = join(home.env.project, path);
  return { type: "tool_use", name: "Write", input: { file_path, content } };
}

function runs(command: string): Block {
  const input = { command, description: "Run mpm" };
  return { type: "tool_use", name: "Bash", input };
}

function define(home: ClientHome, name: string, text: string): void {
  const path = `.claude-mpm/pipelines/${name}.yaml`;
  home.env.write(path, text);
  home.mpm("allow", path);
}

async function mpm(home: ClientHome, ...args: string[]) {
  const { code, stdout, stderr } = await start(home.env, args).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** Runs a pipeline, which must succeed, and notes what it printed. */
async function succeeds(home: ClientHome, name: string, ...args: string[]) {
  const { code, stdout, stderr } = await mpm(
    ...[home, "pipeline", "run", name, ...args] as const,
  );
  assertEquals(code, 0, stderr);
  tell(`mpm pipeline run ${name}`, stdout + stderr);
  tell("mpm pipeline status", home.mpm("pipeline", "status"));
}

/** The first request of each step's agent. */
function prompts(home: ClientHome): Map<string, string> {
  const found = new Map<string, string>();
  for (const request of home.api.requests) {
    const step = stepOf(request);
    if (step && !found.has(step)) found.set(step, textsOf(request));
  }
  return found;
}

/** The response of the API when the budget of an account is used up. */
function usageLimit(resets: number): Response {
  const error = { type: "rate_limit_error", message: "Too much" };
  return Response.json({ type: "error", error }, {
    status: 429,
    headers: {
      "anthropic-ratelimit-unified-status": "rejected",
      "anthropic-ratelimit-unified-reset": String(resets),
      "anthropic-ratelimit-unified-representative-claim": "five_hour",
    },
  });
}

clientsTest(
  ["claude"],
  "a pipeline stops at a usage limit, and resume continues there",
  async () => {
    const resets = Math.floor(Date.now() / 1000) + 3600;
    let isLimited = true;
    await using home = agentsHome(() => [], {
      refuse: (request) =>
        isLimited && stepOf(request) === "check"
          ? usageLimit(resets)
          : undefined,
    });
    const { env } = home;
    // Only accounts have such limits.
    delete env.extra.ANTHROPIC_API_KEY;
    env.extra.CLAUDE_CODE_OAUTH_TOKEN = "dummy-for-the-mock";
    define(
      home,
      "release",
      `vars: { version: { required: true } }
steps:
  notes:
    run: [sh, -c, 'echo "$1" >NOTES.md && echo "Wrote $1"', sh, "{version}"]
    produces: [NOTES.md]
  check:
    needs: [notes]
    agent: { prompt: "--help? Check the release {version}", turns: 5 }
    retries: 3
`,
    );
    const args = ["pipeline", "run", "release", "--var", "version=1.2.0"];
    const first = await mpm(home, ...args);
    assertEquals(first.code, 1, first.stderr);
    const [run] = runIds(env);
    const until = new Date(resets * 1000).toISOString();
    const limited = logOf(env, run!).find(({ event }) => event === "limited");
    assertEquals(limited?.until, until, JSON.stringify(logOf(env, run!)));
    assertStringIncludes(first.stdout + first.stderr, "hit your 5-hour limit");

    const early = await mpm(home, "pipeline", "resume");
    assertEquals(early.code, 4, early.stderr);
    assertStringIncludes(early.stderr, "--again");

    isLimited = false;
    const asked = home.api.requests.length;
    const second = await mpm(home, "pipeline", "resume", "--again");
    assertEquals(second.code, 0, second.stderr + second.stdout);
    const again = home.api.requests.slice(asked).map(stepOf);
    assertEquals(new Set(again.filter(Boolean)), new Set(["check"]));

    const prompt = prompts(home).get("check")!;
    assertStringIncludes(prompt, "--help? Check the release 1.2.0");
    assertStringIncludes(prompt, "## Step notes: done\nFiles:\n- NOTES.md");
    assertStringIncludes(prompt, "Wrote 1.2.0");
    const { sessions } = home.json("saves", "list") as SavesListResult;
    assertEquals(
      new Set(sessions.map(({ agent_name: name }) => name)),
      new Set(["check"]),
    );
  },
);

clientsSoak(
  ["claude"],
  "a pipeline retries a failing API, and says why it failed",
  async () => {
    for (const status of [500, 529]) {
      let failures = 2;
      await using home = agentsHome(() => [], {
        refuse: (request) =>
          stepOf(request) && failures-- > 0
            ? Response.json({
              type: "error",
              error: { type: "api_error", message: "Down for the test" },
            }, { status })
            : undefined,
      });
      define(
        home,
        "one",
        'steps: { one: { agent: { prompt: "Do it" }, retries: 1 } }\n',
      );
      const well = await mpm(home, "pipeline", "run", "one");
      assertEquals(well.code, 0, well.stderr);
      // The client's own retry, and that of the step.
      const asked = home.api.requests.filter((one) => stepOf(one) === "one");
      assertEquals(asked.length, 3);
      failures = 100;
      const ill = await mpm(home, "pipeline", "run", "one");
      assertEquals(ill.code, 1, ill.stderr);
      assertStringIncludes(
        ill.stdout + ill.stderr,
        `API Error: ${status} Down for the test`,
      );
    }
  },
);

clientsSoak(
  ["claude"],
  "an agent that takes all its turns, or too long, fails its step",
  async () => {
    await using home = agentsHome((step) =>
      step === "turns" ? Array(20).fill(runs("mpm --version")) : [
        runs("mpm --version; sleep 60"),
      ]
    );
    define(
      home,
      "budget",
      `steps:
  turns: { agent: { prompt: "Go on", turns: 2 } }
  time: { agent: { prompt: "Wait" }, timeout: 4s, grace: 1s }
`,
    );
    const { code, stdout, stderr } = await mpm(
      ...[home, "pipeline", "run", "budget"] as const,
    );
    assertEquals(code, 1, stderr);
    assertStringIncludes(stdout + stderr, "the agent used all its turns");
    const asked = home.api.requests.map(stepOf);
    assertEquals(asked.filter((step) => step === "turns").length, 2);
    const log = JSON.stringify(logOf(home.env, runIds(home.env)[0]!));
    assertStringIncludes(log, "it took longer than 4 seconds");
  },
);

clientsSoak(
  ["claude"],
  "specialized agents hand over by documents and notes",
  async () => {
    await using home = agentsHome((step) =>
      step === "frontend"
        ? [
          writes(home, "src/UserProfile.tsx", "export {};\n"),
          runs(
            'mpm handoff new --to backend --completed "User profile UI" ' +
              '--need "GET /api/users/:id endpoint" --criterion "404 works"',
          ),
          runs('mpm note "Emails are unique"'),
        ]
        : [
          writes(home, "src/users.ts", "export {};\n"),
          runs('mpm handoff done 0 "In src/users.ts"'),
        ]
    );
    define(
      home,
      "shop",
      `steps:
  frontend: { agent: { prompt: "Build the profile" } }
  backend: { needs: [frontend], agent: { prompt: "Build the endpoints" } }
`,
    );
    await succeeds(home, "shop");
    const prompt = prompts(home).get("backend")!;
    assertStringIncludes(prompt, "GET /api/users/:id endpoint");
    assertStringIncludes(prompt, "Emails are unique");
    const standup = home.mpm("standup");
    tell("mpm standup", standup);
    assertStringIncludes(standup, "done (In src/users.ts)");
    assertStringIncludes(home.mpm("handoff"), "No open hand-offs");
  },
);

/** The six agents of the development pipeline, and what each produces. */
const DEVELOPMENT = {
  requirements: ["requirements.md"],
  architecture: ["architecture.md", "data-models.md"],
  implementation: ["src/profile.ts"],
  testing: ["src/profile_test.ts", "test-report.md"],
  documentation: ["docs/api.md", "docs/user-guide.md"],
  deployment: ["deployment.md"],
};

clientsSoak(["claude"], "the development pipeline", async () => {
  const produced = new Map<string, string[]>(Object.entries(DEVELOPMENT));
  await using home = agentsHome((step) =>
    produced.get(step)!.map((path) => writes(home, path, `By ${step}\n`))
  );
  home.mpm("pipeline", "new", "development");
  home.mpm("allow", ".claude-mpm/pipelines/development.yaml");
  await succeeds(home, "development", "--var", "feature=User profiles");
  const asked = prompts(home);
  assertEquals([...asked.keys()], [...produced.keys()]);
  assertStringIncludes(asked.get("requirements")!, "User profiles");
  assertStringIncludes(asked.get("deployment")!, "- architecture.md");
  assertStringIncludes(
    asked.get("deployment")!,
    "The implementation agent is done.",
  );
  for (const path of [...produced.values()].flat()) {
    assert(home.env.exists(path), path);
  }
});

clientsSoak(["claude"], "the parallel analysis", async () => {
  const parallel = new Set(["security", "performance", "quality"]);
  const asking = new Set<string>();
  const { promise: allAsk, resolve } = Promise.withResolvers<void>();
  // Each of the three gets its answer when all of them have sent a request.
  await using home = agentsHome(async (step) => {
    asking.add(step);
    if (asking.size === parallel.size) resolve();
    await allAsk;
    return [writes(home, `analysis/${step}.md`, `Found by ${step}\n`)];
  });
  home.mpm("pipeline", "new", "analysis");
  home.mpm("allow", ".claude-mpm/pipelines/analysis.yaml");
  await succeeds(home, "analysis", "--jobs", "3");
  const order = [...prompts(home).keys()];
  assertEquals(new Set(order.slice(0, 3)), parallel);
  const report = prompts(home).get("report")!;
  for (const step of parallel) {
    assertStringIncludes(report, `The ${step} agent is done.`);
    assertStringIncludes(report, `- analysis/${step}.md`);
  }
});

clientsSoak(["codex"], "a pipeline stops at a usage limit", async () => {
  const resets = Math.floor(Date.now() / 1000) + 7200;
  const error = { type: "usage_limit_reached", resets_at: resets };
  await using home = new ClientHome(["codex"], {
    refuse: () => Response.json({ error }, { status: 429 }),
  });
  define(
    home,
    "one",
    'steps: { one: { agent: { prompt: "-x: do it", client: codex } } }\n',
  );
  const { code, stderr } = await mpm(home, "pipeline", "run", "one");
  assertEquals(code, 1, stderr);
  const log = logOf(home.env, runIds(home.env)[0]!);
  const limited = log.find(({ event }) => event === "limited");
  // Codex names the minute in which it ends.
  const until = new Date((Math.floor(resets / 60) + 1) * 60_000);
  assertEquals(limited?.until, until.toISOString(), JSON.stringify(log));
});
