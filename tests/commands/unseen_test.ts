import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { fire } from "../helpers/hook_events.ts";
import { mpm } from "../helpers/mpm.ts";

/** Invisible characters in a text, except for the one after an emoji. */
const UNSEEN =
  "\u034f\u115f\u17b4\u17b5\u180b\u180f\u200b\u2065\ufe00\ufe0e\ufff0\u{e0100}\u{e01ef}\u{e0041}";

Deno.test("invisible characters reach neither a terminal nor an agent", async () => {
  using env = TestEnv.repository();
  env.commit("First");
  const words = `Ready ⚠️ ${UNSEEN} a\ufe0f done`;
  const paused = await mpm(env, ["pause", words, "-n", `Next ${words}`]);
  const outputs = [paused.stdout];
  for (
    const line of [
      ["resume", "--peek"],
      ["resume", "--peek", "--format", "context"],
      ["context", "inject"],
      ["saves", "list"],
      ["saves", "show"],
      ["saves", "show", "--format", "yaml"],
      ["log"],
    ]
  ) {
    const { status, stdout, stderr } = await mpm(env, line);
    assertEquals(status, 0, stderr);
    outputs.push(stdout);
  }
  const start = await fire(env, "SessionStart", { source: "startup" });
  const texts = [...outputs, JSON.stringify(start)];
  for (const text of texts) {
    assert(
      !/[\u034f\u115f\u17b4-\u180f\u200b\u2065\ufe00-\ufe0e\ufff0]/.test(text),
    );
    assert(!/[\u{e0001}-\u{e0fff}]|a\ufe0f/u.test(text), text);
  }
  assertStringIncludes(texts[1]!, "Ready ⚠️ \\u{34f}\\u{115f}");
  assertStringIncludes(JSON.stringify(start), "Ready ⚠️ ");
});
