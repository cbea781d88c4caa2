import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type {
  ContextInjectResult,
  ResumeReport,
  Save,
} from "../../schemas/types.ts";
import { TestEnv } from "../helpers/env.ts";
import { AGENT, fire } from "../helpers/hook_events.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import { ownSave, putSave } from "../helpers/stores.ts";

const AT = "2026-11-20T12:00:00.000Z";
const ID = "session-20261120-120000";
const LATER = () => new Date("2026-11-20T15:00:00Z");

type Handoff = NonNullable<NonNullable<Save["mpm"]>["handoff"]>;
type Item = Handoff["items"][number];

let count = 0;

function item(
  kind: Item["kind"],
  text: string,
  more: Partial<Item> = {},
): Item {
  return {
    id: (++count).toString(16).padStart(12, "0"),
    ...{ kind, text, state: "open", source: "agent", via: "pause", at: AT },
    save: ID,
    ...more,
  };
}

/** A save with a hand-off that, as far as mpm knows, someone else made. */
function handedOff(
  items: Item[],
  more: Partial<Handoff> = {},
  { session = ownSave(ID) } = {},
): Save {
  const handoff: Handoff = {
    schema: 1,
    ...{ items, files: [], runs: [], unread: [] },
    ...more,
  };
  return { ...session, mpm: { ...session.mpm!, handoff } };
}

async function given(env: TestEnv, ...args: string[]): Promise<string> {
  const line = ["resume", "--peek", "--format", "context", ...args];
  const { stdout, stderr, status } = await mpm(env, line, { now: LATER });
  assertEquals([status, stderr], [0, ""]);
  return stdout;
}

const RICH: Item[] = [
  item("goal", "Add refunds to the payments API", {
    source: "user",
    via: "prompt",
    at: "2026-11-20T09:00:00.000Z",
  }),
  item("constraint", "Never log card numbers.", {
    source: "user",
    via: "prompt",
  }),
  item("next", "Ledger webhook", { state: "doing", via: "todo" }),
  item("next", "Changelog entry", { via: "todo" }),
  item("next", "Retries with backoff", { why: "the ledger drops one in ten" }),
  item("next", "Long gone", { state: "dropped" }),
  item("decision", "bigint cents", { why: "floats lose money" }),
  item("decision", "floats", { state: "superseded" }),
  item("rejected", "a queue in Redis"),
  item("question", "Keep the original fee?"),
  item("blocker", "STAGING_DB is read-only until Monday"),
  item("plan", "1. The endpoint\n2. The webhook", { via: "plan" }),
  item("done", "Refund endpoint"),
  item("prompt", "Go on with the webhook.", { source: "user" }),
  item("message", "The webhook is begun.\n\nIt still lacks retries."),
  item("summary", "Endpoint done, webhook begun."),
  item("report", "Explore: three callers of charge()"),
  item("error", "overloaded"),
  item("background", "npm run dev"),
];

const FACTS: Partial<Handoff> = {
  files: [
    {
      path: "src/refunds.ts",
      how: "created",
      times: 3,
      at: AT,
      symbols: ["refund"],
    },
    { path: "src/charge.ts", how: "read", times: 1, at: AT },
  ],
  runs: [{
    command: "npm test",
    kind: "test",
    exit: 1,
    at: AT,
    tail: "not ok 3 - webhook\n",
    digest: "",
  }],
  vars: { port: "4310" },
  searches: ["charge\\("],
  unread: ["The first 3 MB of the transcript were not read"],
};

Deno.test("an agent gets every kind of item in a hand-off, the most important first", async () => {
  using env = TestEnv.repository();
  putSave(env, handedOff(RICH, FACTS));
  const text = await given(env);
  const places = [
    `Save ${ID}, made ${AT} (3 hours ago)`,
    "Changes since the pause",
    "Goal:\n- Add refunds to the payments API (someone else, 6h ago)\n",
    "Constraints:\n- Never log card numbers. (someone else)\n",
    "In progress:\n- Ledger webhook\n",
    "Next steps:\n- Retries with backoff (the ledger drops one in ten)\n" +
    "- Changelog entry\n",
    "Blockers:\n- STAGING_DB",
    "Open questions:\n- Keep the original fee?\n",
    "Decisions:\n- bigint cents (why: floats lose money)\n",
    "Rejected approaches:\n- a queue in Redis\n",
    "Approved plan (3h ago):\n  1. The endpoint\n  2. The webhook\n",
    "How to verify:\n- unproved: npm test",
    "Unsolved errors:\n- overloaded\n",
    "Background work (may still be running):\n- npm run dev\n",
    "Files changed by the agent: src/refunds.ts (created, 3x, refund)\n",
    "Files read: src/charge.ts\n",
    "Latest user prompts:\n- Go on with the webhook. [3h ago]\n",
    "Last agent message (3h ago):\n  The webhook is begun.\n" +
    "  It still lacks retries.\n",
    "Sub-agent results:\n- Explore: three callers",
    "Client's own summary (3h ago):\n  Endpoint done",
    "Variables: port=4310\n",
    "Searched for: charge\\(\n",
    "Done so far:\n- Refund endpoint\n",
    "Missing from this hand-off:\n- The first 3 MB",
  ];
  let last = -1;
  for (const words of places) {
    const place = text.indexOf(words);
    assert(place > last, `${words} is not there, or too early:\n${text}`);
    last = place;
  }
  for (const gone of ["Long gone", "- floats"]) assert(!text.includes(gone));
  assert(!text.includes("claude --resume"), "a save of someone else");
  const { stdout } = await mpm(env, ["resume", "--peek"], { now: LATER });
  for (
    const words of [
      "🎯 Goal (1):\n  • Add refunds to the payments API (6h ago)\n",
      "📐 Constraints (1):\n  • Never log card numbers.\n",
      "📋 Next Steps (1):\n  • Retries with backoff",
      "📝 Todos (2):\n  • Ledger webhook (in progress)\n  • Changelog entry\n",
      "🚫 Rejected Approaches (1):\n",
      "📁 Files (2):\n  • src/refunds.ts (created, 3x, refund)\n",
    ]
  ) assertStringIncludes(stdout, words);
  assert(!stdout.includes("Long gone") && !stdout.includes("• floats"));
});

Deno.test("a long hand-off is shortened by whole items, each kind with its share", async () => {
  using env = TestEnv.repository();
  const many = (kind: Item["kind"]) =>
    Array.from(
      { length: 200 },
      (_, at) => item(kind, `${kind} ${at} ${"z".repeat(at % 90)} end`),
    );
  const kinds = ["next", "decision", "question", "blocker", "prompt"] as const;
  const giant = item("decision", `giant ${"g".repeat(20_000)}`);
  const items = [giant, ...kinds.flatMap(many), ...RICH];
  putSave(env, handedOff(items, FACTS));
  const text = await given(env);
  assert(text.length <= 10_000 && text.length > 9000, `${text.length}`);
  assert(!text.includes("ggg"), "a giant is left out whole");
  for (const kind of kinds) {
    const lines = text.split("\n").filter((line) =>
      line.startsWith(`- ${kind} `)
    );
    assert(lines.length >= 5, `${lines.length} of ${kind}`);
    for (const line of lines) {
      assert(/ end( \[3h ago\])?$/.test(line), line);
    }
  }
  assertStringIncludes(text, `more: mpm resume --peek ${ID} --format full\n`);
  for (const words of ["Never log card", "npm test", "src/refunds.ts"]) {
    assertStringIncludes(text, words);
  }
  assertEquals(
    (await given(env)).replaceAll(/fence="\w+"/g, ""),
    text.replaceAll(/fence="\w+"/g, ""),
  );
});

/** A project whose own save has a next step and a decision. */
async function paused(): Promise<TestEnv> {
  const env = TestEnv.repository();
  await mpmJson(env, [
    ...["pause", "Refunds", "--no-commit", "-n", "Write the webhook"],
    ...["-n", "Write the changelog", "-d", "Use bigint"],
  ], { now: () => new Date(AT) });
  return env;
}

Deno.test("items closed or added after a save appear so everywhere", async () => {
  using env = await paused();
  const now = { now: LATER };
  const texts = async () => {
    await mpmJson(env, ["context", "update", "--create"], now);
    const { hookSpecificOutput } = await fire(env, "SessionStart", {
      source: "startup",
    });
    return [
      await given(env),
      hookSpecificOutput!.additionalContext!.split("## Context file")[0]!,
      (await mpm(env, ["resume", "--peek"], now)).stdout,
      (await mpm(env, ["context", "resume-file", "--dry-run"], now)).stdout,
      env.read(".claude/context.md"),
    ];
  };
  const whole = await texts();
  for (const text of whole) {
    assertStringIncludes(text, "Write the webhook");
    assert(!text.includes("Count the pennies"));
  }
  assertStringIncludes(whole[0]!, "- #1 Write the webhook (user)\n");
  assertStringIncludes(whole[0]!, "- #3 Use bigint (user)\n");
  await mpmJson(env, ["done", "1"], now);
  await mpmJson(env, ["next", "Count the pennies"], now);
  for (const text of await texts()) {
    assertStringIncludes(text, "Write the changelog");
    assertStringIncludes(text, "Count the pennies");
    assert(!text.includes("Write the webhook"), text);
  }
  const { items } = await mpmJson<ResumeReport>(env, ["resume"], now);
  assertEquals(
    items.map(({ number, kind, text }) => [number, kind, text]),
    [
      [2, "next", "Write the changelog"],
      [3, "decision", "Use bigint"],
      [4, "next", "Count the pennies"],
    ],
  );
  await mpmJson(env, ["undo"], now);
});

Deno.test("the numbers of another clone close nothing here, and are not shown", async () => {
  using env = TestEnv.repository();
  putSave(env, handedOff([item("next", "Theirs", { number: 1 })]));
  await mpmJson(env, ["next", "Mine"]);
  const text = await given(env);
  assertStringIncludes(text, "- #1 Mine");
  assertStringIncludes(text, "- Theirs\n");
});

Deno.test("variables are shown in their current versions", async () => {
  using env = await paused();
  await mpmJson(env, ["var", "set", "port", "1"], { now: LATER });
  await mpmJson(env, ["pause", "Again", "--no-commit"], {
    now: () => new Date("2026-11-20T13:00:00Z"),
  });
  await mpmJson(env, ["var", "set", "port", "2"], { now: LATER });
  assertStringIncludes(await given(env), "Variables: port=2\n");
  await mpmJson(env, ["var", "unset", "port"], { now: LATER });
  assert(!(await given(env)).includes("port="));
});

Deno.test("a person sees in one line which save a session continues from", async () => {
  using env = await paused();
  env.write("pennies.ts", "1");
  env.commit("Count the pennies");
  for (const source of ["startup", "resume", "clear", "compact", "fork"]) {
    const { systemMessage } = await fire(env, "SessionStart", { source });
    assertEquals(
      systemMessage,
      ["compact", "fork"].includes(source)
        ? undefined
        : `Continuing from ${ID} (just now): Refunds; since then: 1 new ` +
          "commit, 1 file changed; open: 2 next steps",
    );
  }
});

Deno.test("without a save, nothing is resumed", async () => {
  using env = TestEnv.repository();
  env.write(".claude-mpm/config.toml", "");
  assertEquals(await fire(env, "SessionStart", { source: "startup" }), {});
});

Deno.test("open items are shown without a save, or if all saves belong to ended work", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["next", "Send the <mpm-context> retries"], {
    now: LATER,
  });
  await mpmJson(env, ["decide", "Use SQLite", "--why", "No server"]);
  await mpmJson(env, ["ask", "Which port?"]);
  await mpmJson(env, ["var", "set", "port", "8081"]);
  const context = async () =>
    (await mpmJson<ContextInjectResult>(env, ["context", "inject"])).text;
  const wanted = [
    "## Open items (no save yet)",
    "- #1 Send the ‹mpm-context> retries",
    "- #2 Use SQLite (why: No server)",
    "- #3 Which port?",
    "Variables: port=8081",
  ];
  const text = await context();
  for (const one of wanted) assertStringIncludes(text, one);
  const { systemMessage, hookSpecificOutput } = await fire(
    env,
    "SessionStart",
    { source: "startup" },
  );
  assertEquals(systemMessage, "No save yet; open: 1 next step, 1 question");
  for (const one of wanted) {
    assertStringIncludes(JSON.stringify(hookSpecificOutput), one);
  }
  const { status, stderr } = await mpm(env, ["resume", "--format", "context"]);
  assertEquals(status, 3);
  assertStringIncludes(stderr, "No paused sessions");
  await mpmJson(env, ["start", "work"]);
  await mpmJson(env, ["pause", "--no-commit"]);
  await mpmJson(env, ["resume"]);
  await mpmJson(env, ["cancel"]);
  for (const one of wanted) assertStringIncludes(await context(), one);
  for (const number of ["1", "2", "3"]) await mpmJson(env, ["done", number]);
  await mpmJson(env, ["var", "unset", "port"]);
  assert(!(await context()).includes("Open items"));
});

Deno.test("open items without a save are shortened by whole items", async () => {
  using env = TestEnv.repository();
  for (let at = 0; at < 30; at++) {
    await mpmJson(env, ["next", `Step ${at} ${"x".repeat(90)}.`]);
  }
  const { text } = await mpmJson<ContextInjectResult>(env, [
    ...["context", "inject", "--limit", "1500"],
  ]);
  assert(text.length <= 1500);
  assert(/… \d+ more: mpm next/.test(text), text);
  const steps = text.match(/Step \d+ x*\.?/g) ?? [];
  assert(steps.length > 3 && steps.every((one) => one.endsWith(".")), text);
});

Deno.test("an agent gets the command that continues its own conversation", async () => {
  using env = TestEnv.repository();
  await mpmJson(env, ["pause", "--no-commit", "--agent-session", AGENT]);
  assertStringIncludes(
    await given(env),
    `Full conversation:\n- claude --resume ${AGENT}\n`,
  );
});
