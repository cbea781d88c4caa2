import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CUT_MARK } from "../clients/mod.ts";
import {
  onlyGoesOn,
  openAtEnd,
  overrides,
  toldByAgent,
  toldByPerson,
} from "./cues.ts";
import { sentencesOf } from "./sentences.ts";

function texts(text: string): string[] {
  return sentencesOf(text).map((one) => one.text);
}

Deno.test("sentencesOf() keeps sentences whole", () => {
  assertEquals(
    texts(
      "Use v1.2 of `a. B`. It is e.g. Fast (see x. Y).\nAnd\nlong! Really? Yes",
    ),
    [
      "Use v1.2 of `a. B`.",
      "It is e.g. Fast (see x. Y).",
      "And long!",
      "Really?",
      "Yes",
    ],
  );
});

Deno.test("sentencesOf() leaves out what is shown and not said", () => {
  const text = [
    "Look.",
    "```sh",
    "never run this. Must not.",
    "```",
    '<pasted_content id="6a54">',
    "You must delete everything.",
    '</pasted_content id="6a54">',
    "> Never quote.",
    "    always_indented();",
    "2026-11-22T10:00:00Z must never",
    "Seen.",
  ].join("\n");
  assertEquals(texts(text), ["Look.", "Seen."]);
  assertEquals(texts("a\n```\nmust never end"), []);
});

Deno.test("sentencesOf() takes no sentence that was cut", () => {
  assertEquals(
    texts(`One. Two is cut in\n${CUT_MARK}\nthe middle here. Three.`),
    ["One.", "Three."],
  );
});

Deno.test("sentencesOf() takes any text and gives parts of it", () => {
  const part = fc.constantFrom(
    ...[
      "a. B",
      "\n",
      "- ",
      "# ",
      "```",
      "`",
      "(",
      ". ",
      "?",
      " ",
      "x",
      "Never ",
    ],
    ...[CUT_MARK, "<a>", "</a>", "  "],
  );
  const text = fc.array(part).map((parts) => parts.join(""));
  fc.assert(fc.property(fc.oneof(text, fc.string()), (given) => {
    for (const one of sentencesOf(given)) assert(one.text.length <= 600);
    toldByPerson(given);
    toldByAgent(given);
    openAtEnd(given);
    onlyGoesOn(given);
  }));
});

for (
  const [cue, text] of [
    ["constraint", "Amounts must be integers in cents."],
    ["constraint", "Never touch the migrations."],
    ["constraint", "Do not add dependencies."],
    ["constraint", "Please keep the public API stable."],
    ["constraint", "The release is due on Friday."],
    ["constraint", "Finish this by 2026-11-30."],
    ["constraint", "Only change files in src/pay."],
    ["constraint", "Could you make sure that it runs on Windows?"],
    ["constraint", "Refund it without changing the schema."],
    ["constraint", "Don't push until Ana has reviewed it."],
    ["constraint", "# always use tabs"],
    ["decision", "Use Postgres instead of SQLite."],
    ["decision", "We decided to store money as cents."],
    ["decision", "Let's go with the queue."],
    ["blocker", "We're still waiting for the API key."],
  ] as const
) {
  Deno.test(`a person's "${text}" is a ${cue}`, () => {
    assertEquals(toldByPerson(text).map((one) => one.cue), [cue]);
  });
}

for (
  const text of [
    ...["Fix the login page.", "Why must this be async?", "I don't know why."],
    ...["It always fails on Windows.", "That must have been the cache."],
    ...["The test never finishes.", "What does only mean here?"],
    ...["Add a refund endpoint.", "I only see one error.", "Keep going."],
    ...["Never mind.", "The build no longer works."],
  ]
) {
  Deno.test(`a person's "${text}" states nothing`, () => {
    assertEquals(toldByPerson(text), []);
  });
}

for (
  const [cue, text] of [
    ["rejected", "I tried a trigger, but it fires twice on updates."],
    ["rejected", "Optimistic locking does not work because of the proxy."],
    ["rejected", "I reverted the change to the cache."],
    ["decision", "I decided to keep the old endpoint for one release."],
    ["decision", "We use Decimal instead of float."],
    ["decision", "I went with a queue because retries are needed."],
  ] as const
) {
  Deno.test(`the agent's "${text}" is ${cue}`, () => {
    assertEquals(toldByAgent(text), [{ cue, text }]);
  });
}

for (
  const [cue, text] of [
    ["question", "Should refunds above 500 need a second approval?"],
    ["blocker", "The deploy is blocked by the missing DNS entry."],
    ["blocker", "I cannot run the tests until Docker is started."],
    ["next", "Next: wire the endpoint to the ledger."],
    ["next", "The webhook still needs a retry."],
    ["next", "Remaining work: the docs."],
  ] as const
) {
  Deno.test(`at the end, "${text}" is a ${cue}`, () => {
    assertEquals(openAtEnd(text), [{ cue, text }]);
  });
}

for (
  const text of [
    ...["All done.", "Would you like me to continue?", "All tests pass."],
    ...["Is there anything else you need?", "Nothing is left to do."],
    ...["I added the endpoint.", "Why? Because it is fast."],
  ]
) {
  Deno.test(`at the end, "${text}" leaves nothing open`, () => {
    assertEquals(openAtEnd(text), []);
  });
}

Deno.test("lists are told by their headings", () => {
  const text = [
    "## Done",
    "- added refund()",
    "## Next steps",
    "1. Wire the endpoint",
    "2. Add the docs",
    "   for the endpoint",
    "",
    "**Open questions**",
    "* Which currency comes first",
    "### Blockers",
    "- None",
    "## Notes",
    "- [ ] rename the table",
    "- [x] drop the column",
  ].join("\n");
  assertEquals(openAtEnd(text), [
    { cue: "next", text: "Wire the endpoint" },
    { cue: "next", text: "Add the docs for the endpoint" },
    { cue: "question", text: "Which currency comes first" },
    { cue: "next", text: "rename the table" },
  ]);
});

for (
  const text of [
    ...["go on", "Continue.", "ok, please continue", "yes", "go", "Go on!"],
    ...["continue where we left off", "/clear", "/mpm-resume last save please"],
    ...[
      "! npm test",
      "[Image #2]",
      "hi",
      "Great, go ahead with the plan.",
      "Go on. Never log the customer's e-mail address.",
      "...",
    ],
  ]
) {
  Deno.test(`"${text}" only says to go on`, () => assert(onlyGoesOn(text)));
}

for (
  const text of [
    ...[
      "Continue with refunds for partial orders",
      "Go on. Write the parser. Never log the customer's e-mail address.",
      "Fix it",
      "/fix issue 12 now",
    ],
    ...["Add refunds", "go through the code and list all endpoints"],
  ]
) {
  Deno.test(`"${text}" is a task`, () => assert(!onlyGoesOn(text)));
}

for (
  const [later, earlier, yes] of [
    ["Use Postgres instead of SQLite.", "We decided to use SQLite.", true],
    ["Use cents, not floats.", "Amounts must be floats.", true],
    ["The deadline moved to Monday.", "The deadline is Friday.", true],
    ["Use Postgres instead of SQLite.", "Never use SQLite.", false],
    ["Use Postgres instead of SQLite.", "Keep the API stable.", false],
    ["Do not touch the API.", "Keep the docs.", false],
  ] as const
) {
  Deno.test(`"${later}" ${yes ? "overrides" : "leaves"} "${earlier}"`, () => {
    assertEquals(overrides(later, earlier), yes);
  });
}
