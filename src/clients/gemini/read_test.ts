import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { formatText, putHome } from "../../../tests/helpers/stores.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import type { AgentEvent, EventKind } from "../events.ts";
import { conversationOf } from "../facts.ts";
import { reader } from "./read.ts";
import { store } from "./store.ts";

const ID = "f2ef161d-4a04-4f7f-92d5-a88879912974";
const NAME = "session-2026-11-22T20-32-f2ef161d.jsonl";

/** A home with the chat of a project in `/home/dev/project`. */
function putChat(env: TestEnv, text: string, name = NAME): string {
  const place = ".gemini/tmp/project";
  putHome(env, `${place}/.project_root`, "/home/dev/project");
  putHome(env, `${place}/chats/${name}`, text);
  const projects = { "/home/dev/project": "project" };
  putHome(env, ".gemini/projects.json", JSON.stringify({ projects }));
  return join(env.home, place, "chats", name);
}

async function eventsOf(env: TestEnv, text: string): Promise<AgentEvent[]> {
  const path = putChat(env, text);
  const open = await reader.open(env.system(), { id: undefined, path });
  return [...open.events];
}

function texts(events: readonly AgentEvent[], type: EventKind["type"]) {
  return events.flatMap(({ what }) =>
    what.type === type && "text" in what ? [what.text] : []
  );
}

function lines(...values: unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}

const user = (id: string, text: string) => ({
  ...{ id, timestamp: "2026-11-22T20:00:00.000Z", type: "user" },
  content: [{ text }],
});

Deno.test("a resumed chat is read once, with its diffs", async () => {
  using env = new TestEnv();
  const events = await eventsOf(env, formatText("gemini/work.jsonl"));
  assertEquals(texts(events, "prompt"), [
    "Make the greeting polite.",
    "Now add a note.",
  ]);
  const facts = conversationOf(events);
  assertEquals(facts.todos.map(({ text, state }) => [text, state]), [
    ["Change the greeting", "done"],
    ["Add a note", "doing"],
  ]);
  assertEquals(facts.commands.map(({ exit, output }) => [exit, output]), [
    [0, "const greeting = 'hello';\nconsole.log(greeting);"],
    [3, "broken"],
  ]);
  assertEquals(
    facts.files.map(({ path, how }) => [path, how]),
    [
      ["/home/dev/project/src/app.js", "read"],
      ["/home/dev/project/src/app.js", "edited"],
      ["/home/dev/project/NOTES.md", "created"],
    ],
  );
  assertEquals(facts.lastMessage?.text, "The note is there.");
});

Deno.test("a compaction is recognized by its messages, and a resume is not one", async () => {
  using env = new TestEnv();
  const whole = formatText("gemini/compact.jsonl");
  const events = await eventsOf(env, whole);
  assertEquals(texts(events, "prompt").length, 3);
  const compactions = events.filter(({ what }) => what.type === "compaction");
  assertEquals(compactions.length, 1);
  const gauge = (text: string) => {
    const path = putChat(env, text);
    return store.gauge(env.system(), { id: undefined, path });
  };
  const reading = await gauge(whole);
  assertEquals([reading?.tokens, reading?.window], [20_000, 1_048_576]);
  // The process ended right after the compaction.
  const cut = whole.split("\n").slice(0, 23).join("\n");
  assertEquals((await gauge(`${cut}\n`))?.tokens, undefined);
  assertEquals((await gauge(`${cut}\n`))?.compaction !== undefined, true);
});

Deno.test("a rewind withdraws prompts, and broken values are left out", async () => {
  using env = new TestEnv();
  const events = await eventsOf(
    env,
    lines(
      { sessionId: ID, projectHash: "x", kind: "main" },
      user("a", "Keep"),
      user("b", "Withdrawn"),
      { $rewindTo: "b" },
      user("c", "Instead"),
      { $set: { messages: "none" } },
      { id: "d", type: "gemini", toolCalls: [{ id: 7 }, null, "x"] },
    ) + '{"id":"torn',
  );
  const prompts = events.filter(({ what }) => what.type === "prompt");
  assertEquals(prompts.map(({ dead }) => dead), [false, true, false]);
  const rewinds = events.filter(({ what }) => what.type === "rewind");
  assertEquals(rewinds.map(({ what }) => what), [
    { type: "rewind", prompts: 1 },
  ]);
});

Deno.test("a sub-agent's chat is shown with its name", async () => {
  using env = new TestEnv();
  const main = formatText("gemini/agent-main.jsonl");
  const path = putChat(env, main, "session-2026-11-22T20-36-0764ecbe.jsonl");
  const child = "0764ecbe-398e-4756-91e3-4dab154b02cc/" +
    "5df0b9f2-8662-49ac-85b8-829d8ab49c0f.jsonl";
  const text = formatText("gemini/agent-child.jsonl");
  putHome(env, `.gemini/tmp/project/chats/${child}`, text);
  const open = await reader.open(env.system(), { id: undefined, path });
  const names = [...open.events].map(({ agent }) => agent?.name);
  assertEquals(new Set(names), new Set([undefined, "generalist"]));
});

Deno.test("chats are found by their folder and by their id", async () => {
  using env = new TestEnv();
  const path = putChat(env, formatText("gemini/work.jsonl"));
  const system = env.system();
  const found = await store.sessionsIn(system, "/home/dev/project");
  assertEquals(found.map((one) => [one.id, one.path]), [[ID, path]]);
  assertEquals(await store.sessionsIn(system, "/home/dev"), []);
  const session = { sessionId: ID, cwd: "/elsewhere" };
  assertEquals(await store.find(system, session), path);
  const other = { sessionId: `${ID.slice(0, 8)}-x`, cwd: "/home/dev/project" };
  assertEquals(await store.find(system, other), undefined);
});

Deno.test("a prompt after text added by hooks is read", async () => {
  using env = new TestEnv();
  const events = await eventsOf(
    env,
    lines(
      user("m1", "<session_context>\n<b>\n</session_context>"),
      user("m2", "<hook_context>&lt;x&gt;\n</hook_context>\n\nAdd a test."),
      user("m3", "<hook_context>is torn"),
    ),
  );
  assertEquals(texts(events, "prompt"), ["Add a test."]);
});
