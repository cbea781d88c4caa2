import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  CLIENT_BIN,
  clientEnv,
  clientTest,
  runClient,
} from "../helpers/client.ts";
import { TestEnv } from "../helpers/env.ts";
import {
  AGENT,
  failures,
  namesIn,
  transcriptOf,
} from "../helpers/hook_events.ts";
import { type Block, MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

/** A repository with hooks of the real mpm in its local settings. */
function hooked(): TestEnv {
  const env = TestEnv.repository();
  assertEquals(env.run(binary(), ["hooks", "install"]).status, 0);
  return env;
}

function prompt(text: string, ...more: string[]): string[] {
  const model = ["--model", "claude-opus-5-5", "--allowedTools", "Bash"];
  return ["-p", text, ...model, ...more];
}

function bash(command: string): Block[] {
  const input = { command, description: "Try" };
  return [{ type: "tool_use", name: "Bash", input }];
}

const NOTES = `.claude-mpm/state/agents/${AGENT}.notes.json`;

interface Saved {
  readonly conversation: { readonly summary: string };
  readonly mpm: {
    readonly kind: string;
    readonly recovered?: string;
    readonly handoff: {
      readonly items: readonly { kind: string; text: string }[];
      readonly runs: readonly {
        command: string;
        exit: number | null;
        tree?: { head: string };
      }[];
    };
  };
}

/** The saves that mpm made, the newest first. */
function saves(env: TestEnv): Saved[] {
  return namesIn(env, ".claude-mpm/sessions")
    .filter((name) => /^session-\d{8}-\d{6}\.json$/.test(name)).toReversed()
    .map((name) => JSON.parse(env.read(`.claude-mpm/sessions/${name}`)));
}

clientTest("a session leaves its prompts, commands and reports", async () => {
  using env = hooked();
  env.write("Makefile", "test:\n\t@echo 3 passed\nlint:\n\t@exit 2\n");
  await using api = new MockApi({
    steps: [bash("make test"), bash("make lint"), [{
      type: "tool_use",
      name: "Agent",
      input: {
        prompt: "SUBAGENT: say that you are done",
        description: "Try one",
        subagent_type: "general-purpose",
        run_in_background: false,
      },
    }]],
  });
  const id = ["--session-id", AGENT];
  const text = "Fix the ledger. Never touch the archive.";
  await runClient(env, api, prompt(text, ...id));
  await runClient(env, api, ["-p", "/compact", "--resume", AGENT]);
  const notes = JSON.parse(env.read(NOTES));
  const texts = (list: string) =>
    notes[list].map(({ text }: { text: string }) => text);
  assertEquals(texts("prompts"), [text]);
  assertEquals(texts("reports"), ["Done."]);
  assertEquals(texts("summaries"), ["All done."]);
  assertEquals(
    notes.commands.map(
      ({ command, exit }: { command: string; exit: number }) => [command, exit],
    ),
    [["make test", 0], ["make lint", 2]],
  );
  const head = env.git("rev-parse", "HEAD");
  const { conversation, mpm: { handoff, kind } } = saves(env).at(-1)!;
  assertEquals(kind, "auto");
  assertStringIncludes(conversation.summary, "Fix the ledger");
  const runs = new Map(handoff.runs.map((run) => [run.command, run]));
  assertEquals(runs.get("make test")!.exit, 0);
  assertEquals(runs.get("make test")!.tree!.head, head);
  assertEquals(runs.get("make lint")!.exit, 2);
  const said = handoff.items.map(({ kind, text }) => `${kind}: ${text}`);
  assert(said.some((one) => /^constraint: .*touch the archive/.test(one)));
  assertEquals(failures(env), "");
});

clientTest(
  "the work of a killed client is saved at the next start, with its facts",
  async () => {
    using env = hooked();
    await using api = new MockApi({
      steps: [
        bash("echo 1 > ledger.txt"),
        // Only the first client that runs it waits, until the test is over.
        bash(
          "[ -e ../came ] || { touch ../waiting ../came; " +
            "while [ -e ../waiting ]; do sleep 0.1; done; }",
        ),
      ],
    });
    const child = new Deno.Command(CLIENT_BIN, {
      args: prompt("Fix the ledger. Use grams only.", "--session-id", AGENT),
      cwd: env.project,
      env: clientEnv(env, api),
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    // The client writes its transcript with a delay.
    const waits = () =>
      env.exists("../came") &&
      Deno.readTextFileSync(transcriptOf(env)).includes("../came");
    for (let tries = 0; !waits(); tries++) {
      assert(tries < 3000, "it never came so far");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGKILL");
    await child.status;
    assertEquals(saves(env), []);
    await runClient(env, api, prompt("go on"));
    const recovered = saves(env).filter(({ mpm }) => mpm.recovered);
    assertEquals(recovered.length, 1);
    const { conversation, mpm } = recovered[0]!;
    assertStringIncludes(
      conversation.summary,
      "Recovered after the client stopped: Fix the ledger",
    );
    const texts = mpm.handoff.items.map(({ kind, text }) => `${kind}: ${text}`);
    for (
      const part of [
        /^goal: Fix the ledger/,
        /^constraint: .*grams only/,
        /^background: .*waiting/,
      ]
    ) assert(texts.some((one) => part.test(one)), texts.join("\n"));
    const first = JSON.stringify(
      api.requests.filter(({ messages }) =>
        JSON.stringify(messages).includes("go on")
      )[0],
    );
    assertStringIncludes(first, "Recovered after the client stopped");
    // Once, also for a client that starts long after it.
    const { stdout } = await runClient(env, api, prompt("and now"));
    assertStringIncludes(stdout, "All done.");
    assertEquals(saves(env).filter(({ mpm }) => mpm.recovered).length, 1);
    assertEquals(failures(env), "");
    Deno.removeSync(join(env.root, "waiting"));
  },
);
