import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clientTest } from "../helpers/client.ts";
import { ClientTalk } from "../helpers/client_talk.ts";
import { TestEnv } from "../helpers/env.ts";
import { failures } from "../helpers/hook_events.ts";
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

/** What is typed, and what mpm answers in the place of the model. */
const SPELLINGS: readonly (readonly [string, string])[] = [
  ["/mpm-pause the road", "Context: the road"],
  ["/mpm-session-pause the gate", "Context: the gate"],
  ["/mpm-init pause the hill", "Context: the hill"],
  ['/mpm-init pause -s "the sea"', "Context: the sea"],
  ["/mpm-resume", "Summary: the sea"],
  ["/mpm-session-resume", "Summary: the sea"],
  ["/mpm-init resume", "Summary: the sea"],
  ["/mpm-init resume --list", "the gate"],
  ["/mpm-checkpoint", "typed-"],
  ["/mpm-branch fix the login", "fix"],
  ["/mpm-return fixed the login", "fixed the login"],
];

clientTest(
  "every spelling of a command is answered at 50 and 96 %",
  async () => {
    using env = skilled();
    await using api = new MockApi({ tokens: 500_000 });
    {
      await using client = new ClientTalk(env, api, { args: MODEL });
      for (const tokens of [500_000, 960_000]) {
        api.tokens = tokens;
        await client.say("go");
        const before = api.requests.length;
        for (const [prompt, answer] of SPELLINGS) {
          assertStringIncludes(await client.shown(prompt), answer, prompt);
          env.write("README.md", `${tokens} ${prompt}`);
        }
        assertEquals(api.requests.length, before);
      }
    }
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
