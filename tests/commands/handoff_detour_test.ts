import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ResumeReport } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { fire, NOON } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { answer, prompt, putTalk } from "../helpers/small_talk.ts";

/**
 * The newest save in a detour may be of its parent. The agent in the detour is
 * given the items of the detour all the same.
 */

const AGENT = "2975e44b-0000-40a5-84bf-078e9df60643";

class Detour implements Disposable {
  readonly env = TestEnv.repository();
  #minute = 0;

  get options() {
    const at = NOON.getTime() + 60_000 * ++this.#minute;
    return { now: () => new Date(at) };
  }

  async say(...args: string[]): Promise<string> {
    const { status, stdout, stderr } = await mpm(this.env, args, this.options);
    assertEquals(status, 0, stderr);
    return stdout;
  }

  async begin(): Promise<void> {
    await this.say("start", "Main work");
    await this.say("next", "Step of the parent");
    await this.say("branch", "Side work");
    await this.say("next", "Step of the detour");
    await this.say("var", "set", "port", "8081");
  }

  /** Returns the text for an agent that starts now. */
  async given(): Promise<string> {
    const { hookSpecificOutput } = await fire(
      this.env,
      "SessionStart",
      { source: "startup" },
      this.options,
    );
    return hookSpecificOutput!.additionalContext!;
  }

  [Symbol.dispose](): void {
    this.env[Symbol.dispose]();
  }
}

Deno.test("an agent in a detour gets the detour's items with its parent's save", async () => {
  using detour = new Detour();
  await detour.begin();
  const text = await detour.given();
  assertStringIncludes(text, "Step of the detour");
  assertStringIncludes(text, "port=8081");
  assertStringIncludes(
    text,
    'This save belongs to "Main work". The open items are from "Side work", the ' +
      "session of this worktree",
  );
  assert(!text.includes("Step of the parent"), text);
  // A save that someone asks for has its own items.
  const { session } = await mpmJson<ResumeReport>(
    detour.env,
    ["resume", "--peek"],
    detour.options,
  );
  const named = await detour.say("resume", "--peek", session.session_id);
  assertStringIncludes(named, "Step of the parent");
  assert(!named.includes("Step of the detour"), named);
});

Deno.test("an agent in a detour continues from the last save of the detour", async () => {
  using detour = new Detour();
  await detour.begin();
  putTalk(detour.env, [...prompt("Look at the side"), ...answer("I did.")], {
    ...{ agent: AGENT, from: "2026-11-20T12:10:00Z" },
  });
  const event = { session_id: AGENT, prompt: "Look", reason: "other" };
  await fire(detour.env, "UserPromptSubmit", event, detour.options);
  await fire(detour.env, "SessionEnd", event, detour.options);
  const text = await detour.given();
  assertStringIncludes(text, "Session: Side work (active)");
  assertStringIncludes(text, "Step of the detour");
  assert(!text.includes("Step of the parent"), text);
  assert(!text.includes("This save belongs to"), text);
  // Its end gives both to the parent.
  await detour.say("return", "-s", "Looked");
  const after = await detour.given();
  assertStringIncludes(after, "Step of the parent");
  assertStringIncludes(after, "Step of the detour");
});
