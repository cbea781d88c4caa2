import { assertEquals } from "@std/assert";
import type { Evidence, Item, Run } from "../../items/mod.ts";
import {
  itemLine,
  oneLine,
  otherCommands,
  pieces,
  verification,
} from "./wording.ts";

const CLOCK = {
  now: new Date("2026-11-20T15:00:00Z"),
  paused: "2026-11-20T12:00:00.000Z",
};

const ITEM: Item = {
  id: "0123456789ab",
  kind: "decision",
  text: "Use bigint\n  cents",
  state: "open",
  source: "agent",
  via: "pause",
  at: "2026-11-20T12:00:00.000Z",
  save: null,
};

const FOUND = { kind: "next", source: "transcript", via: "message" } as const;

Deno.test("itemLine() only adds facts that are not obvious", () => {
  assertEquals(itemLine(ITEM, CLOCK), "Use bigint cents");
  const more: Item = {
    ...ITEM,
    number: 12,
    why: "floats lose money",
    source: "user",
    at: "2026-11-17T12:00:00.000Z",
  };
  assertEquals(
    itemLine(more, CLOCK),
    "#12 Use bigint cents (why: floats lose money) (user, 3d ago)",
  );
  assertEquals(
    itemLine({ ...ITEM, ...FOUND, why: "in src" }, CLOCK),
    "Use bigint cents (in src) (inferred)",
  );
  assertEquals(
    itemLine({ ...ITEM, why: "y".repeat(500) }, CLOCK),
    "Use bigint cents",
  );
  const later = {
    ...ITEM,
    state: "doing",
    at: "2026-11-20T14:00:00Z",
  } as const;
  assertEquals(
    itemLine(later, CLOCK),
    "Use bigint cents (in progress, 1h ago)",
  );
  assertEquals(itemLine({ ...ITEM, at: "" }, CLOCK), "Use bigint cents");
});

function linesOf(run: Run, evidence: Evidence[] = []): string {
  return verification({ evidence }, { runs: [run], verify: [] }, CLOCK).join(
    "\n",
  );
}

Deno.test("verification() tells the result, its age, and how a failure ended", () => {
  const run = {
    command: "npm test",
    kind: "test",
    exit: 0,
    at: "2026-11-20T11:00:00Z",
    tail: "fine",
    digest: "",
  } as const;
  assertEquals(linesOf(run), "npm test: passed (4h ago)");
  assertEquals(
    linesOf({ ...run, exit: null, doubt: "a pipe hides it" }),
    "npm test: result unknown, a pipe hides it (4h ago)",
  );
  const failed = { ...run, exit: 1, tail: "2 failed" };
  const known: Evidence = {
    command: "npm test",
    verifies: true,
    state: "contradicted",
    why: "it failed",
    exit: 1,
    at: run.at,
    ...{ changed: [], changes: null, claims: [] },
  };
  assertEquals(
    linesOf(failed, [known]),
    "contradicted: npm test (it failed); ended with: 2 failed",
  );
  const tail = `${"x".repeat(400)}\nFAIL a.ts\n\n2 failed\n`;
  assertEquals(
    linesOf({ ...run, exit: 1, tail }),
    "npm test: failed, exit 1 (4h ago); ended with: FAIL a.ts / 2 failed",
  );
});

Deno.test("a command that only did something does not verify the work", () => {
  const run: Run = {
    command: "terraform apply",
    ...{ kind: "other", exit: 0, at: "2026-11-20T11:00:00Z" },
    ...{ tail: "", digest: "" },
  };
  const known: Evidence = {
    command: run.command,
    verifies: false,
    ...{ state: "holds", why: "passed", exit: 0, at: run.at },
    ...{ changed: [], changes: 0, claims: [] },
  };
  const named: Item = { ...ITEM, kind: "verify", text: run.command };
  const cases: [Item[], Evidence[], boolean][] = [
    [[], [], false],
    [[], [known], false],
    [[named], [], true],
    [[], [{ ...known, verifies: true }], true],
  ];
  for (const [verify, evidence, is] of cases) {
    const commands = { runs: [run], verify };
    assertEquals(
      verification({ evidence }, commands, CLOCK).length,
      is ? 1 : 0,
    );
  }
  assertEquals(otherCommands({ runs: [run], verify: [] }, CLOCK), [
    "terraform apply: succeeded (4h ago)",
  ]);
});

Deno.test("pieces() divides a text between paragraphs and sentences", () => {
  assertEquals(
    pieces(
      "A paragraph\nthat continues.\n\n- one\n  and more\n- two\n```\na\n  b\n```\nEnd\u202e",
    ),
    [
      "A paragraph that continues.",
      "- one and more",
      "- two",
      "```\na\n  b\n```",
      "End\\u{202e}",
    ],
  );
  const sentence = `${"x".repeat(200)}.`;
  assertEquals(pieces(`${sentence} ${sentence} ${sentence}`), [
    sentence,
    sentence,
    sentence,
  ]);
  assertEquals(pieces("```\nopen"), ["```\nopen"]);
  assertEquals(oneLine(" a\n\tb\x1b "), "a b\\x1b");
});

Deno.test("statements in a foreign save are marked as from someone else", () => {
  const user = { ...ITEM, source: "user" } as const;
  const foreign = { ...CLOCK, foreign: true };
  assertEquals(
    [itemLine(user, CLOCK), itemLine(user, foreign)],
    ["Use bigint cents (user)", "Use bigint cents (someone else)"],
  );
  // Only items carried here have a number.
  assertEquals(
    itemLine({ ...user, number: 7 }, foreign),
    "#7 Use bigint cents (user)",
  );
});
