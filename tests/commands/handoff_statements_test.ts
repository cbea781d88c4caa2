import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Save } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, fire, NOON } from "../helpers/hook_events.ts";
import { mpm } from "../helpers/mpm.ts";
import {
  answer,
  lastSave,
  openTexts,
  pauseTalk,
  prompt,
  putTalk,
  ran,
} from "../helpers/small_talk.ts";

const CAUSE = "The alarm fires twice because cron and systemd both start it.";
const LEFT = "Threads are a no-go: the library is not thread-safe.";
const CHOICE = "Going for a ring buffer, since the size is known.";

/** The statements in a save that are neither decisions nor rejections. */
function statements({ mpm }: Save): string[] {
  return mpm!.handoff!.items.filter(({ kind, via }) =>
    kind === "message" && via === "message"
  ).map(({ text }) => text);
}

Deno.test("what the agent explains is handed on with its source", async () => {
  using env = TestEnv.repository();
  const save = await pauseTalk(env, [
    ...prompt("Find out why the alarm fires twice."),
    ...answer(`Let me look. ${CAUSE} I'll read the unit next.`),
    ...ran("systemctl cat job", 0),
    ...answer(`${LEFT} ${CHOICE}`),
    ...answer("It is fixed because only cron starts it now."),
  ]);
  assertEquals(statements(save), [CAUSE]);
  assertEquals(openTexts(save, "decision"), [CHOICE]);
  assertEquals(openTexts(save, "rejected"), [LEFT]);
  const given = await mpm(env, ["resume", "--peek", "--format", "context"]);
  assertStringIncludes(
    given.stdout,
    `Said by the agent in between:\n- ${CAUSE}`,
  );
  const shown = await mpm(env, ["show", save.session_id]);
  const line = shown.stdout.split("\n").find((one) => one.includes(CAUSE));
  assert(line?.includes("transcript, message"), shown.stdout);
});

Deno.test("at most 12 explanations are kept, the most telling and newest", async () => {
  using env = TestEnv.repository();
  const all = Array.from(
    { length: 40 },
    (_, at) => `Step${at}() fails because file${at}.ts is not there.`,
  );
  const save = await pauseTalk(env, [
    ...prompt("Look into it."),
    ...all.flatMap((text) => answer(text)),
    ...answer("That is all."),
  ]);
  assertEquals(statements(save), all.slice(-12));
});

Deno.test("what was withdrawn or is private is not explained", async () => {
  using env = TestEnv.repository();
  const save = await pauseTalk(env, [
    ...prompt("Use Redis for the cache."),
    ...answer(
      "Redis needs a password because it is public. " +
        "<private>The otter bites because it is hungry.</private>",
    ),
    ...prompt("No Redis after all."),
    ...answer("Fine."),
  ]);
  assertEquals(statements(save), []);
  assertEquals(JSON.stringify(save).includes("otter"), false);
});

Deno.test("statements before a compaction survive a long session", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  const noise = ran("cat log", 0, "line of a log\n".repeat(70_000));
  const early = [
    ...prompt("Find out why the alarm fires twice."),
    ...answer(`${CAUSE} ${LEFT} ${CHOICE}`),
  ];
  const from = new Date(NOON.getTime() - 3_600_000).toISOString();
  putTalk(env, early, { from });
  await fire(env, "UserPromptSubmit", { prompt: "Go on", prompt_id: "p" });
  await fire(env, "PreCompact", { trigger: "auto" });
  putTalk(env, [...early, ...noise, ...noise, ...answer("Done.")], { from });
  await fire(env, "SessionEnd", { reason: "other" });
  const save = lastSave(env);
  assertEquals(save.mpm!.agent!.session_id, AGENT);
  assert(save.mpm!.handoff!.unread.join().includes("left out"));
  assertEquals(statements(save), [CAUSE]);
  assertEquals(openTexts(save, "rejected"), [LEFT]);
  assertEquals(openTexts(save, "decision"), [CHOICE]);
});

Deno.test("no statement is kept if messages are off", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  await mpm(env, ["config", "set", "handoff.messages", "false"]);
  const talk = [...prompt("Find it."), ...answer(`${CAUSE} ${CHOICE}`)];
  putTalk(env, [...talk, ...answer("Done.")]);
  await fire(env, "UserPromptSubmit", { prompt: "Find it", prompt_id: "p" });
  await fire(env, "PreCompact", { trigger: "auto" });
  await fire(env, "SessionEnd", { reason: "other" });
  const text = JSON.stringify(lastSave(env));
  assertEquals([text.includes("alarm"), text.includes("ring")], [false, false]);
  const notes = env.read(`.claude-mpm/state/agents/${AGENT}.notes.json`);
  assertEquals(notes.includes("alarm"), false);
});
