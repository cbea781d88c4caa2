import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { TestEnv } from "../helpers/env.ts";
import { mpm, mpmJson } from "../helpers/mpm.ts";
import {
  answer,
  compaction,
  pauseTalk,
  prompt,
  todoList,
} from "../helpers/small_talk.ts";

async function given(env: TestEnv): Promise<string> {
  const line = ["resume", "--peek", "--format", "context"];
  return (await mpm(env, line)).stdout;
}

Deno.test("the client's summary does not call a finished step open, nor an open one done", async () => {
  using env = TestEnv.repository();
  await pauseTalk(env, [
    ...prompt("Add refunds to the ledger"),
    ...todoList({
      "Write the ledger webhook": "in_progress",
      "Refund endpoint": "pending",
      "Changelog entry": "pending",
    }),
    ...compaction(
      "The refund endpoint is done in src/refunds.ts. The ledger's webhook " +
        "still lacks retries.\n\nPending Tasks:\n- Write the changelog entry\n" +
        "- Ask Grace about the fee",
    ),
    ...answer("I will go on."),
    ...todoList({
      "Write the ledger webhook": "completed",
      "Refund endpoint": "in_progress",
      "Changelog entry": "pending",
    }),
    ...answer("The webhook is finished. The changelog entry is next."),
  ], { args: ["-n", "Ask Grace about the fee"] });
  const before = await given(env);
  for (
    const words of [
      "The refund endpoint is done in src/refunds.ts (listed as open).",
      "The ledger's webhook still lacks retries (no longer open).",
      "- Write the changelog entry\n",
      "- Ask Grace about the fee\n",
      "The changelog entry is next.",
    ]
  ) assertStringIncludes(before, words);
  const { open } = await mpmJson<{ open: { number: number; text: string }[] }>(
    env,
    ["done"],
  );
  const rest = open.filter(({ text }) => /Changelog|Grace/.test(text));
  await mpmJson(env, ["done", ...rest.map(({ number }) => `${number}`)]);
  const after = await given(env);
  for (
    const words of [
      "- Write the changelog entry (no longer open)\n",
      "- Ask Grace about the fee (no longer open)\n",
      "The changelog entry is next (no longer open).",
    ]
  ) assertStringIncludes(after, words);
  assert(!/endpoint is done in src\/refunds.ts\./.test(after), after);
});

Deno.test("the next steps of the last message stay if a person only tells the agent to continue", async () => {
  for (
    const [words, stays] of [
      ["Never log names. Go on with the webhook.", true],
      ["Go on", true],
      ["Write the docs now. Go on.", false],
    ] as const
  ) {
    using env = TestEnv.repository();
    await pauseTalk(env, [
      ...prompt("Add refunds to the ledger"),
      ...answer(
        "The webhook works. Retries are missing. Shall I keep port 81?",
      ),
      ...prompt(words),
    ]);
    const text = await given(env);
    const next = "Next steps:\n- Retries are missing. (inferred, ";
    assertEquals(text.includes(next), stays, text);
    assert(!text.includes("Open questions"), text);
  }
});

Deno.test("the hand-off names the authors of new commits, under headings in one style", async () => {
  using env = TestEnv.repository();
  await mpm(env, ["pause", "Refunds", "--no-commit"]);
  env.write("src/a.ts", "a\n");
  env.commit("Add a");
  const text = await given(env);
  for (
    const words of [
      "Changes since the pause: 1 new commit, 1 file changed\n",
      "New commits (1):\n",
      " - Add a (by Ada Lovelace, ",
      "Modified files (1): A src/a.ts\n",
    ]
  ) assertStringIncludes(text, words);
});

Deno.test("the client's summary says what the user corrected since", async () => {
  using env = TestEnv.repository();
  await pauseTalk(env, [
    ...prompt("Build the settings page"),
    ...compaction("Current Work:\n- The form uses port 8081.\n- It has tabs."),
    ...answer("I will continue."),
    ...prompt("the port is 9090 now, not 8081"),
    ...prompt("/status"),
  ]);
  const text = await given(env);
  for (
    const words of [
      "- The form uses port 8081 (the user corrected this).\n",
      "- It has tabs.\n",
      "- #2 the port is 9090 now, not 8081 (user",
    ]
  ) assertStringIncludes(text, words);
  assert(!text.includes("/status"), text);
});
