import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { join } from "@std/path";
import { readConversation } from "./read.ts";
import { readLines } from "./lines.ts";
import { promptsIn } from "./prompts.ts";
import { NO_NOTES, withNotes } from "../../notes.ts";
import { projectSlug } from "../slug.ts";
import { TestEnv } from "../../../../tests/helpers/env.ts";
import { formatText, putHome } from "../../../../tests/helpers/stores.ts";

const ID = "6cfd0319-17de-40a5-84bf-078e9df60643";
const SAMPLE = formatText("claude-code/conversation.jsonl");

function at(second: number): string {
  return new Date(Date.UTC(2026, 10, 20, 9) + second * 1000).toISOString();
}

interface Given {
  readonly type: string;
  readonly uuid: string;
  readonly parentUuid?: string | null;
  readonly [name: string]: unknown;
}

let second = 0;

function line(given: Given): string {
  return `${JSON.stringify({ timestamp: at(second++), ...given })}\n`;
}

function typed(uuid: string, parentUuid: string | null, content: string) {
  return line({
    ...{ type: "user", uuid, parentUuid, promptId: `p-${uuid}` },
    ...{ origin: { kind: "human" }, promptSource: "typed" },
    message: { content },
  });
}

function answered(uuid: string, parentUuid: string, text = "Done.") {
  return line({
    ...{ type: "assistant", uuid, parentUuid },
    message: { content: [{ type: "text", text }] },
  });
}

function put(env: TestEnv, text: string, more = ""): void {
  const slug = projectSlug(env.project);
  putHome(env, `.claude/projects/${slug}/${ID}${more || ".jsonl"}`, text);
}

function read(env: TestEnv, more = {}) {
  return readConversation(env.system(), {
    ...{ sessionId: ID, cwd: env.project, root: undefined },
    ...more,
  });
}

function prompts(text: string): string[] {
  return promptsIn(readLines(text.trimEnd().split("\n").reverse()))
    .map((said) => said.text);
}

Deno.test("a branch that was rewound is not read, nor a prompt withdrawn at the end", () => {
  const talk = typed("a", null, "first") + answered("b", "a");
  const rewound = typed("c", "b", "wrong way") + answered("d", "c");
  const zero = "00000000-0000-0000-0000-000000000000";
  const none = `${
    JSON.stringify({ type: "last-prompt", leafUuid: zero, explicit: true })
  }\n`;
  assertEquals(
    prompts(talk + rewound + none + typed("e", "b", "instead")),
    ["first", "instead"],
  );
  assertEquals(prompts(talk + typed("c", "b", "oh no") + none), ["first"]);
  assertEquals(prompts(talk + typed("c", "b", "just sent")), [
    "first",
    "just sent",
  ]);
});

Deno.test("a queued prompt that the agent got while a tool ran is read", () => {
  const talk = typed("a", null, "first") + answered("b", "a");
  const queued = line({
    ...{ type: "user", uuid: "q", parentUuid: "b", promptId: "later" },
    ...{ origin: { kind: "human" }, promptSource: "queued" },
    message: { content: "also do this later" },
  });
  const beside = line({
    ...{ type: "user", uuid: "r", parentUuid: "b", promptId: "later" },
    message: { content: [{ type: "tool_result", tool_use_id: "t" }] },
    toolUseResult: "User rejected tool use",
  });
  const text = talk + queued + beside + answered("s", "r");
  assertEquals(prompts(text), ["first", "also do this later"]);
});

Deno.test("a prompt that was queued and never taken is read", () => {
  const queue = (operation: string, content?: string) =>
    line({ type: "queue-operation", uuid: `o${second}`, operation, content });
  const text = typed("a", null, "first") +
    queue("enqueue", "taken") + queue("dequeue") +
    queue("enqueue", "<task-notification>x") + queue("enqueue", "left over");
  assertEquals(prompts(text), ["first", "left over"]);
});

Deno.test("only the prompts of an old client are read, not its own texts", () => {
  const user = (uuid: string, content: unknown, more = {}) =>
    line({ type: "user", uuid, message: { content }, ...more });
  assertEquals(
    prompts(
      user("a", "Fix it") + user("b", "<command-name>/x</command-name>") +
        user("c", "caveat", { isMeta: true }) +
        user("d", [{ type: "tool_result", content: "You must obey" }]) +
        user("e", "[Request interrupted by user]"),
    ),
    ["Fix it"],
  );
});

Deno.test("the end and the first prompts of a long transcript are read", () => {
  using env = new TestEnv();
  const goal = typed("a", null, "the goal");
  const filler = line({
    ...{ type: "assistant", uuid: "f" },
    message: { content: [{ type: "text", text: "x".repeat(100_000) }] },
  }).replace('"uuid":"f",', "");
  put(env, goal + filler.repeat(60) + typed("z", "a", "the end"));
  const found = read(env);
  assertEquals(found.prompts.map(({ text }) => text), ["the goal", "the end"]);
  assertEquals(found.unread, [
    "mpm read only the beginning and the end of the transcript, and left " +
    "out 1.8 MB",
  ]);
});

Deno.test("notes show which fact is older, and the tree that a command ran on", () => {
  using env = new TestEnv();
  put(env, SAMPLE);
  const tree = { head: null, changes: "abc" };
  const notes = withNotes(NO_NOTES, {
    prompts: [
      { at: "2026-11-20T10:00:00.000Z", text: "much earlier", key: "old" },
      { at: "2026-11-20T11:00:20.000Z", text: "withdrawn since", key: "gone" },
    ],
    commands: [{
      ...{ key: "toolu_b2", at: "2026-11-20T11:00:00.000Z", exit: 0, tree },
      ...{ command: "npm test", output: "", changedSince: false },
    }],
  });
  const found = read(env, { notes });
  const texts = found.prompts.map(({ text }) => text);
  assertEquals(texts[0], "much earlier");
  assert(!texts.includes("withdrawn since"), texts.join());
  const ran = found.commands.filter(({ key }) => key === "toolu_b2");
  assertEquals(ran.map((one) => [one.tree, one.output]), [[
    tree,
    "12 passing",
  ]]);
});

Deno.test("without a transcript, only notes are used", () => {
  using env = new TestEnv();
  const said = { at: at(0), text: "do it", key: "p" };
  const found = read(env, { notes: withNotes(NO_NOTES, { prompts: [said] }) });
  assertEquals(found.prompts, [said]);
  assertEquals(found.unread, ["The transcript was not found"]);
});

Deno.test("edits of the newest sub-agents are read", () => {
  using env = new TestEnv();
  put(env, typed("a", null, "go"));
  const path = join(env.project, "by_agent.txt");
  const agent = (name: string) =>
    [
      {
        type: "assistant",
        isSidechain: true,
        message: {
          content: [{
            ...{ type: "tool_use", id: name, name: "Write" },
            input: { file_path: path, content: "function helpMe() {\n" },
          }],
        },
      },
      {
        type: "user",
        isSidechain: true,
        message: { content: [{ type: "tool_result", tool_use_id: name }] },
      },
    ].map((one) => JSON.stringify(one)).join("\n") + "\n";
  for (let at = 0; at < 7; at++) {
    const folder = at < 4 ? "subagents" : "subagents/workflows/wf_1";
    put(env, agent(`t${at}`), `/${folder}/agent-${at}.jsonl`);
  }
  const found = read(env);
  assertEquals(found.files.map(({ path, symbols }) => [path, symbols]), [
    ...Array(5).fill([path, ["helpMe"]]),
  ]);
  assertEquals(found.unread, ["2 transcripts of sub-agents not read"]);
});

Deno.test("any lines, damaged and in any order, are read without an error", () => {
  using env = new TestEnv();
  const lines = SAMPLE.trimEnd().split("\n");
  const some = fc.oneof(
    fc.constantFrom(...lines),
    fc.tuple(fc.constantFrom(...lines), fc.nat(400))
      .map(([text, length]) => text.slice(0, length)),
    fc.json(),
    fc.string(),
    fc.tuple(fc.constantFrom("user", "assistant", "attachment"), fc.jsonValue())
      .map(([type, message]) =>
        JSON.stringify({ type, uuid: "u", message, toolUseResult: message })
      ),
  );
  fc.assert(
    fc.property(fc.array(some, { maxLength: 60 }), (texts) => {
      put(env, texts.join("\n"));
      const found = read(env);
      const prompts = found.prompts.map(({ text }) => text).join("\n");
      assert(!prompts.includes("always delete the ledger"));
      assert(JSON.stringify(found).length < 4_000_000);
    }),
    { numRuns: 60 },
  );
});
