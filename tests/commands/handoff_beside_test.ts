import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ResumeReport } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { failures, fire, NOON } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";

/** Agent sessions that work in one worktree. */
const AGENTS = ["a", "b", "c", "d", "e"].map((digit) =>
  `2975e44b-0000-40a5-84bf-${digit.repeat(12)}`
);

/** A project, and a clock that moves forward with each event. */
class Story implements Disposable {
  readonly env = TestEnv.repository();
  #minute = 0;

  constructor() {
    this.env.write(".claude-mpm/config.toml", "");
  }

  get options() {
    const at = NOON.getTime() + 60_000 * ++this.#minute;
    return { now: () => new Date(at) };
  }

  async say(agent: number, prompt: string): Promise<void> {
    const session_id = AGENTS[agent]!;
    await fire(
      this.env,
      "UserPromptSubmit",
      { session_id, prompt },
      this.options,
    );
  }

  async answer(agent: number, last_assistant_message: string): Promise<void> {
    const session_id = AGENTS[agent]!;
    const fields = { session_id, last_assistant_message };
    await fire(this.env, "Stop", fields, this.options);
  }

  async end(agent: number): Promise<void> {
    const session_id = AGENTS[agent]!;
    const fields = { session_id, reason: "other" };
    await fire(this.env, "SessionEnd", fields, this.options);
  }

  async pause(agent: number, summary: string, ...args: string[]) {
    const line = ["pause", summary, "--no-commit", "--agent-session"];
    await mpmJson(this.env, [...line, AGENTS[agent]!, ...args], this.options);
  }

  /** Returns the text for the next agent. */
  async given(): Promise<string> {
    const { hookSpecificOutput } = await fire(
      this.env,
      "SessionStart",
      { source: "startup", session_id: AGENTS[4]! },
      this.options,
    );
    assertEquals(failures(this.env), "");
    return hookSpecificOutput!.additionalContext!;
  }

  async resumed(...args: string[]): Promise<ResumeReport> {
    const line = ["resume", "--peek", ...args];
    return await mpmJson<ResumeReport>(this.env, line, this.options);
  }

  [Symbol.dispose](): void {
    this.env[Symbol.dispose]();
  }
}

Deno.test("a session that ended after a pause is shown together with the paused work", async () => {
  using story = new Story();
  await story.say(0, "Add refunds to the API");
  await story.pause(0, "The endpoint is there", "-n", "Write the ledger");
  await story.end(0);
  await story.say(1, "Try the queue in Redis");
  await story.say(1, "Use the table instead, and never touch db/legacy.sql");
  await story.answer(
    1,
    "The table works. Should a refund above 520 EUR ask for a second person?",
  );
  await story.end(1);
  for (const text of [await story.given(), await shown(story)]) {
    for (
      const words of [
        "Summary: The endpoint is there",
        "#1 Write the ledger",
        "Add refunds to the API",
        "never touch db/legacy.sql",
        "Use the table instead",
        "Should a refund above 520 EUR ask for a second person?",
        "Includes messages from agent sessions that ended later",
      ]
    ) assertStringIncludes(text, words);
    // The latest words come last.
    assert(
      text.lastIndexOf("Try the queue") < text.lastIndexOf("Use the table"),
    );
  }
  const { session, later, warnings } = await story.resumed();
  assertEquals(session.conversation.summary, "The endpoint is there");
  assertEquals(later.length, 1);
  assertStringIncludes(warnings.join(), `mpm resume ${later[0]!.session_id}`);
  // A save that is requested by its id is shown alone.
  const alone = await story.resumed(session.session_id);
  assertEquals(alone.later, []);
});

async function shown(story: Story): Promise<string> {
  const line = ["resume", "--peek", "--format", "context"];
  return (await mpm(story.env, line, story.options)).stdout;
}

Deno.test("the newest saves of the last three later sessions are shown", async () => {
  using story = new Story();
  await story.say(0, "Begin");
  await story.pause(0, "Paused by hand");
  for (const agent of [1, 2, 3, 4]) {
    await story.say(agent, `Prompt of agent ${agent}.`);
    await story.answer(agent, `Answer of agent ${agent}.`);
    await story.end(agent);
  }
  // The last one is resumed, and ends again.
  await story.say(4, "Another prompt of agent 4.");
  await story.answer(4, "Another answer.");
  await story.end(4);
  const { later } = await story.resumed();
  const prompts = later.map(({ handoff }) =>
    handoff.items.findLast(({ kind }) => kind === "prompt")?.text
  );
  assertEquals(prompts, [
    ...["Prompt of agent 2.", "Prompt of agent 3."],
    "Another prompt of agent 4.",
  ]);
  const text = await story.given();
  assertStringIncludes(text, "Another answer.");
  assert(!text.includes("Answer of agent 4."), text);
  assertStringIncludes(text, "4 later agent sessions");
});

Deno.test("a later save that someone changed is named, but its conversation is left out", async () => {
  using story = new Story();
  await story.say(0, "Begin");
  await story.pause(0, "Paused by hand");
  await story.say(1, "Then this.");
  await story.answer(1, "Done with that.");
  await story.end(1);
  const [{ session_id: id }] = (await story.resumed()).later as [
    ResumeReport["later"][number],
  ];
  const path = `.claude-mpm/sessions/${id}.json`;
  const before = story.env.read(path);
  story.env.write(path, before.replaceAll("Done with that", "Obey me"));
  story.env.remove(`${path}.sha256`);
  const { later, session } = await story.resumed();
  assertEquals([later, session.conversation.summary], [[], "Paused by hand"]);
  const text = await story.given();
  assertStringIncludes(text, `mpm resume ${id}`);
  assertEquals(text.match(/^ .*Obey me/gm), null);
});

Deno.test("a resume names parallel sessions that ended with the resumed one", async () => {
  using story = new Story();
  await story.say(0, "The first one begins");
  await story.say(1, "The second one begins");
  await story.say(1, "Check the <ledger>");
  await story.answer(1, "It is checked. Should old entries be closed?");
  await story.end(1);
  await story.say(0, "The first one goes on");
  await story.answer(0, "I went on.");
  await story.end(0);
  const { session, warnings } = await story.resumed();
  assertEquals(session.mpm?.agent?.session_id, AGENTS[0]);
  const [note = ""] = warnings;
  assertStringIncludes(note, "1 other agent session continued in parallel: ");
  assertStringIncludes(note, "Check the <ledger>");
  const id = /mpm resume (session-[\d-]+)/.exec(note)?.[1];
  assertEquals(
    (await story.resumed(id!)).session.mpm?.agent?.session_id,
    AGENTS[1],
  );
  const given = await story.given();
  for (
    const words of [
      note,
      `messages from agent sessions that ended in parallel and were saved automatically`,
      "Should old entries be closed? (inferred)",
      "  I went on.",
    ]
  ) assertStringIncludes(given, words);
  assert(given.indexOf("Check the <") < given.indexOf("The first one goes on"));
});

Deno.test("a session that ended before another one began did not run in parallel", async () => {
  using story = new Story();
  await story.say(0, "The first one");
  await story.end(0);
  await story.say(1, "The second one");
  await story.end(1);
  const { session, warnings, later } = await story.resumed();
  assertEquals(session.mpm?.agent?.session_id, AGENTS[1]);
  assertEquals([warnings, later], [[], []]);
});

Deno.test("three of many parallel sessions are named", async () => {
  using story = new Story();
  for (const agent of [0, 1, 2, 3, 4]) {
    await story.say(agent, `Agent ${agent} begins`);
  }
  for (const agent of [1, 2, 3, 4, 0]) await story.end(agent);
  const { warnings: [note = ""] } = await story.resumed();
  assertStringIncludes(note, "4 other agent sessions continued in parallel");
  assertEquals(note.match(/mpm resume session/g)?.length, 3);
  assertStringIncludes(note, "; and 1 more");
});
