import { assertEquals, assertThrows } from "@std/assert";
import { MpmError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { conversationOf } from "../facts.ts";
import { openSession } from "./reader.ts";
import { readGauge } from "./store.ts";

const FIXTURES = new URL("../../../tests/formats/opencode/", import.meta.url);

function textOf(name: string): string {
  return Deno.readTextFileSync(new URL(name, FIXTURES));
}

/** A machine with one file. */
function holding(text: string): System {
  const bytes = new TextEncoder().encode(text);
  const files = {
    stat: () => ({ kind: "file", size: bytes.length, mtime: 7 }),
    readPart: (_: string, start: number, length: number) =>
      bytes.slice(start, start + length),
    readUpTo: () => bytes,
  };
  return { files } as unknown as System;
}

function open(text: string) {
  const { events, lost } = openSession(holding(text), "/file");
  return { events: [...events], lost };
}

function namesOf(text: string): string[] {
  return open(text).events.map(({ what, agent, dead }) =>
    [dead ? "dead" : "", agent?.name ?? "", what.type].filter((one) => one)
      .join(" ")
  );
}

Deno.test("opencode: the facts of a transcript that the plugin wrote", () => {
  const { events, lost } = open(textOf("work.jsonl"));
  assertEquals(lost, { torn: 0, long: 0, bytes: 0, failed: 0 });
  const facts = conversationOf(events);
  assertEquals(facts.prompts.map(({ text }) => text), [
    "Make the greeting polite.",
    "Now add a note.",
  ]);
  assertEquals(facts.lastMessage?.text, "The note is there.");
  assertEquals(
    facts.todos.map(({ text, state }) => [text, state]),
    [["Change the greeting", "doing"]],
  );
  assertEquals(
    facts.commands.map(({ command, exit }) => [command, exit]),
    [["echo made > made.txt", 0], ["echo broken >&2; exit 3", 3]],
  );
  assertEquals(facts.files.map(({ path, how }) => [path, how]), [
    ["/home/dev/project/made.txt", "edited"],
    ["/home/dev/project/src/app.js", "edited"],
  ]);
  const edit =
    events.find(({ what }) =>
      what.type === "file_edit" && what.tool === "edit"
    )!.what;
  assertEquals(edit.type === "file_edit" && edit.edits[0]!.hunks![0]!.lines, [
    "-const greeting = 'hello';",
    "+const greeting = 'good morning';",
  ]);
  const failed =
    events.find(({ what }) =>
      what.type === "tool_call" && what.tool === "read"
    )!.what;
  assertEquals(failed.type === "tool_call" && failed.result?.isError, true);
  assertEquals(
    events.filter(({ what }) => what.type === "usage").map(({ what }) => what),
    Array(7).fill({ type: "usage", context: 12_000, output: 40 }),
  );
  assertEquals(events[0]!.cwd, "/home/dev/project");
});

Deno.test("opencode: a sub-agent's work is kept separately, and its report is read", () => {
  const text = textOf("agent.jsonl");
  const { events } = open(text);
  const inside = events.filter(({ agent }) => agent?.name === "general");
  assertEquals(
    inside.map(({ what }) => what.type),
    ["tool_call", "usage", "answer", "usage"],
  );
  const { reports, prompts, lastMessage } = conversationOf(events);
  assertEquals(
    reports.map(({ type, task, text }) => [type, task, text]),
    [["general", "Help", "The title is: A project."]],
  );
  assertEquals(prompts.length, 1);
  assertEquals(lastMessage?.text, "The helper says: A project.");
  assertEquals(readGauge(holding(text), "/file")?.tokens, 1000);
});

Deno.test("opencode: a compaction is read with its summary", () => {
  const text = textOf("compact.jsonl");
  const { events } = open(text);
  const compactions = events.map(({ what }) => what)
    .filter((what) => what.type === "compaction");
  assertEquals(compactions.map(({ before }) => before), [96_000, 97_000]);
  assertEquals(conversationOf(events).prompts.map(({ text }) => text), [
    "Remember the plan: first parse, then print.",
    "Go on.",
    "And finish.",
  ]);
  const lines = text.trimEnd().split("\n");
  const last = lines.findLastIndex((line) => line.includes('"summary":true,'));
  const step = lines.findIndex((line, at) =>
    at > last && line.includes("step-finish")
  );
  const gauge = (end: number) =>
    readGauge(holding(`${lines.slice(0, end).join("\n")}\n`), "/file");
  assertEquals(gauge(lines.length)?.tokens, 20_000);
  assertEquals(gauge(lines.length)?.window, 100_000);
  assertEquals(gauge(step), {
    ...gauge(step)!,
    tokens: undefined,
    model: "mock",
  });
  assertEquals(gauge(step)?.compaction?.startsWith("msg_"), true);
});

Deno.test("opencode: an export of the client is read like a transcript", () => {
  const kinds = namesOf(textOf("agent.export.json"));
  const plugin = namesOf(textOf("agent.jsonl"))
    .filter((name) => !name.startsWith("general"));
  assertEquals(kinds, plugin);
});

/** The lines of message parts. */
function lines(...values: unknown[]): string {
  return values.map((value, at) =>
    JSON.stringify({ time: 1_795_000_000_000 + at, ...value as object })
  ).join("\n") + "\n";
}

function said(id: string, role: string, text: string): unknown[] {
  const time = { created: 1_795_000_000_000, end: 1_795_000_000_001 };
  const message = { id, role, sessionID: "s", modelID: "m", time };
  const part = { type: "text", text, id: `p${id}`, messageID: id, time };
  return [{ type: "message", info: message }, { type: "part", part }];
}

Deno.test("opencode: withdrawn prompts are marked, and come back", () => {
  const talk = [
    ...said("a", "user", "One"),
    ...said("b", "user", "Two"),
    ...said("c", "assistant", "Done"),
  ];
  const revert = (messageID: string | null) => ({ type: "revert", messageID });
  assertEquals(
    namesOf(lines(...talk, revert("b"))),
    [
      "prompt",
      "dead prompt",
      "model",
      "dead answer",
      "rewind",
    ].map((name) => name === "model" ? "dead model" : name),
  );
  assertEquals(
    namesOf(lines(...talk, revert("b"), revert(null))),
    ["prompt", "prompt", "model", "answer"],
  );
  const removed = { type: "removed", messageID: "c" };
  assertEquals(
    namesOf(lines(...talk, removed)),
    ["prompt", "prompt", "dead model", "dead answer"],
  );
});

Deno.test("opencode: damaged, foreign and hostile lines are left out", () => {
  const tool = (state: unknown, name = "bash") => ({
    type: "part",
    part: { type: "tool", tool: name, callID: "c", state },
  });
  const text = '{"time":1,"type":"part","part":{"type":"te\n' + lines(
    ...said("a", "user", '"Say \\"hello\\" twice"\n'),
    { type: "part", part: null },
    { type: "message" },
    { type: "session", info: [] },
    { type: "later", info: {} },
    tool(null),
    tool({ status: "completed", input: 7, metadata: { exit: "x" } }, "edit"),
    tool({ status: "completed", input: { todos: [null, {}] } }, "todowrite"),
    tool({ status: "completed", input: { questions: {} } }, "question"),
    { type: "part", part: { type: "step-finish", tokens: { input: -1 } } },
    { type: "part", part: { type: "patch", files: [1, "relative"] } },
  ) + '{"time":1795000000000,"type":"pa';
  const { events, lost } = open(text);
  assertEquals(lost.torn, 2);
  assertEquals(
    events.map(({ what }) => what.type),
    ["prompt", "tool_call", "file_edit", "tool_call"],
  );
  const { what } = events[0]!;
  assertEquals(what.type === "prompt" && what.text, 'Say "hello" twice');
  for (const other of ['{"info":{}}', "text\n", '{"type":"user"}\n']) {
    assertThrows(() => openSession(holding(other), "/f"), MpmError, "/f");
  }
});
