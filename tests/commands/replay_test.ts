import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ReplayResult } from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { ROOT } from "../helpers/tree.ts";

const ID = "3f8a0000-0000-4000-8000-000000000001";

/** Writes a transcript to the folder that Claude Code uses for this project. */
function transcript(
  env: TestEnv,
  text: string,
  { id = ID, agents = {} }: {
    id?: string;
    agents?: Record<string, string>;
  } = {},
): string {
  const slug = env.project.replaceAll(/[^A-Za-z0-9]/g, "-");
  const folder = join(env.home, ".claude", "projects", slug);
  const put = (name: string, text: string) => {
    const path = join(folder, name);
    Deno.mkdirSync(join(path, ".."), { recursive: true });
    Deno.writeTextFileSync(path, text);
    return path;
  };
  for (const [name, text] of Object.entries(agents)) {
    put(join(id, "subagents", name), text);
  }
  return put(`${id}.jsonl`, text);
}

const work = () => Deno.readTextFileSync(`${ROOT}/tests/handoff/work.jsonl`);

const steps = async (env: TestEnv, ...args: string[]) =>
  (await mpmJson<ReplayResult>(env, ["replay", ...args])).steps;

/** The time of a line, in seconds after noon. */
const at = (seconds: number) =>
  new Date(Date.parse("2026-11-20T12:00:00Z") + seconds * 1000).toISOString();

/** A line of a transcript. */
function line(
  uuid: string,
  { parent, seconds, ...more }: {
    parent?: string;
    seconds: number;
    [name: string]: unknown;
  },
): string {
  return JSON.stringify({
    parentUuid: parent ?? null,
    uuid: uuid.padEnd(8, "0"),
    timestamp: at(seconds),
    ...more,
  });
}

function prompt(
  uuid: string,
  { text, ...more }: { text: string; seconds: number; parent?: string },
): string {
  return line(uuid, {
    ...more,
    type: "user",
    promptId: `prompt ${uuid}`,
    promptSource: "typed",
    origin: { kind: "human" },
    message: { role: "user", content: text },
  });
}

function answer(
  uuid: string,
  { content, ...more }: {
    content: unknown[];
    seconds: number;
    parent?: string;
  },
): string {
  return line(uuid, {
    ...more,
    type: "assistant",
    message: { id: uuid, role: "assistant", model: "claude-opus-5-5", content },
  });
}

function result(
  uuid: string,
  { call, text, kept, failed = false, ...more }: {
    call: string;
    text: string;
    seconds: number;
    parent?: string;
    kept?: unknown;
    failed?: boolean;
  },
): string {
  const block = {
    ...{ type: "tool_result", tool_use_id: call },
    ...{ content: text, is_error: failed },
  };
  return line(uuid, {
    ...more,
    type: "user",
    message: { role: "user", content: [block] },
    toolUseResult: kept,
  });
}

Deno.test("replay prints the steps of a session with edits, calls and results", async () => {
  using env = TestEnv.repository();
  transcript(env, work());
  const { status, stdout, stderr } = await mpm(env, ["replay"]);
  assertEquals([status, stderr], [0, ""]);
  for (
    const part of [
      "[2026-11-22T20:36:00.708Z] prompt: Make the greeting polite. (#1)\n",
      "todo: Change the greeting (completed) (#",
      "tool_call: Bash: cat src/app.js && git status --short (#8)\n" +
      '  Tool: Bash\n  Args: {"command":"cat src/app.js && git status --short",' +
      '"description":"Run a command"}\n  Result:\n    const greeting',
      "file_edit: Edit src/app.js (#12)\n  File: src/app.js (edited)\n" +
      "  Changes:\n    @@ -1,2 +1,2 @@\n    -const greeting = 'hello';\n" +
      "    +const greeting = 'good morning';\n",
      "  File: NOTES.md (created)\n",
      "  Result (failed):\n    Exit code 3\n    broken\n",
    ]
  ) assertStringIncludes(stdout, part);
  assertEquals(stdout.includes("usage:"), false);
});

Deno.test("replay shows the types, steps and times that are wanted", async () => {
  using env = TestEnv.repository();
  transcript(env, work());
  const all = await steps(env);
  const types = async (
    ...args: string[]
  ) => [...new Set((await steps(env, ...args)).map(({ type }) => type))];
  assertEquals(await types("--only", "prompt", "--only", "usage"), [
    "prompt",
    "usage",
  ]);
  assertEquals((await types("--skip-tool-calls")).includes("tool_call"), false);
  assertEquals(
    (await steps(env, "--from", "8", "--to", "12")).map(({ step }) => step),
    all.map(({ step }) => step).filter((step) => step >= 8 && step <= 12),
  );
  const late = await steps(env, "--from", "2026-11-22T20:36:02Z");
  assertEquals(late[0]!.description, "Now add a note.");
  assertEquals(await steps(env, "--agent", "Explore"), []);
  assertEquals(await steps(env, "--agent", "main"), all);
});

Deno.test("replay marks withdrawn steps, and keeps parallel ones", async () => {
  using env = TestEnv.repository();
  const call = (id: string) => ({
    ...{ type: "tool_use", id, name: "Bash" },
    input: { command: `echo ${id}` },
  });
  transcript(
    env,
    [
      prompt("a", { seconds: 0, text: "First" }),
      answer("b", {
        seconds: 1,
        parent: "a0000000",
        content: [{ type: "text", text: "Done" }],
      }),
      prompt("c", { seconds: 2, parent: "b0000000", text: "Withdrawn" }),
      answer("d", {
        seconds: 3,
        parent: "c0000000",
        content: [{ type: "text", text: "Never seen" }],
      }),
      prompt("e", { seconds: 4, parent: "b0000000", text: "Instead" }),
      answer("f", { seconds: 5, parent: "e0000000", content: [call("one")] }),
      answer("1", { seconds: 5, parent: "f0000000", content: [call("two")] }),
      // The results come in another order, and one is outside of the chain.
      result("2", { seconds: 7, parent: "10000000", call: "two", text: "two" }),
      result("3", { seconds: 6, parent: "f0000000", call: "one", text: "one" }),
      answer("4", {
        seconds: 8,
        parent: "20000000",
        content: [{ type: "text", text: "End" }],
      }),
    ].join("\n"),
  );
  const found = await steps(env);
  assertEquals(
    found.map(({ type, description, withdrawn, result }) => [
      ...[type, description],
      ...withdrawn ? ["withdrawn"] : [],
      ...result === null ? [] : [result],
    ]),
    [
      ["prompt", "First"],
      ["model", "claude-opus-5-5"],
      ["answer", "Done"],
      ["prompt", "Withdrawn", "withdrawn"],
      ["answer", "Never seen", "withdrawn"],
      ["rewind", "1 prompt withdrawn"],
      ["prompt", "Instead"],
      ["tool_call", "Bash: echo one", "one"],
      ["tool_call", "Bash: echo two", "two"],
      ["answer", "End"],
    ],
  );
  const { stdout } = await mpm(env, ["replay", "--only", "answer"]);
  assertStringIncludes(stdout, "answer: Never seen (#5, withdrawn)\n");
});

Deno.test("replay puts the steps of sub-agents where they happened", async () => {
  using env = TestEnv.repository();
  const agent = (seconds: number, text: string) =>
    line(String(seconds), {
      seconds,
      type: "assistant",
      isSidechain: true,
      message: { model: "m", content: [{ type: "text", text }] },
    });
  transcript(
    env,
    [
      prompt("a", { seconds: 0, text: "Look" }),
      answer("b", {
        seconds: 9,
        parent: "a0000000",
        content: [{ type: "text", text: "Seen" }],
      }),
    ].join("\n"),
    {
      agents: {
        "agent-x1.jsonl": [agent(3, "In the middle"), agent(11, "Late")]
          .join("\n"),
        "agent-x1.meta.json": '{"agentType":"Explore"}',
        "workflows/wf_1/agent-x2.jsonl": agent(5, "In a workflow"),
      },
    },
  );
  const found = await steps(env, "--only", "answer", "--only", "prompt");
  assertEquals(
    found.map(({ description, agent }) => [description, agent?.name ?? ""]),
    [
      ["Look", ""],
      ["In the middle", "Explore"],
      ["In a workflow", "x2"],
      ["Seen", ""],
      ["Late", "Explore"],
    ],
  );
  const only = await steps(env, "--agent", "Explore", "--only", "answer");
  assertEquals(only.map(({ description }) => description), [
    "In the middle",
    "Late",
  ]);
});

Deno.test("replay shows mpm operations and commits of that time", async () => {
  using env = TestEnv.repository();
  const cwd = env.project;
  const path = transcript(
    env,
    [
      JSON.stringify({
        ...JSON.parse(prompt("a", { seconds: 0, text: "A" })),
        cwd,
      }),
      prompt("b", { seconds: 600, parent: "a0000000", text: "B" }),
    ].join("\n"),
  );
  const end = Date.parse(at(600)) / 1000;
  Deno.utimeSync(path, end, end);
  const now = () => new Date(at(300));
  await mpmJson(env, ["pause", "Half way", "--agent-session", ID], { now });
  await mpmJson(env, ["start", "ledger"], { now });
  await mpmJson(env, ["pause", "Ledger", "--agent-session", ID], { now });
  await mpmJson(env, ["resume", "--no-changes"], { now });
  await mpmJson(env, ["checkpoint", "save", "safe"], { now });
  await mpmJson(env, ["branch", "fix", "Fix it"], { now });
  await mpmJson(env, ["pause", "Too late"], { now: () => new Date(at(900)) });
  const found = await steps(env, ID);
  assertEquals(
    found.map(({ type, description }) => `${type}: ${description}`)
      .filter((text) => !text.startsWith("commit")),
    [
      "prompt: A",
      "pause: pause as session-20261120-120500",
      "operation: start ledger",
      "pause: pause as session-20261120-120501",
      'resume: resume "ledger"',
      "checkpoint: save the checkpoint safe",
      'detour: start the detour "fix"',
      "prompt: B",
    ],
  );
});

Deno.test("replay finds a session by a save, an ID, a part of it, or a file", async () => {
  using env = TestEnv.repository();
  const path = transcript(env, work());
  await mpmJson(env, ["pause", "With it", "--agent-session", ID]);
  const of = async (...args: string[]) => {
    const { path, agent_session, session_id } = await mpmJson<ReplayResult>(
      env,
      ["replay", ...args, "--only", "plan"],
    );
    return [path.replace(env.root, "$ROOT"), agent_session, session_id];
  };
  const [file] = [path.replace(env.root, "$ROOT")];
  const [, , save] = await of();
  assertEquals(await of("latest"), [file, ID, save]);
  assertEquals(await of(ID), [file, ID, null]);
  assertEquals(await of("3F8A0000"), [file, ID, null]);
  assertEquals(await of(path), [file, ID, null]);
  for (
    const [args, status, error] of [
      [["nothing-like-it"], 3, 'No save matches "nothing-like-it"'],
      [["gone.jsonl"], 3, 'File "gone.jsonl" not found'],
      [["--from", "noon"], 2, 'Invalid --since "noon"'],
      [["--only", "joke"], 2, "joke"],
    ] as const
  ) {
    const done = await mpm(env, ["replay", ...args]);
    assertEquals(done.status, status, args.join(" "));
    assertStringIncludes(done.stderr, error);
  }
});

Deno.test("replay reads the readable parts of a damaged transcript, and reports the others", async () => {
  using env = TestEnv.repository();
  const long = JSON.stringify({ type: "user", text: "x".repeat(3_000_000) });
  const path = transcript(
    env,
    [
      "{torn",
      ...work().split("\n").slice(0, -2),
      long,
      "\0\xff",
      '{"type":"new"}',
    ]
      .join("\n"),
  );
  const { steps: found, warnings } = await mpmJson<ReplayResult>(env, [
    "replay",
  ]);
  assertEquals(found.length > 10, true);
  assertEquals(warnings, [
    "Not read: 2 damaged lines",
    "Not read: 1 line over 2 MB",
  ]);
  for (
    const [name, bytes] of [
      ["photo.jsonl", new Uint8Array(5000).map((_, at) => at % 256)],
      ["prose.jsonl", new TextEncoder().encode("Dear diary,\nnothing.\n")],
      ["numbers.jsonl", new TextEncoder().encode("1\n2\n")],
    ] as const
  ) {
    Deno.writeFileSync(join(env.project, name), bytes);
    const { status, stderr } = await mpm(env, ["replay", name]);
    assertEquals(status, 5, name);
    assertStringIncludes(stderr, "is not a transcript");
  }
  Deno.mkdirSync(join(env.project, "folder.jsonl"));
  const folder = await mpm(env, ["replay", "folder.jsonl"]);
  assertEquals(folder.status, 5);
  assertStringIncludes(folder.stderr, '"folder.jsonl" is not a regular file');
  assertEquals((await mpm(env, ["replay", "none.jsonl"])).status, 3);
  Deno.writeTextFileSync(path, "");
  const { stdout } = await mpm(env, ["replay"]);
  assertEquals(stdout, "The transcript has no steps.\n");
});

Deno.test("replay redacts secrets and escapes what a terminal would obey", async () => {
  using env = TestEnv.repository();
  const key = `sk-ant-api03-${"aB3dE5fG7h".repeat(9)}`;
  transcript(
    env,
    [
      prompt("a", { seconds: 0, text: `Use ${key}\n\x1b[2Jand clear` }),
      answer("b", {
        seconds: 1,
        parent: "a0000000",
        content: [{
          ...{ type: "tool_use", id: "one", name: "Bash" },
          input: { command: `curl -H "x-api-key: ${key}"` },
        }],
      }),
      result("c", {
        seconds: 2,
        parent: "b0000000",
        call: "one",
        text: `token: ${key}\x07`,
      }),
    ].join("\n"),
  );
  for (const args of [["replay", "--full"], ["replay", "--json"]]) {
    const { stdout } = await mpm(env, args);
    assertEquals([stdout.includes(key), stdout.includes("\x1b")], [
      false,
      false,
    ]);
    assertStringIncludes(stdout, "redacted");
  }
});

Deno.test("replay prints while it reads, and ends when nothing reads it", async () => {
  using env = TestEnv.repository();
  const lines = Array.from({ length: 200 }, (_, at) =>
    prompt(`p${at}`, {
      ...at > 0 && { parent: `p${at - 1}`.padEnd(8, "0") },
      seconds: at,
      text: `Prompt ${at}\n${"and more of it ".repeat(40)}`,
    }));
  transcript(env, lines.join("\n"));
  const { stdout } = await mpm(env, ["replay"]);
  let printed = "";
  /**
   * Runs it for a reader that stops after some parts; returns how many it got.
   */
  const parts = async (most: number) => {
    let count = 0;
    printed = "";
    const { status } = await mpm(env, ["replay"], {
      wrap: (system) => ({
        ...system,
        terminal: {
          ...system.terminal,
          out(text) {
            printed += text;
            return ++count < most;
          },
        },
      }),
    });
    assertEquals(status, 0);
    return count;
  };
  assert(await parts(1000) > 4);
  assertEquals(printed, stdout);
  // The rest is printed once more, without a reader.
  assert(await parts(2) <= 4);
  assertEquals(stdout.startsWith(printed), true);
});

/** A transcript of the same story from each client. */
const OF_CLIENTS = [
  ["claude-code/print-mode-tools-tasks.jsonl", "Bash"],
  ["codex/gpt55-work.jsonl", "Bash"],
  ["gemini/work.jsonl", "run_shell_command"],
  ["opencode/work.jsonl", "bash"],
  ["copilot/work.jsonl", "bash"],
] as const;

Deno.test("a transcript file is read by its own client's reader", async () => {
  using env = TestEnv.repository();
  for (const [name, tool] of OF_CLIENTS) {
    const url = new URL(`../formats/${name}`, import.meta.url);
    env.write("talk.jsonl", Deno.readTextFileSync(url));
    const { steps, warnings } = await mpmJson<{
      steps: { type: string; tool: string | null }[];
      warnings: string[];
    }>(env, ["replay", "./talk.jsonl"]);
    assertEquals(warnings, []);
    const types = new Set(steps.map(({ type }) => type));
    for (const type of ["prompt", "answer", "tool_call"]) {
      assert(types.has(type), `${name}: no ${type}`);
    }
    assert(steps.some((step) => step.tool === tool), `${name}: no ${tool}`);
  }
});
