import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { formatText, putHome } from "../../../tests/helpers/stores.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import type { AgentEvent } from "../events.ts";
import { conversationOf } from "../facts.ts";
import { reader } from "./read.ts";
import { store } from "./store.ts";
import { todoChanges } from "./todo_sql.ts";

const ID = "17f7f012-cd3a-4caa-b793-72ab31c2f410";

function putSession(env: TestEnv, text: string): string {
  const folder = `.copilot/session-state/${ID}`;
  const facts = `id: ${ID}
cwd: /home/dev/project
`;
  putHome(env, `${folder}/workspace.yaml`, facts);
  putHome(env, `${folder}/events.jsonl`, text);
  return join(env.home, folder, "events.jsonl");
}

async function eventsOf(env: TestEnv, text: string): Promise<AgentEvent[]> {
  const path = putSession(env, text);
  const open = await reader.open(env.system(), { id: ID, path });
  return [...open.events];
}

Deno.test("a session reports its work", async () => {
  using env = new TestEnv();
  const events = await eventsOf(env, formatText("copilot/work.jsonl"));
  const facts = conversationOf(events);
  assertEquals(facts.prompts.map(({ text }) => text), [
    "Make the greeting polite.",
    "Now add a note.",
  ]);
  assertEquals(facts.todos.map(({ text, state }) => [text, state]), [
    ["Change the greeting", "done"],
    ["Add a note", "doing"],
  ]);
  assertEquals(facts.commands.map(({ exit, output }) => [exit, output]), [
    [0, "const greeting = 'hello';\nconsole.log(greeting);\n?? .github/"],
    [3, "broken"],
  ]);
  assertEquals(facts.files.map(({ how }) => how), [
    "read",
    "edited",
    "created",
  ]);
  const edit = events.find(({ what }) => what.type === "file_edit");
  const hunks = edit?.what.type === "file_edit"
    ? edit.what.edits[0]?.hunks
    : undefined;
  assertEquals(hunks?.[0]?.lines.slice(0, 2), [
    "-const greeting = 'hello';",
    "+const greeting = 'good morning';",
  ]);
});

Deno.test("a compaction counts once it was applied", async () => {
  using env = new TestEnv();
  const whole = formatText("copilot/compact.jsonl");
  const count = (events: readonly AgentEvent[]) =>
    events.filter(({ what }) => what.type === "compaction").length;
  assertEquals(count(await eventsOf(env, whole)), 1);
  const cancelled = whole.replaceAll(
    '"success":true,"outcome":"applied"',
    '"success":false,"outcome":"cancelled"',
  );
  assertEquals(count(await eventsOf(env, cancelled)), 0);
  const path = putSession(env, whole);
  const gauge = await store.gauge(env.system(), { id: ID, path });
  assertEquals([gauge?.tokens, gauge?.window], [20_000, 100_000]);
});

Deno.test("a sub-agent's lines are its own", async () => {
  using env = new TestEnv();
  const events = await eventsOf(env, formatText("copilot/agent.jsonl"));
  assertEquals(
    new Set(events.map(({ agent }) => agent?.name)),
    new Set([undefined, "general-purpose"]),
  );
  const facts = conversationOf(events);
  assertEquals(facts.prompts.map(({ text }) => text), [
    "Let a helper look at the readme.",
  ]);
  assertEquals(facts.reports[0]?.text, "The title is: A project.");
});

Deno.test("a rewind withdraws prompts, and broken lines are counted", async () => {
  using env = new TestEnv();
  const line = (type: string, data: unknown, id: string) =>
    `${
      JSON.stringify({
        ...{ type, data, id },
        timestamp: "2026-11-22T20:00:00.000Z",
        parentId: null,
      })
    }\n`;
  const path = putSession(
    env,
    line("user.message", { content: "Keep" }, "a1") +
      line("user.message", { content: "Gone" }, "b2") +
      line("session.snapshot_rewind", { upToEventId: "b2" }, "c3") +
      line("user.message", { content: "Own", source: "skill-x" }, "d4") +
      line("session.error", { message: "overloaded" }, "e5") +
      line("tool.execution_start", { toolCallId: "t" }, "f6") +
      line("tool.execution_complete", { toolCallId: "t" }, "g7") +
      'null\n{"type":"user.message","da',
  );
  const open = await reader.open(env.system(), { id: ID, path });
  const events = [...open.events];
  assertEquals(events.map(({ what, dead }) => [what.type, dead]), [
    ["prompt", false],
    ["prompt", true],
    ["rewind", false],
    ["error", false],
    ["tool_call", false],
  ]);
  assertEquals(open.lost.torn, 2);
});

Deno.test("sessions are found by their folder and by their id", async () => {
  using env = new TestEnv();
  const path = putSession(env, formatText("copilot/work.jsonl"));
  const system = env.system();
  const found = await store.sessionsIn(system, "/home/dev/project");
  assertEquals(found.map((one) => [one.id, one.path]), [[ID, path]]);
  assertEquals(await store.sessionsIn(system, "/home"), []);
  const cwd = "/elsewhere";
  assertEquals(await store.find(system, { sessionId: ID, cwd }), path);
  assertEquals(
    await store.find(system, { sessionId: "../../x", cwd }),
    undefined,
  );
});

Deno.test("todos are read from plain SQL, and nothing else", () => {
  assertEquals(
    todoChanges(
      "UPDATE todos SET status = 'done' WHERE id = 'a';" +
        "insert into todos (id, title) values ('b', 'It''s one');" +
        "DELETE FROM todos WHERE id IN ('c', 'd') ; SELECT * FROM todos;" +
        "INSERT INTO other (id) VALUES ('x'); UPDATE todos SET status='done'",
    ),
    [
      { id: "a", title: undefined, status: "done" },
      { id: "b", title: "It's one", status: "pending" },
      { id: "c", status: "deleted" },
      { id: "d", status: "deleted" },
    ],
  );
  assertEquals(todoChanges("'((("), []);
});
