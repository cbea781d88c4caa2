import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ReplayForkResult, ReplayResult } from "../../schemas/types.ts";
import { clientTest, runClient } from "../helpers/client.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, failures } from "../helpers/hook_events.ts";
import { type Block, MockApi, toolSteps } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

const TREES = `.claude-mpm/state/agents/${AGENT}.trees.json`;

function bash(command: string): Block[] {
  const input = { command, description: "Try" };
  return [{ type: "tool_use", name: "Bash", input }];
}

/** Waits until the files were read after the given number of steps. */
async function untilKept(env: TestEnv, count: number): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    const kept = env.exists(TREES) ? JSON.parse(env.read(TREES)).trees : [];
    if (kept.length >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`no ${count} trees`);
}

clientTest(
  "each step of the real client can be forked with its files",
  async () => {
    using env = TestEnv.repository();
    env.extra.MPM_CONFIG_CHECKPOINT_EVERY = "batch";
    assertEquals(env.run(binary(), ["hooks", "install"]).status, 0);
    await using api = new MockApi({
      steps: [
        bash("printf 'a\\r\\n' > a; printf '\\377\\000' > raw"),
        bash("printf 2 > a; git add a; exit 3"),
        bash("rm a raw; mkdir d; printf 3 > d/c"),
      ],
      async answer({ tools, messages = [] }) {
        // A model takes longer to answer than mpm to read the files.
        if (tools?.length) await untilKept(env, toolSteps(messages));
        return undefined;
      },
    });
    await runClient(env, api, [
      ...["-p", "Work", "--model", "claude-opus-5-5", "--session-id", AGENT],
      ...["--allowedTools", "Bash"],
    ]);
    assertEquals(failures(env), "");
    const json = <T>(...args: string[]): T =>
      JSON.parse(env.run(binary(), [...args, "--json"]).stdout);
    const { steps } = json<ReplayResult>(
      ...["replay", AGENT, "--only", "tool_call"],
    );
    const expected = [
      { a: "a\r\n", raw: "\xff\0" },
      { a: "2", raw: "\xff\0" },
      { "d/c": "3" },
    ];
    assertEquals(steps.length, expected.length);
    for (const [at, files] of expected.entries()) {
      const step = String(steps[at]!.step);
      const fork = json<ReplayForkResult>("replay", "fork", step, AGENT);
      const folder = join(env.project, ".claude/worktrees", fork.branch);
      const found = ["a", "raw", "d/c"].flatMap((path) => {
        try {
          const bytes = Deno.readFileSync(join(folder, path));
          return [[path, String.fromCharCode(...bytes)]];
        } catch {
          return [];
        }
      });
      assertEquals(Object.fromEntries(found), files, `step ${step}`);
      const staged = env.run("git", [
        "-C",
        folder,
        "diff",
        "--cached",
        "--name-only",
      ]);
      assertEquals(staged.stdout, at === 0 ? "" : "a\n");
    }
  },
);
