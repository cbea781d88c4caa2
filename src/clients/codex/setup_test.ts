import { assert, assertEquals, assertThrows } from "@std/assert";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { adapter } from "./adapter.ts";
import { jsonHooks } from "./json_hooks.ts";
import { ENTRIES } from "./setup.ts";
import { hasHooks, tomlHooks } from "./toml_hooks.ts";
import { hooksInJson, hooksInToml, hooksToTrust, trustIn } from "./trust.ts";

const WANTED = { binary: "/opt/my mpm", claims: false };
const JSON_FILE = jsonHooks("hooks.json", ENTRIES);
const TOML_FILE = tomlHooks("config.toml", ENTRIES);

const FOREIGN = `{
  // not here
}`;

Deno.test("Codex: hooks.json is byte for byte as before, and foreign hooks stay", () => {
  const texts = [
    undefined,
    "{}",
    '{\n\t"hooks": {"Stop": [{"hooks": [{"type":"command","command":"x"}]}]}\n}',
    '{"other": [1, 2],   "hooks": {}}',
  ];
  for (const text of texts) {
    const installed = JSON_FILE.install(text, WANTED);
    assertEquals(JSON_FILE.install(installed, WANTED), installed);
    assertEquals(JSON_FILE.entries(installed).length, ENTRIES.length);
    assertEquals(JSON_FILE.remove(installed, text), text);
  }
  const [entry] = JSON_FILE.entries(JSON_FILE.install("{}", WANTED));
  assertEquals(entry, {
    ...{ event: "SessionStart", binary: "/opt/my mpm", version: "any" },
  });
  assertThrows(() => JSON_FILE.install(FOREIGN, WANTED), MpmError, "not JSON");
});

Deno.test("Codex: mpm's part of config.toml is added and removed without other changes", () => {
  const texts = [
    'model = "x"\n',
    'model = "x"',
    "",
    '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "x"\n',
  ];
  for (const text of texts) {
    const installed = TOML_FILE.install(text, WANTED);
    assertEquals(TOML_FILE.install(installed, WANTED), installed);
    assertEquals(TOML_FILE.entries(installed).length, ENTRIES.length);
    const more = `${installed}[hooks.state."k"]\nenabled = true\n`;
    assertEquals(TOML_FILE.entries(more).length, ENTRIES.length);
    assert(!TOML_FILE.remove(more, text)?.includes("mpm"));
  }
  assertEquals(
    TOML_FILE.remove(TOML_FILE.install(texts[0], WANTED), ""),
    texts[0],
  );
  assert(hasHooks(texts[3]) && !hasHooks(texts[0]) && !hasHooks(undefined));
  assert(!hasHooks('[hooks.state."a:stop:0:0"]\ntrusted_hash = "x"\n'));
  assertThrows(
    () => TOML_FILE.install("hooks = { }\n", WANTED),
    MpmError,
    "Cannot add hooks",
  );
});

Deno.test("Codex: the trust of a hook and its expected hash are read", () => {
  const text = JSON_FILE.install("{}", WANTED);
  const [first] = hooksToTrust(hooksInJson(text));
  assertEquals(first?.key, "session_start:0:0");
  const config = `model = "x"
[projects."/p"]
trust_level = "trusted"
[hooks.state."/h/hooks.json:session_start:0:0"]
trusted_hash = "${first?.hash}"

[hooks.state.'C:\\h:stop:0:0']
enabled = false
[hooks.state]
"k" = { trusted_hash = "sha256:1" }
`;
  const trust = trustIn(hooksInToml(config));
  const of = (key: string) => trust.get(key);
  assertEquals(of("/h/hooks.json:session_start:0:0"), {
    ...{ hash: first?.hash, enabled: true },
  });
  assertEquals(of("C:\\h:stop:0:0"), { hash: undefined, enabled: false });
  assertEquals(of("k")?.hash, "sha256:1");
});

Deno.test("Codex: hooks in config.toml have keys and hashes like those in hooks.json", () => {
  const foreign =
    '[[hooks.Stop]]\n[[hooks.Stop.hooks]]\ntype = "command"\ncommand = "x"\n';
  const hooks = hooksInToml(
    `${TOML_FILE.install(foreign, WANTED)}[hooks.state."a:stop:1:0"]
enabled = false
`,
  );
  const found = hooksToTrust(hooks);
  const inJson = hooksToTrust(hooksInJson(JSON_FILE.install("{}", WANTED)));
  const hashes = (hooks: typeof found) => hooks.map(({ hash }) => hash).sort();
  assertEquals(hashes(found), hashes(inJson));
  assertEquals(
    found.find(({ event }) => event === "Stop")?.key,
    // The first is the user's.
    "stop:1:0",
  );
  assertEquals(trustIn(hooks).get("a:stop:1:0")?.enabled, false);
  assertThrows(() => hooksInToml("[hooks]\nnot toml\n"), SyntaxError);
});

Deno.test("Codex: events become mpm's, and answers Codex's", () => {
  const system = {} as System;
  const given = {
    ...{ session_id: "s", cwd: "/p", hook_event_name: "PostToolUse" },
    ...{ tool_name: "apply_patch", tool_use_id: "c", tool_response: "ok" },
    tool_input: {
      command: "*** Begin Patch\n*** Update File: a.ts\n*** Move to: b.ts\n",
    },
  };
  assertEquals(adapter.fields(given, "PostToolBatch", system)?.tool_calls, [{
    ...{ tool_name: "MultiEdit", tool_input: { paths: ["a.ts", "b.ts"] } },
    ...{ tool_response: "ok", tool_use_id: "c" },
  }]);
  assertEquals(adapter.fields(given, "Stop", system), undefined);
  const pre = { ...given, hook_event_name: "PreToolUse" };
  assertEquals(
    adapter.fields(pre, "PreToolUse", system)?.tool_name,
    "MultiEdit",
  );
  const parsed = (event: string, answer: object) => {
    const text = adapter.answer(event, answer);
    return text === "" ? undefined : JSON.parse(text);
  };
  assertEquals(parsed("PostToolBatch", { context: "news" }), {
    hookSpecificOutput: {
      hookEventName: "PostToolUse",
      additionalContext: "news",
    },
  });
  // A Stop hook that blocks would never end.
  assertEquals(parsed("Stop", { block: "no", context: "x" }), undefined);
  assertEquals(parsed("UserPromptSubmit", { block: "no" })?.decision, "block");
});
