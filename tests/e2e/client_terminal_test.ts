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
    await terminal.type("more\r");
    await terminal.see("!override before a prompt sends it anyway.");
    assertEquals(api.requests.length, before);
    await terminal.type(`${EMPTY} !override more\r`);
    await terminal.until(
      () => asked(api).includes("!override more"),
      () => asked(api),
    );
    // As a shell command it would be there, too.
    assert(!asked(api).includes("bash-input"), asked(api));
    const sent = api.requests.length;
    await terminal.type(`${EMPTY} /mpm-pause half done\r`);
    const save = () =>
      namesIn(env, ".claude-mpm/sessions")
        .find((name) => /^session-\d.*\.json$/.test(name));
    await terminal.until(() => save() !== undefined, () => "a save");
    assertEquals(api.requests.length, sent);
    const text = env.read(`.claude-mpm/sessions/${save()}`);
    assertStringIncludes(text, "half done");
    assertEquals(failures(env), "");
  },
);
