import { assertEquals } from "@std/assert";
import { withMarks } from "./outdated.ts";

Deno.test("withMarks() marks sentences about closed items", () => {
  const over = [
    "Write the parser",
    "Ship",
    "Retries with backoff",
    "Write the changelog entry",
  ];
  const marked = (text: string) => withMarks(text, { over, left: [] });
  for (
    const [text, expected] of [
      [
        "Pending:\n- Write  the Parser \n- Test it\n- Ship",
        "Pending:\n- Write  the Parser (no longer open)\n- Test it\n- Ship (no longer open)",
      ],
      [
        "The endpoint is done. It still lacks retries with a backoff. Bye.",
        "The endpoint is done. It still lacks retries with a backoff (no longer open). Bye.",
      ],
      [
        "Begun in a.ts; the changelog's entry is missing; more later",
        "Begun in a.ts; the changelog's entry is missing (no longer open); more later",
      ],
      ["The changelog entry is written.", "The changelog entry is written."],
      ["Completed:\n- retries, backoff", "Completed:\n- retries, backoff"],
      ["Retries of other kinds are missing.", ""],
      ["Retries with a backoff: src/retry.ts", ""],
    ] as const
  ) assertEquals(marked(text), expected || text);
  assertEquals(
    withMarks("Nothing is over", { over: [], left: [] }),
    "Nothing is over",
  );
});

Deno.test("withMarks() marks sentences about reopened steps", () => {
  const over = ["Ledger"];
  const left = ["Refund endpoint", "Ledger webhook"];
  const marked = (text: string) => withMarks(text, { over, left });
  for (
    const [text, expected] of [
      [
        "The refund endpoint is done.",
        "The refund endpoint is done (listed as open).",
      ],
      [
        "## Completed Tasks\n1. Refund endpoints",
        "## Completed Tasks\n1. Refund endpoints (listed as open)",
      ],
      ["The refund endpoint is not done.", ""],
      ["## Pending\n- Ledger webhook", ""],
    ] as const
  ) assertEquals(marked(text), expected || text);
});
