import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Save } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, fire, NOON, transcriptOf } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  answer,
  lastSave,
  prompt,
  putTalk,
  todoList,
} from "../helpers/small_talk.ts";

const minutes = (minute: number) => ({
  now: () => new Date(NOON.getTime() + 60_000 * minute),
});

function doneIn({ mpm }: Save): string[] {
  return mpm!.handoff!.items.filter(({ kind }) => kind === "done")
    .map(({ text }) => text).sort();
}

async function endOf(env: TestEnv, minute: number): Promise<Save> {
  await fire(env, "UserPromptSubmit", { prompt: "Go on" }, minutes(minute));
  await fire(env, "SessionEnd", { reason: "other" }, minutes(minute + 1));
  return lastSave(env);
}

function project(): TestEnv {
  const env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  putTalk(env, [...prompt("Add refunds"), ...answer("I will.")]);
  return env;
}

Deno.test("the save at the end keeps finished work of pauses", async () => {
  using env = project();
  const input = {
    accomplishments: ["Wired the endpoint"],
    todos: [{ content: "Brush the lion", status: "completed" }],
  };
  const pause = ["pause", "--no-commit", "--agent-session", AGENT];
  await mpmJson(env, [...pause, "--input", "-"], {
    ...minutes(1),
    stdin: JSON.stringify(input),
  });
  const known = ["Brush the lion", "Wired the endpoint"];
  assertEquals(doneIn(await endOf(env, 5)), known);
  // A later end of the same session keeps it, too, each only once.
  assertEquals(doneIn(await endOf(env, 10)), known);
  const { stdout } = await mpm(env, ["saves", "show", "0"]);
  assertStringIncludes(stdout, "Wired the endpoint");
});

Deno.test("the ten newest accomplishments are kept, also of a pause in a terminal", async () => {
  using env = project();
  await fire(env, "UserPromptSubmit", { prompt: "Add refunds" }, minutes(0));
  const done = Array.from({ length: 14 }, (_, at) => `Step ${at + 10}`);
  const flags = done.flatMap((text) => ["--accomplishment", text]);
  await mpmJson(env, ["pause", "--no-commit", ...flags], minutes(1));
  assertEquals(doneIn(await endOf(env, 5)), done.slice(-10));
});

Deno.test("the save at the end leaves out other agent sessions", async () => {
  using env = project();
  await fire(env, "UserPromptSubmit", { prompt: "Add refunds" }, minutes(0));
  await mpmJson(env, [
    ...["pause", "--no-commit", "--accomplishment", "Theirs"],
    ...["--agent-session", "2975e44b-0000-40a5-84bf-078e9df60643"],
  ], minutes(1));
  assertEquals(doneIn(await endOf(env, 5)), []);
});

Deno.test("finished work is still known after the next agent session", async () => {
  using env = project();
  const ends = async (agent: string, minute: number, todos: string[]) => {
    putTalk(env, [
      ...prompt("Add refunds"),
      ...todoList(Object.fromEntries(todos.map((text) => [text, "completed"]))),
    ], { agent, from: minutes(minute).now().toISOString() });
    const event = {
      ...{ session_id: agent, prompt: "Go on", reason: "other" },
      transcript_path: transcriptOf(env).replace(AGENT, agent),
    };
    await fire(env, "UserPromptSubmit", event, minutes(minute + 4));
    await fire(env, "SessionEnd", event, minutes(minute + 5));
    return doneIn(lastSave(env));
  };
  const agents = [1, 2, 3, 4].map((at) => `2975e44b-000${at}-40a5-84bf-0`)
    .map((start) => start.padEnd(36, "0"));
  assertEquals(await ends(agents[0]!, 0, ["Refund endpoint"]), [
    "Refund endpoint",
  ]);
  const both = ["Refund endpoint", "Webhook"];
  assertEquals(await ends(agents[1]!, 10, ["Webhook"]), both);
  assertEquals(await ends(agents[2]!, 20, []), both);
  // A day later, it is history.
  assertEquals(await ends(agents[3]!, 30 * 60, ["Docs"]), ["Docs"]);
});

Deno.test("a pause by hand repeats what the agent session before did", async () => {
  using env = project();
  const others = "2975e44b-0001-40a5-84bf-000000000000";
  const later = "2975e44b-0002-40a5-84bf-000000000000";
  const ends = async (agent: string, from: number, end: number) => {
    const todos = todoList({ [`Step of ${agent}`]: "completed" });
    const started = minutes(from).now().toISOString();
    putTalk(env, [...prompt("Add refunds"), ...todos], {
      agent,
      from: started,
    });
    const event = {
      ...{ session_id: agent, prompt: "Go on", reason: "other" },
      transcript_path: transcriptOf(env).replace(AGENT, agent),
    };
    await fire(env, "UserPromptSubmit", event, minutes(end - 1));
    await fire(env, "SessionEnd", event, minutes(end));
  };
  const pause = async (minute: number, ...args: string[]) => {
    await mpmJson(env, ["pause", "--no-commit", ...args], minutes(minute));
    return doneIn(lastSave(env));
  };
  await ends(others, 0, 5);
  const step = `Step of ${others}`;
  assertEquals(await pause(10), [step]);
  // A conversation that began after it is of the same work.
  putTalk(env, [
    ...prompt("Add the webhook"),
    ...todoList({ Webhook: "completed" }),
  ], { agent: later, from: minutes(20).now().toISOString() });
  const both = [step, "Webhook"];
  const own = ["--agent-session", later];
  assertEquals(await pause(30, ...own), both);
  // Each is there once, and another conversation beside it is not.
  assertEquals(await pause(31, ...own), both);
  await ends(others, 25, 40);
  assertEquals(await pause(45, ...own), ["Webhook"]);
  // Another session, and the day after.
  assertEquals(await pause(50), ["Webhook"]);
  await mpm(env, ["start", "Docs"], minutes(55));
  assertEquals(await pause(60), []);
  await mpm(env, ["complete"], minutes(61));
  assertEquals(await pause(2 * 24 * 60), []);
});
