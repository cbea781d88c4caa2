import { assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm } from "../helpers/mpm.ts";
import {
  answer,
  chosen,
  openTexts,
  pauseTalk,
  prompt,
  todoList,
} from "../helpers/small_talk.ts";

const OTHER = "2975e44b-0000-40a5-84bf-078e9df60643";

/** Prompts one after another, and the items that stay open. */
const TALKS: readonly {
  readonly said: readonly string[];
  readonly left: Readonly<Record<string, readonly string[]>>;
}[] = [
  {
    said: [
      "Use Redis for the cache. Never log card numbers.",
      "No, use Postgres instead of Redis.",
    ],
    left: {
      decision: ["No, use Postgres instead of Redis."],
      constraint: ["Never log card numbers."],
    },
  },
  {
    said: [
      "Add refunds. It must ship by Friday 17:00.",
      "Forget the deadline.",
    ],
    left: { constraint: [], goal: ["Add refunds."] },
  },
  {
    said: [
      "Add refunds. The deadline is Thursday.",
      "Sorry, the deadline is Friday, not Thursday.",
      "Correction: it’s Wednesday 12:00.",
    ],
    left: {
      constraint: ["Correction: it's Wednesday 12:00."],
      goal: ["Add refunds."],
    },
  },
  {
    said: ["Use Redis for the cache.", "Not Redis after all."],
    left: { decision: [], constraint: [] },
  },
  {
    said: [
      "Use a shadow table for imports.",
      "We don't need the shadow table any more.",
    ],
    left: { decision: [], constraint: [] },
  },
  {
    said: [
      "Use SQLite for the ledger.",
      "Actually, use Postgres for the ledger.",
    ],
    left: { decision: ["Actually, use Postgres for the ledger."] },
  },
  {
    said: [
      "Never touch the migrations.",
      "You may touch the migrations after all.",
    ],
    left: { constraint: [] },
  },
  {
    said: ["Always add a changelog entry.", "Scrap the changelog entry."],
    left: { constraint: [], decision: [] },
  },
  {
    said: ["Use cents, not floats.", "Use floats instead of cents, sorry."],
    left: { decision: ["Use floats instead of cents, sorry."] },
  },
  {
    said: ["It must be done by Friday.", "There is no deadline any more."],
    left: { constraint: [], decision: [] },
  },
  {
    said: [
      "It must ship by Friday 17:00.",
      "The release is on Monday, not Friday.",
    ],
    left: { constraint: ["The release is on Monday, not Friday."] },
  },
  {
    said: ["Use Redis for the cache.", "Not Redis after all, take a table."],
    left: { decision: ["Not Redis after all, take a table."] },
  },
  // Still true.
  {
    said: [
      "Use a queue for the mails.",
      "She wants to drop the queue, I don't.",
    ],
    left: { decision: ["Use a queue for the mails."] },
  },
  {
    said: [
      "Keep the API stable. Use Redis for sessions.",
      "Don't use Redis for the cache.",
    ],
    left: {
      constraint: ["Keep the API stable.", "Don't use Redis for the cache."],
      decision: ["Use Redis for sessions."],
    },
  },
  {
    said: ["Never use SQLite.", "Use Postgres instead of SQLite."],
    left: {
      constraint: ["Never use SQLite."],
      decision: ["Use Postgres instead of SQLite."],
    },
  },
];

for (const { said, left } of TALKS) {
  Deno.test(`items after "${said.join(" / ")}"`, async () => {
    const turns = said.map((text) => [...prompt(text), ...answer("Noted.")]);
    const start = left.goal ? [] : prompt("Work on the ledger with care.");
    for (const sessions of [1, 2]) {
      using env = TestEnv.repository();
      const [first, ...others] = turns;
      if (sessions === 2) await pauseTalk(env, [...start, ...first!]);
      const save = sessions === 1
        ? await pauseTalk(env, [...start, ...turns.flat()])
        : await pauseTalk(env, [...prompt("Go on."), ...others.flat()], {
          agent: OTHER,
          from: "2026-11-20T11:00:00Z",
        });
      const found = Object.fromEntries(
        Object.keys(left).map((kind) => [kind, openTexts(save, kind)]),
      );
      assertEquals(found, left, `in ${sessions} agent sessions`);
    }
  });
}

Deno.test("a step and a decision of the agent are withdrawn, a todo and typed items are not", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["decide", "Use Redis for sessions, typed"]);
  const save = await pauseTalk(env, [
    ...prompt("Add refunds."),
    ...todoList({ "Set up Redis": "pending" }),
    ...answer("I decided to use Redis for the cache because it is fast."),
    ...prompt("No, not Redis after all, use a table."),
    ...answer("Good."),
  ]);
  assertEquals(openTexts(save, "decision"), ["Use Redis for sessions, typed"]);
  assertEquals(openTexts(save, "next"), ["Set up Redis"]);
  await pauseTalk(env, [
    ...prompt("Add refunds."),
    ...answer("Fine."),
  ], {
    agent: OTHER,
    from: "2026-11-20T11:00:00Z",
    args: ["--input", "-"],
    stdin: JSON.stringify({ next_steps: ["Write the changelog entry"] }),
    now: () => new Date("2026-11-20T11:10:00Z"),
  });
  const later = await pauseTalk(env, [
    ...prompt("Add refunds."),
    ...answer("Fine."),
    ...prompt("Forget about the changelog entry."),
    ...answer("Fine."),
  ], {
    agent: OTHER,
    from: "2026-11-20T11:15:00Z",
    now: () => new Date("2026-11-20T12:10:00Z"),
  });
  assertEquals(openTexts(later, "next"), ["Set up Redis"]);
});

Deno.test("a todo is withdrawn when its agent session no longer lists it", async () => {
  using env = TestEnv.repository();
  await pauseTalk(env, [
    ...prompt("Clean up the API."),
    ...todoList({ "Bump the version": "pending", "Update docs": "pending" }),
    ...answer("I begin."),
  ]);
  const later = await pauseTalk(env, [
    ...prompt("Finish the routes, skip the version bump."),
    ...answer("Fine."),
  ], { agent: OTHER, from: "2026-11-20T11:00:00Z" });
  assertEquals(openTexts(later, "next"), ["Update docs"]);
});

Deno.test("a prompt that contradicts a typed item is kept beside it", async () => {
  using env = TestEnv.repository();
  const before = () => new Date("2026-11-20T09:00:00Z");
  await mpm(env, ["decide", "SQLite for the ledger, typed"], { now: before });
  const talk = [
    ...prompt("Add refunds."),
    ...answer("Fine."),
    ...prompt("Postgres for the ledger rather than SQLite."),
    ...answer("Fine."),
  ];
  const both = [
    "SQLite for the ledger, typed",
    "Postgres for the ledger rather than SQLite.",
  ];
  assertEquals(openTexts(await pauseTalk(env, talk), "decision"), both);
  assertEquals(openTexts(await pauseTalk(env, talk), "decision"), both);
  await mpm(env, ["done", "3"]);
  const save = await pauseTalk(env, talk);
  assertEquals(openTexts(save, "decision"), both.slice(0, 1));
});

Deno.test("the hand-off shows which part of a prompt was withdrawn", async () => {
  using env = TestEnv.repository();
  await pauseTalk(env, [
    ...prompt("Work on the ledger with care."),
    ...answer("Yes."),
    ...prompt("Use Redis for the cache. Log each miss."),
    ...answer("Yes."),
    ...prompt("Not Redis after all."),
    ...answer("Yes."),
  ]);
  const line = ["resume", "--peek", "--format", "context"];
  const { stdout } = await mpm(env, line);
  assertStringIncludes(
    stdout,
    "- Use Redis for the cache. Log each miss. " +
      "(withdrawn: Use Redis for the cache.)",
  );
});

Deno.test("an answer that only refers to something is kept with the agent's reply", async () => {
  using env = TestEnv.repository();
  const save = await pauseTalk(env, [
    ...prompt("Choose a database."),
    ...answer("Should I use Postgres or SQLite? I would take Postgres."),
    ...prompt("no, the other one"),
    ...answer("SQLite then. I write the schema next."),
    ...prompt("dot"),
    ...answer("Should amounts have a comma or a dot?"),
    ...prompt("dot"),
  ]);
  assertEquals(openTexts(save, "decision"), [
    "Should I use Postgres or SQLite? I would take Postgres. no, the other " +
    "one (the agent then said: SQLite then.)",
    "Should amounts have a comma or a dot? dot",
  ]);
});

Deno.test("a person may take another choice of a question later", async () => {
  using env = TestEnv.repository();
  const labels = ["GitHub Actions", "GitLab"];
  const talk = [
    ...prompt("Set up CI."),
    ...chosen("Which CI?", { labels, answer: "GitHub Actions" }),
    ...answer("I wrote ci.yml."),
  ];
  const first = await pauseTalk(env, talk);
  assertEquals(openTexts(first, "decision"), ["Which CI? GitHub Actions"]);
  const more = prompt("Actually we are on GitLab since last week, sorry.");
  const second = await pauseTalk(env, [...talk, ...more]);
  assertEquals(openTexts(second, "decision"), [
    "Which CI? Actually we are on GitLab since last week, sorry.",
  ]);
});

Deno.test("a person may take another choice in a later agent session", async () => {
  using env = TestEnv.repository();
  await pauseTalk(env, [
    ...prompt("Write the export. Use semicolons as separators."),
    ...chosen("Which encoding?", {
      ...{ labels: ["UTF-8", "Latin-1"], answer: "Latin-1" },
    }),
    ...answer("It is written. Should the totals be rounded?"),
  ]);
  const save = await pauseTalk(
    env,
    prompt(
      "yes, half up. Actually use UTF-8 after all, and commas not semicolons.",
    ),
    { agent: OTHER, from: "2026-11-20T11:00:00Z" },
  );
  assertEquals(openTexts(save, "decision"), [
    "Which encoding? Actually use UTF-8 after all, and commas not semicolons.",
    "Should the totals be rounded? yes, half up.",
  ]);
  // The answer does not become a goal, and the goal lost the semicolons.
  assertEquals(openTexts(save, "goal"), ["Write the export."]);
});

Deno.test("a deadline that is moved in passing is kept", async () => {
  using env = TestEnv.repository();
  const moved = "Forget the Friday deadline, it is Monday now.";
  const save = await pauseTalk(env, [
    ...prompt("Write the export. It must be done by Friday."),
    ...answer("I will."),
    ...prompt(moved),
  ]);
  assertEquals(openTexts(save, "constraint"), [moved]);
});

Deno.test("a plan and a goal have the words of a person who changed their mind", async () => {
  using env = TestEnv.repository();
  const plan = "# Plan: type module\n\n1. Set the type";
  const planned = {
    ...{ plan, filePath: "/home/dev/.claude/plans/a.md", isAgent: false },
  };
  const call = { type: "tool_use", id: "toolu_plan", name: "ExitPlanMode" };
  const talk = [
    ...prompt("Plan the move to ESM."),
    { type: "assistant", message: { content: [{ ...call, input: { plan } }] } },
    {
      type: "user",
      message: {
        content: [{
          ...{ type: "tool_result", tool_use_id: "toolu_plan" },
          content: "User has approved your plan",
        }],
      },
      toolUseResult: planned,
    },
    ...answer("I begin."),
  ];
  const first = await pauseTalk(env, talk);
  assertEquals(openTexts(first, "plan"), [plan]);
  const words = "I changed my mind, we do eslint 9 first.";
  for (let count = 0; count < 2; count++) {
    const save = await pauseTalk(env, [...talk, ...prompt(words)]);
    const later = `(The user said later: ${words})`;
    assertEquals(openTexts(save, "plan"), [`${plan}\n\n${later}`]);
    assertEquals(openTexts(save, "goal"), [`Plan the move to ESM. ${later}`]);
  }
});

Deno.test("a greeting and a question before the work do not become the goal", async () => {
  using env = TestEnv.repository();
  const save = await pauseTalk(env, [
    ...prompt("Hi! Quick question first: do we use Jest or Vitest here?"),
    ...answer("Vitest."),
    ...prompt("Great. Speed up the test suite."),
  ]);
  assertEquals(openTexts(save, "goal"), ["Speed up the test suite."]);
});
