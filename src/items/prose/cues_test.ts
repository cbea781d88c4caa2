import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { CUT_MARK } from "../../clients/mod.ts";
import { onlyContinues, openAtEnd, personItems, replyTo } from "./cues.ts";
import { agentItems } from "./agent_items.ts";
import { firstSentences, sentencesOf } from "./sentences.ts";

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

Deno.test("sentencesOf() leaves out code and quotations", () => {
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

Deno.test("the beginning of a prompt keeps its headings", () => {
  const prompt = [
    ...["Implement these:", "1. Login with OAuth", "2. Sessions expire", ""],
    ...["Out of scope:", "- Password reset", "- 2FA"],
  ];
  assertEquals(
    firstSentences(prompt.join("\n")),
    [
      ...["implement these:", "- Login with OAuth", "- Sessions expire"],
      ...["out of scope:", "- Password reset", "- 2FA"],
    ].join("\n"),
  );
  assertEquals(firstSentences("One. Two.\n\nThree"), "One. Two. Three");
});

Deno.test("an apostrophe may be a quotation mark", () => {
  assertEquals(personItems("Don’t use regexes."), [
    { cue: "constraint", text: "Don't use regexes." },
  ]);
});

for (
  const [message, prompt, question, answer] of [
    ["I am done. Should I go?", "Not yet", null, null],
    ["I am done. Should I use A?", "Yes", "Should I use A?", "Yes"],
    ["Postgres or SQLite, which?", "SQLite, please", undefined, undefined],
    ["Should I use a comma or a dot?", "dot", undefined, undefined],
    ["Is `;` or `,` the separator?", "`;` and no tabs", undefined, undefined],
    [
      "Done. Should I use Postgres or SQLite? I would take Postgres.",
      "no, the other one",
      "Should I use Postgres or SQLite? I would take Postgres.",
      "no, the other one",
    ],
    [
      "Should I fix x.go:14 or revert it?",
      "Postgres has an index on it",
      null,
      null,
    ],
    ["Should I use A or B?", "Write the docs", null, null],
    ["It works.", "Yes", null, null],
  ] as const
) {
  Deno.test(`"${prompt}" ${question === null ? "no " : ""}answer to "${message}"`, () => {
    assertEquals(
      replyTo(message, prompt),
      question === null ? undefined : {
        question: question ?? message,
        asked: prompt.includes("other")
          ? "Should I use Postgres or SQLite?"
          : question ?? message,
        answer: answer ?? prompt,
        points: prompt.includes("other"),
      },
    );
  });
}

Deno.test("sentencesOf() ignores truncated sentences", () => {
  assertEquals(
    texts(`One. Two is cut in\n${CUT_MARK}\nthe middle here. Three.`),
    ["One.", "Three."],
  );
});

Deno.test("sentencesOf() accepts any text and returns parts of it", () => {
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
    personItems(given);
    agentItems(given);
    openAtEnd(given);
    onlyContinues(given);
  }));
});

for (
  const [cue, text] of [
    ["constraint", "Amounts must be integers in cents."],
    ["constraint", "Never touch the migrations."],
    ["constraint", "Do not add dependencies."],
    ["constraint", "No major upgrades."],
    ["constraint", "Forget the Friday deadline, it is Monday now."],
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
    ["decision", "hmm revert that, go back to npm"],
    ["decision", "the port is 9090 now, not 8081"],
    ["decision", "oh and the version should be 2.1.0 not 2.0.0"],
    ["blocker", "We're still waiting for the API key."],
  ] as const
) {
  Deno.test(`a person's "${text}" is a ${cue}`, () => {
    assertEquals(personItems(text).map((one) => one.cue), [cue]);
  });
}

for (
  const text of [
    ...["Fix the login page.", "Why must this be async?", "I don't know why."],
    ...["It always fails on Windows.", "That must have been the cache."],
    ...["The test never finishes.", "What does only mean here?"],
    ...["Add a refund endpoint.", "I only see one error.", "Keep going."],
    ...["Never mind.", "The build no longer works.", "No tests fail now."],
    ...["I get this: Error: you must call init() before use."],
    ...["npm ERR! required dependency missing"],
    ...["I was told we must use Java 8, but that is wrong."],
    ...["No problem with that.", "I guess it must never be null, not sure."],
  ]
) {
  Deno.test(`a person's "${text}" states nothing`, () => {
    assertEquals(personItems(text), []);
  });
}

for (
  const [cue, text] of [
    ["question", "Is 300 ms a fair timeout?"],
    ["question", "One question before I go on: is the limit a fair one?"],
    ["question", "Does merge_postings stay public?"],
    ["question", "Shall I go ahead with the migration of the ledger?"],
    ["question", "Let me know whether refunds need a second approval."],
    ["question", "I am not sure whether the old table may be dropped."],
    ["question", "Please confirm which of the two hosts is staging."],
    ["question", "Should refunds above 500 need a second approval?"],
    ["blocker", "The deploy is blocked by the missing DNS entry."],
    ["blocker", "I cannot run the tests until Docker is started."],
    ["blocker", "Blocked: the staging host is down."],
    ["blocker", "I need the OAuth client secret for staging."],
    ["next", "Next: wire the endpoint to the ledger."],
    ["next", "The webhook still needs a retry."],
    ["next", "Remaining work: the docs."],
    ["next", "README is updated, CHANGELOG is still to do."],
    ["next", "Next I revert abc123."],
    ["next", "I will remove the listener next."],
    ["question", "Is idempotency needed?"],
    ["question", "Who owns the billing service?"],
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
    ...["What changed in src/pay.ts? I renamed refund().", "Shall I go on?"],
    ...["Why did CI fail? The token of CI had expired.", "Anything else?"],
    ...["Should I proceed with the next step?", "How does that look?"],
    ...["Let me know if you want changes.", "Let me know if that is unclear."],
    ...["It is merged. Does that help?", "How can I help you today?"],
    ...["I checked whether the lock is held.", "Ready for the next task?"],
    ...["I did not know if the cache was warm, so I cleared it."],
    ...["You can see which files changed with git diff."],
  ]
) {
  Deno.test(`at the end, "${text}" leaves nothing open`, () => {
    assertEquals(openAtEnd(text), []);
  });
}

Deno.test("lists are recognized by their headings", () => {
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
  Deno.test(`"${text}" only asks to continue`, () =>
    assert(onlyContinues(text)));
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
  Deno.test(`"${text}" is a task`, () => assert(!onlyContinues(text)));
}
