import { assertEquals, assertThrows } from "@std/assert";
import { dirname, join } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { conversationOf } from "../facts.ts";
import { openRollout } from "./reader.ts";
import { store } from "./store.ts";

const FIXTURES = new URL("../../../tests/formats/codex/", import.meta.url);
const DAY = "sessions/2026/11/22";
const NAMES = {
  "gpt55-work":
    "rollout-2026-11-22T20-36-05-01a204f9-2052-7a20-bbae-92ff9a8e4796.jsonl",
  "code-mode-work":
    "rollout-2026-11-22T20-36-07-01a204f9-2862-7a60-bd16-b0ac0e245fb0.jsonl",
  "agent-main":
    "rollout-2026-11-22T20-38-46-01a204fb-96ab-7603-a463-9b9540173277.jsonl",
  "agent-child":
    "rollout-2026-11-22T20-38-47-01a204fb-9848-7392-996f-108a3281998e.jsonl",
  "compact":
    "rollout-2026-11-22T20-51-35-01a20507-5279-7840-8a11-e95038e7ffdb.jsonl",
} as const;

type Name = keyof typeof NAMES;

function textOf(name: Name): string {
  return Deno.readTextFileSync(new URL(`${name}.jsonl`, FIXTURES));
}

/** Puts a rollout into Codex's folder, and returns its path. */
function put(env: TestEnv, name: Name, text = textOf(name)): string {
  const path = join(env.home, ".codex", DAY, NAMES[name]);
  Deno.mkdirSync(dirname(path), { recursive: true });
  Deno.writeTextFileSync(path, text);
  return path;
}

function eventsAt(env: TestEnv, path: string) {
  const { events, lost } = openRollout(env.system(), path);
  return { events: [...events], lost };
}

const line = (type: string, payload: unknown) =>
  JSON.stringify({ timestamp: "2026-11-22T20:00:00.000Z", type, payload });

for (const name of ["gpt55-work", "code-mode-work"] as const) {
  Deno.test(`Codex: the facts of the rollout ${name}`, () => {
    using env = TestEnv.repository();
    const { events, lost } = eventsAt(env, put(env, name));
    assertEquals(lost, { torn: 0, long: 0, bytes: 0, failed: 0 });
    const facts = conversationOf(events);
    assertEquals(facts.prompts.map(({ text }) => text), [
      "Make the greeting polite.",
      "Now add a note.",
    ]);
    assertEquals(facts.messages.map(({ text }) => text), [
      "The greeting is polite now.",
      "The note is there.",
    ]);
    assertEquals(
      facts.commands.map(({ command, exit }) => [command, exit]).at(-1),
      ["echo broken >&2; exit 3", 3],
    );
    const changed = facts.files.filter(({ how }) => how !== "read");
    assertEquals(changed.map(({ path, how }) => [path, how]), [
      ["/home/dev/project/src/app.js", "edited"],
      ["/home/dev/project/NOTES.md", "created"],
    ]);
    assertEquals(facts.background, []);
    const edit = events.find(({ what }) => what.type === "file_edit")?.what;
    assertEquals(edit?.type === "file_edit" && edit.edits[0]?.hunks, [{
      ...{ oldStart: 1, oldLines: 2, newStart: 1, newLines: 2 },
      lines: [
        "-const greeting = 'hello';",
        "+const greeting = 'good morning';",
        " console.log(greeting);",
      ],
    }]);
  });
}

Deno.test("Codex: a sub-agent's rollout and report are part of the parent's", () => {
  using env = TestEnv.repository();
  put(env, "agent-child");
  const { events } = eventsAt(env, put(env, "agent-main"));
  const facts = conversationOf(events);
  assertEquals(facts.prompts.map(({ text }) => text), [
    "Let a helper look at the readme.",
  ]);
  assertEquals(
    facts.reports.map(({ type, task, text }) => [type, task, text]),
    [
      [
        "helper",
        "Read README.md and tell its title.",
        "The title is: A project.",
      ],
    ],
  );
  assertEquals(
    events.filter(({ agent }) => agent).map(({ agent, what }) =>
      `${agent?.name} ${what.type}`
    ),
    ["helper model", "helper answer", "helper usage"],
  );
});

Deno.test("Codex: a compaction, its summary, and how full the context is", async () => {
  using env = TestEnv.repository();
  const path = put(env, "compact");
  const { events } = eventsAt(env, path);
  assertEquals(
    conversationOf(events).summaries.map(({ text }) => text),
    Array(2).fill("SUMMARY: plan is parse, then print."),
  );
  const system = env.system();
  const reading = await store.gauge(system, { id: undefined, path });
  assertEquals(
    [reading?.tokens, reading?.window, reading?.model],
    [20_050, 95_000, "gpt-5.5"],
  );
  const compacted = put(
    env,
    "gpt55-work",
    [
      textOf("gpt55-work").trimEnd(),
      line("compacted", { message: "short", window_id: "w2" }),
    ].join("\n"),
  );
  const after = await store.gauge(system, { id: undefined, path: compacted });
  assertEquals([after?.tokens, after?.compaction], [undefined, "w2"]);
});

Deno.test("Codex: older records, withdrawn turns, and lines of other tools", () => {
  using env = TestEnv.repository();
  const text = [
    line("session_meta", { id: "x", cwd: "/p" }),
    line("response_item", {
      ...{ type: "message", role: "user" },
      content: [{ type: "input_text", text: "<environment_context>x" }],
    }),
    line("response_item", {
      ...{ type: "message", role: "user" },
      content: [{ type: "input_text", text: "Written by a tool" }],
    }),
    line("response_item", {
      ...{ type: "message", role: "assistant" },
      content: [{ type: "output_text", text: "Said by a tool" }],
    }),
    line("event_msg", { type: "user_message", message: "Go" }),
    line("response_item", {
      ...{ type: "function_call", name: "update_plan", call_id: "c0" },
      arguments: '{"plan":[{"step":"One","status":"in_progress"}]}',
    }),
    line("event_msg", {
      ...{ type: "exec_command_end", call_id: "c1", exit_code: 1, cwd: "/p" },
      ...{ command: ["bash", "-lc", "npm test"], stdout: "no", stderr: "!" },
    }),
    line("event_msg", {
      ...{ type: "patch_apply_end", call_id: "c2", success: true },
      changes: { "a.ts": { add: { content: "one\n" } } },
    }),
    line("event_msg", { type: "agent_message", message: "Done" }),
    line("event_msg", { type: "user_message", message: "Wrong" }),
    line("event_msg", { type: "thread_rolled_back", num_turns: 1 }),
    line("event_msg", { type: "turn_aborted", reason: "interrupted" }),
    '{"torn',
  ].join("\n");
  const { events, lost } = eventsAt(env, put(env, "gpt55-work", text));
  assertEquals(lost.torn, 1);
  const facts = conversationOf(events);
  const textsOf = (all: readonly { text: string }[]) =>
    all.map(({ text }) => text);
  assertEquals(textsOf(facts.prompts), ["Written by a tool", "Go"]);
  assertEquals(textsOf(facts.messages), ["Said by a tool", "Done"]);
  assertEquals(textsOf(facts.todos), ["One"]);
  assertEquals(textsOf(facts.errors), ["The turn was stopped: interrupted"]);
  const [ran] = facts.commands;
  assertEquals([ran?.command, ran?.exit, ran?.output], ["npm test", 1, "no!"]);
  assertEquals(facts.files.map(({ path, how }) => [path, how]), [
    ["/p/a.ts", "created"],
  ]);
});

for (
  const [mode, prompt, state] of [
    ["default", "Implement the plan.", "approved"],
    ["default", "Never mind, fix the typo.", "rejected"],
    ["plan", "Use one table instead.", "open"],
    ["plan", undefined, "open"],
  ] as const
) {
  Deno.test(`Codex: a plan before "${prompt ?? "the end"}" is ${state}`, () => {
    using env = TestEnv.repository();
    const plan = {
      type: "Plan",
      id: "p-plan",
      text: "# Two tables\n\n1. Split",
    };
    const said = (text: string) => ({
      ...{ type: "UserMessage", id: text },
      content: [{ type: "text", text }],
    });
    const item = (item: unknown) =>
      line("event_msg", { type: "item_completed", item });
    const turn = (mode: string) =>
      line("turn_context", { cwd: "/p", collaboration_mode: { mode } });
    const text = [
      ...[line("session_meta", { id: "1", cwd: "/p" }), turn("plan")],
      ...[item(said("Plan it.")), item(plan)],
      ...prompt === undefined ? [] : [turn(mode), item(said(prompt))],
    ].join("\n");
    const path = put(env, "gpt55-work", `${text}\n`);
    const { events, lost } = eventsAt(env, path);
    assertEquals(lost.torn, 0);
    const { plans } = conversationOf(events);
    assertEquals(plans.map(({ key, state, text }) => [key, state, text]), [
      ["p-plan", state, plan.text],
    ]);
  });
}

Deno.test("Codex: sessions are found by id and by folder, without sub-agents", async () => {
  using env = TestEnv.repository();
  const system = env.system();
  const id = "01a204f9-2052-7a20-bbae-92ff9a8e4796";
  assertEquals(
    await store.find(system, { sessionId: id, cwd: "/" }),
    undefined,
  );
  assertEquals(await store.all(system), []);
  const path = put(env, "gpt55-work");
  put(env, "agent-child");
  put(env, "compact", "\0\0 not JSON");
  assertEquals(await store.find(system, { sessionId: id, cwd: "/" }), path);
  assertEquals(
    await store.find(system, { sessionId: "../../x", cwd: "/" }),
    undefined,
  );
  const found = await store.sessionsIn(system, "/home/dev/project");
  assertEquals(found.map((one) => one.id), [id]);
  assertThrows(
    () => openRollout(system, join(dirname(path), NAMES.compact)),
    MpmError,
    "is not a transcript",
  );
});
