import { assert, assertEquals } from "@std/assert";
import { OWN } from "./bench_handoff_methods.ts";
import { HandoffText } from "./bench_handoff_facts.ts";
import { identifiersOf } from "./bench_handoff_identifiers.ts";
import type { Story, StoryBuilder } from "./bench_handoff_builder.ts";
import { deadline } from "./bench_handoff_phrases.ts";
import { play, scoreOf } from "./bench_handoff_planted.ts";
import { Random } from "./bench_handoff_random.ts";
import { DOMAINS } from "./bench_handoff_words.ts";

/** A short story: a prompt, work, and a pause with a next step. */
async function short(story: StoryBuilder): Promise<void> {
  story.scaffold();
  const session = await story.session();
  await session.prompt(story.plant(deadline));
  await story.noise(session, 20_000);
  await session.edit(story.path(0), "export", "/* new */ export");
  await story.pause(session, { next_steps: [story.list("next step")] }, {});
  session.say("Done for now.");
  await session.stop();
  await session.end();
}

const SHORT: Story = {
  name: "short",
  heldOut: false,
  domains: DOMAINS,
  play: short,
};

Deno.test("a story is played by the built binary and measured", async () => {
  const binary = Deno.env.get("MPM_BIN")!;
  const played = await play(SHORT, { seed: "a seed", binary });
  assertEquals(played.refused, []);
  assertEquals(scoreOf(played, "nothing").given, []);
  assertEquals(scoreOf(played, "nothing").lost.length, 2);
  const { given, stale } = scoreOf(played, OWN);
  assert(given.some(({ kind }) => kind === "next step"));
  assertEquals(stale, []);
  assertEquals(
    scoreOf(played, "raw tail of the transcript").size,
    10_000,
  );
  assert(played.known.length > 20_000);
});

Deno.test("choices follow from the seed and the label alone", () => {
  const drawn = (seed: string, label: string) =>
    new Random(seed, label).hex(40);
  assertEquals(drawn("a", "b"), drawn("a", "b"));
  assert(drawn("a", "b") !== drawn("a", "c"));
  assert(drawn("a", "b") !== drawn("b", "b"));
});

Deno.test("a fact is given where its pieces are together", () => {
  const text = new HandoffText(
    `Due\n> on Friday,\n> at 8:15.${" ".repeat(9)}Bye`,
  );
  assert(text.has(["on friday, at 8:15"]));
  assert(text.has(["Friday", "bye"]));
  assert(!text.has(["Friday", "9:15"]));
  const far = new HandoffText(`Friday ${"x".repeat(500)} 8:15`);
  assert(!far.has(["Friday", "8:15"]));
});

Deno.test("a fact that is out of date counts as claimed unless a word or its heading marks it", () => {
  for (
    const [text, claimed] of [
      ["Next steps:\n- Cut it", true],
      ["Next steps:\n- Cut it (superseded)", false],
      ["## Done\n- Cut it", false],
      ["- [x] Cut it", false],
      ["Done:\n- Cut it\nNext steps:\n- Cut it", true],
      ["nothing of it", false],
    ] as const
  ) assertEquals(new HandoffText(text).claims(["Cut it"]), claimed, text);
});

Deno.test("a call needs the files, symbols, commands and numbers it names", () => {
  const calls = [
    { name: "Bash", input: { command: "npm run test:pay -- 2>&1 | tail -5" } },
    { name: "Bash", input: { command: "curl http://localhost:4310/health" } },
    {
      name: "Grep",
      input: { path: "/p/src/pay.ts", pattern: "applyRefund" },
    },
  ];
  assertEquals(
    identifiersOf(calls).map(({ kind, text }) => `${kind} ${text}`),
    [
      "command npm run test:pay",
      "number 4310",
      "path /p/src/pay.ts",
      "symbol applyRefund",
    ],
  );
});
