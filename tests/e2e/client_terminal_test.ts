import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ClientTerminal, terminalTest } from "../helpers/client_terminal.ts";
import { TestEnv } from "../helpers/env.ts";
import { failures, namesIn } from "../helpers/hook_events.ts";
import { MockApi } from "../helpers/mock_api.ts";
import { binary } from "../helpers/mpm.ts";

/** Clears what stands in the prompt. */
const EMPTY = "\x15";

/** The conversation as the model was last given it. */
function asked(api: MockApi): string {
  const talked = api.requests.filter(({ tools }) => tools?.length);
  return JSON.stringify(talked.at(-1)?.messages) ?? "";
}

/** Waits until the model was given a text, and answered. */
async function sent(
  terminal: ClientTerminal,
  api: MockApi,
  text: string,
): Promise<void> {
  await terminal.until(() => asked(api).includes(text), () => asked(api));
}

function saves(env: TestEnv): string[] {
  return namesIn(env, ".claude-mpm/sessions")
    .filter((name) => /^session-\d.*\.json$/.test(name));
}

terminalTest(
  "what a block names as a way out is one when it is typed",
  async () => {
    using env = TestEnv.repository();
    env.run(binary(), ["hooks", "install", "--statusline"]);
    await using api = new MockApi({ tokens: 955_000 });
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see("shift+tab");
    await terminal.type("go\r");
    await terminal.see("95%");
    const before = api.requests.length;
    await terminal.type("begin\r");
    await terminal.see("All done.");
    await terminal.type("count the pennies\r");
    await terminal.see(
      'send the prompt again, or begin it with the word "override". /compact ' +
        "or /clear makes room. To save the session, type a blank and " +
        "/mpm-pause, then clear the input box.",
    );
    assertEquals(api.requests.length, before);
    // The client keeps the text in its input box: the same is sent again.
    await terminal.type("\r");
    await sent(terminal, api, "count the pennies");
    await terminal.type("override weigh the coins\r");
    await sent(terminal, api, "override weigh the coins");
    await terminal.type(" !override sort them\r");
    await sent(terminal, api, "!override sort them");
    // As a shell command it would be there, too.
    assert(!asked(api).includes("bash-input"), asked(api));
    const requests = api.requests.length;
    await terminal.type(`${EMPTY} /mpm-pause half done\r`);
    await terminal.until(() => saves(env).length > 0, () => "a save");
    assertEquals(api.requests.length, requests);
    const text = env.read(`.claude-mpm/sessions/${saves(env)[0]}`);
    assertStringIncludes(text, "half done");
    assertEquals(failures(env), "");
  },
);

terminalTest(
  "a notification reaches the agent where the context is full",
  async () => {
    using env = TestEnv.repository();
    env.run(binary(), ["hooks", "install", "--skills"]);
    env.write(
      ".claude/settings.json",
      JSON.stringify({ permissions: { allow: ["Bash"] } }),
    );
    const command = "until [ -e done ]; do sleep 0.1; done";
    const input = { command, description: "Build", run_in_background: true };
    await using api = new MockApi({
      steps: [[{ type: "tool_use", name: "Bash", input }]],
      tokens: 955_000,
    });
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see("shift+tab");
    await terminal.type("go\r");
    await terminal.see("All done.");
    await terminal.type("more\r");
    // The skills are there: no blank is needed before their names.
    await terminal.see("/compact or /clear makes room. /mpm-pause saves");
    assert(!asked(api).includes("<task-notification>"), asked(api));
    env.write("done", "");
    await sent(terminal, api, "<task-notification>");
    await terminal.type(`${EMPTY}/mpm-pause half done\r`);
    await terminal.see("Session Paused Successfully");
    assertEquals([saves(env).length, failures(env)], [1, ""]);
  },
);

terminalTest(
  "a person sees what pre-session.sh warns of, and which hooks are not run",
  async () => {
    using env = TestEnv.repository();
    env.run(binary(), ["hooks", "install"]);
    env.run(binary(), ["hooks", "eject", "pre-session", "on-error"]);
    env.write(".claude-mpm/hooks/pre-session.sh", "echo the gate is open\n");
    env.run(binary(), ["hooks", "allow", "pre-session"]);
    env.write(".claude-mpm/hooks/on-error.sh", "exit 0\n");
    await using api = new MockApi();
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see(
      "says: pre-session: the gate is open\n" +
        "mpm does not run on-error.sh: changed since you allowed it. " +
        "Read it, then: mpm hooks allow on-error",
    );
    assertEquals(failures(env), "");
  },
);

terminalTest(
  "the last prompt is right after /clear and in a fork",
  async () => {
    using env = TestEnv.repository();
    env.run(binary(), ["hooks", "install"]);
    await using api = new MockApi();
    const summaries = () =>
      saves(env).sort().map((name) =>
        JSON.parse(env.read(`.claude-mpm/sessions/${name}`)).conversation
          .summary
      );
    const saved = (count: number) =>
      terminal.until(
        () => saves(env).length === count && summaries().length === count,
        () => `${count} saves`,
      );
    await using terminal = new ClientTerminal(env, api, "claude-opus-5-5");
    await terminal.see("shift+tab");
    await terminal.type("begin\r");
    await terminal.see("All done.");
    await terminal.type("count the pennies\r");
    await terminal.see("All done.");
    await terminal.type("/clear\r");
    await saved(1);
    await terminal.type("weigh the coins\r");
    await sent(terminal, api, "weigh the coins");
    await terminal.see("All done.");
    await terminal.type("/branch other\r");
    await saved(2);
    await terminal.type("first\r");
    await sent(terminal, api, "first");
    await terminal.see("All done.");
    await terminal.type("sort the bills\r");
    await sent(terminal, api, "sort the bills");
    await terminal.see("All done.");
    await terminal.type("/exit\r");
    await saved(3);
    assertEquals(
      summaries().map((text) => text.replace(/.*Last prompt: /, "")),
      ["count the pennies", "weigh the coins", "sort the bills"],
    );
    assertEquals(failures(env), "");
  },
);
