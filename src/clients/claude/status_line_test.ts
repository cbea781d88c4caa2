import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { parseStatusInput } from "./answers.ts";
import { newestStatus, statusToJson } from "../read_gauge.ts";
import { formatText } from "../../../tests/helpers/stores.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const LINES = formatText("claude-code/statusline-stdin.jsonl").trimEnd().split(
  "\n",
);

/**
 * The usage is unknown before the first answer, and right after a compaction.
 */
const TOKENS = [undefined, 13503, 10503, 10503, 940503, 955503];

function tokensOf(context: unknown): number | undefined {
  const text = JSON.stringify({ session_id: "s", context_window: context });
  return parseStatusInput(text, NOW)?.reading.tokens;
}

Deno.test("parseStatusInput() reads what Claude Code sends", () => {
  const tokens = LINES.map((text) =>
    parseStatusInput(text, NOW)!.reading.tokens
  );
  assertEquals(tokens, TOKENS);
  assertEquals(parseStatusInput(LINES[1]!, NOW), {
    sessionId: "2975e44b-8da5-4bbb-a4f5-59595064217c",
    reading: {
      tokens: 13_503,
      window: 1_000_000,
      model: "claude-opus-5-5",
      time: NOW.getTime(),
    },
    transcriptPath:
      "/home/u/.claude/projects/-home-u-proj/2975e44b-8da5-4bbb-a4f5-59595064217c.jsonl",
    cwd: "/home/u/proj",
    projectDir: "/home/u/proj",
    modelName: "Opus 5.5",
    sessionName: undefined,
  });
});

Deno.test("parseStatusInput() uses the percentage if there is no better figure", () => {
  const window = { context_window_size: 200_000 };
  assertEquals(tokensOf({ ...window, used_percentage: 71 }), 142_000);
  for (const odd of [null, 0, -1, 101, "71", NaN]) {
    assertEquals(tokensOf({ ...window, used_percentage: odd }), undefined);
  }
  assertEquals(tokensOf({ used_percentage: 71 }), undefined);
  assertEquals(
    tokensOf({
      current_usage: { input_tokens: 0 },
      used_percentage: 71,
      ...window,
    }),
    undefined,
  );
  assertEquals(tokensOf([]), undefined);
});

Deno.test("parseStatusInput() returns undefined for an incomplete text, or one without a session", () => {
  for (const text of LINES) {
    fc.assert(
      fc.property(fc.nat(text.length - 1), (at) => {
        assertEquals(parseStatusInput(text.slice(0, at), NOW), undefined);
      }),
      { numRuns: 30 },
    );
  }
  const odd = [
    "",
    "null",
    "[]",
    "7",
    '{"session_id":7}',
    '{"session_id":"../x"}',
    "[".repeat(100_000),
  ];
  for (const text of odd) assertEquals(parseStatusInput(text, NOW), undefined);
});

Deno.test("parseStatusInput() accepts any values without an error", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
    const text = JSON.stringify({
      session_id: "s",
      model: a,
      workspace: b,
      context_window: {
        current_usage: a,
        context_window_size: b,
        used_percentage: a,
      },
      transcript_path: b,
    });
    const input = parseStatusInput(text, NOW);
    assert(input?.sessionId === "s");
  }));
});

Deno.test("newestStatus() reads a kept record, and ignores garbage", () => {
  const kept = LINES.map((text, at) => {
    const { sessionId: _, ...record } = parseStatusInput(
      text,
      new Date(NOW.getTime() + at),
    )!;
    return record;
  });
  const stored = kept.map((record) =>
    JSON.parse(JSON.stringify(statusToJson(record)))
  );
  assertEquals(
    newestStatus([...stored.slice(3), ...stored.slice(0, 3)]),
    kept.at(-1),
  );
  assertEquals(
    newestStatus([null, 1, [], {}, { time: 7 }, { time: "x" }]),
    undefined,
  );
});
