import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { clientTest } from "../helpers/client.ts";
import { ClientTalk } from "../helpers/client_talk.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, failures } from "../helpers/hook_events.ts";
import { MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

const MODEL = ["--model", "claude-opus-5-5"];

/** A repository with hooks and skills in its local settings. */
function skilled(): TestEnv {
  const env = TestEnv.repository();
  const args = ["hooks", "install", "--skills"];
  assertEquals(env.run(binary(), args).status, 0);
  return env;
}

/** The typed words, and mpm's answer instead of the model's. */
const SPELLINGS: readonly (readonly [string, string])[] = [
  ["/mpm-pause the road", "Paused Successfully: the road"],
  ["/mpm-session-pause the gate", "Paused Successfully: the gate"],
  ["/mpm-init pause the hill", "Paused Successfully: the hill"],
  ['/mpm-init pause -s "the sea"', "Paused Successfully: the sea"],
  ["/mpm-resume", "Summary: the sea"],
  ["/mpm-session-resume", "Summary: the sea"],
  ["/mpm-init resume", "Summary: the sea"],
  ["/mpm-init resume --list", "the gate"],
  ["/mpm-checkpoint", "typed-"],
  ["/mpm-branch fix the login", "fix"],
  ["/mpm-return fixed the login", "fixed the login"],
];

clientTest(
  "every spelling of a command is answered at 96 %, and at 50 % all except a pause",
  async () => {
    using env = skilled();
    for (const summary of ["the gate", "the sea"]) {
      env.run(binary(), ["pause", summary, "--no-commit"]);
    }
    await using api = new MockApi();
    {
      await using client = new ClientTalk(env, api, { args: MODEL });
      for (const tokens of [500_000, 960_000]) {
        api.tokens = tokens;
        await client.say("go");
        for (const [prompt, answer] of SPELLINGS) {
          const before = api.requests.length;
          const shown = await client.shown(prompt);
          if (tokens < 950_000 && / ?pause/.test(prompt)) {
            const sent = JSON.stringify(api.requests.at(-1)!.messages?.at(-1));
            assertStringIncludes(sent, "mpm pause --agent-session", prompt);
          } else {
            assertStringIncludes(shown, answer, prompt);
            assertEquals(api.requests.length, before);
          }
          env.write("README.md", `${tokens} ${prompt}`);
        }
      }
    }
    assertEquals(failures(env), "");
  },
);

clientTest(
  "below 95 % the model makes a pause, above it the hook, with the same save",
  async () => {
    using env = skilled();
    const input = {
      // As the skill requires.
      command: `mpm pause --agent-session ${AGENT} --no-commit --input - ` +
        "<<'MPM_END'\nsummary: the road\nnext_steps:\n- Pave it\n" +
        "decisions:\n- Use gravel: it's $(cheap)\nMPM_END",
      description: "Save",
    };
    await using api = new MockApi({
      steps: [[{ type: "tool_use", name: "Bash", input }]],
    });
    const path = `${dirname(binary())}:${Deno.env.get("PATH")}`;
    {
      await using client = new ClientTalk(env, api, {
        args: [...MODEL, "--session-id", AGENT],
        env: { PATH: path },
      });
      await client.say("/mpm-pause the road");
      api.tokens = 960_000;
      await client.say("go");
      const shown = await client.shown("/mpm-pause the gate");
      assertStringIncludes(shown, "Session Paused Successfully");
    }
    const { sessions } = JSON.parse(
      env.run(binary(), ["saves", "list", "--json"]).stdout,
    );
    const saves = sessions.map(({ session_id: id }: { session_id: string }) =>
      `.claude-mpm/sessions/${id}.json`
    ).filter((path: string) => env.exists(path))
      .map((path: string) => JSON.parse(env.read(path)))
      .filter(({ mpm }: { mpm: { kind: string } }) => mpm.kind === "pause");
    const [above, below] = [saves[0], saves.at(-1)];
    assertEquals(above.conversation.summary, "the gate");
    assertEquals(below.conversation.summary, "the road");
    assertEquals(below.conversation.next_steps, ["Pave it"]);
    assertEquals(below.mpm.decisions, ["Use gravel: it's $(cheap)"]);
    assertEquals(above.mpm.agent, below.mpm.agent);
    assertEquals(Object.keys(above.mpm).sort(), Object.keys(below.mpm).sort());
    assertEquals(failures(env), "");
  },
);

clientTest("with the hooks off every skill reaches the model", async () => {
  using env = skilled();
  await using api = new MockApi();
  const off = { args: MODEL, env: { MPM_HOOKS: "off" } };
  await using client = new ClientTalk(env, api, off);
  const [init] = (await client.say("go"))
    .filter(({ subtype }) => subtype === "init");
  const skills = init!.skills as string[];
  for (
    const [skill, line] of [
      ["mpm-pause", "mpm pause --agent-session"],
      ["mpm-session-pause", "mpm pause --agent-session"],
      ["mpm-init", "mpm pause --agent-session"],
      ["mpm-resume", "mpm resume --format context"],
      ["mpm-session-resume", "mpm resume --format context"],
      ["mpm-checkpoint", "mpm checkpoint save"],
      ["mpm-branch", "mpm branch"],
      ["mpm-return", "mpm return"],
    ] as const
  ) {
    assert(skills.includes(skill), skill);
    await client.say(`/${skill} pause the ledger`);
    const sent = JSON.stringify(api.requests.at(-1)!.messages?.slice(-2));
    assertStringIncludes(sent, line);
    assertStringIncludes(sent, "---\\npause the ledger\\n---", skill);
  }
});
