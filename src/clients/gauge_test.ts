import { assertEquals } from "@std/assert";
import { type Gauge, gaugeOf, type Reading, windowOf } from "./gauge.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const RULES = { staleAfter: 3_600_000, windows: {}, compactWindow: undefined };

/** Seconds before now. */
function reading(tokens: number | undefined, ago: number, rest = {}): Reading {
  return {
    tokens,
    window: 200_000,
    model: "claude-sonnet-4-6",
    time: NOW.getTime() - 1000 * ago,
    ...rest,
  };
}

function transcript(tokens: number | undefined, ago: number, rest = {}) {
  const given = reading(tokens, ago, { window: undefined, ...rest });
  return { compaction: undefined, ...given };
}

function gauge(
  status: Reading | undefined,
  given: ReturnType<typeof transcript> | undefined,
  rules = {},
): Gauge {
  return gaugeOf({ status, transcript: given }, {
    rules: { ...RULES, ...rules },
    now: NOW,
  });
}

function short({ unknown, tokens, window, percentage, source }: Gauge) {
  return [unknown, tokens, window, percentage, source];
}

Deno.test("gaugeOf() takes the status line's figure, unless the transcript's is later", () => {
  const known = gauge(reading(140_000, 5), transcript(100_000, 6));
  assertEquals(known, {
    unknown: null,
    tokens: 140_000,
    window: 200_000,
    percentage: 70,
    model: "claude-sonnet-4-6",
    source: "status-line",
    window_source: "status-line",
    read_at: "2026-11-20T11:59:55.000Z",
    age: 5,
    compaction: null,
  });
  const later = gauge(reading(140_000, 5), transcript(150_000, 4));
  assertEquals(short(later), [null, 150_000, 200_000, 75, "transcript"]);
});

Deno.test("gaugeOf() uses the transcript if the status line has no figure", () => {
  const after = transcript(3208, 60, { compaction: "c1" });
  const known = gauge(reading(undefined, 5), after);
  assertEquals(short(known), [null, 3208, 200_000, 1.604, "compaction"]);
  assertEquals(known.compaction, "c1");
});

Deno.test("gaugeOf() has no figure after a compaction that does not report one", () => {
  const given = transcript(undefined, 4, { compaction: "c1" });
  assertEquals(
    gauge(reading(190_000, 5), given).unknown,
    "it was not measured in this session",
  );
  assertEquals(gauge(undefined, undefined).tokens, null);
});

Deno.test("gaugeOf() counts a reading that is stale or from the future as unknown", () => {
  assertEquals(gauge(reading(1, 3600), undefined).unknown, null);
  assertEquals(
    gauge(reading(1, 3601), undefined).unknown,
    "it is outdated: 1 hour old",
  );
  assertEquals(gauge(reading(1, -30), undefined).unknown, null);
  assertEquals(
    gauge(reading(1, -61), undefined).unknown,
    "its time is in the future",
  );
  assertEquals(
    gauge(reading(1, 11), undefined, { staleAfter: 10_000 }).tokens,
    1,
  );
});

/** Model, its tokens, configured windows, expected window, and its source. */
const WINDOWS: [
  string | undefined,
  number,
  Record<string, number>,
  unknown,
  unknown,
][] = [
  ["claude-opus-5-5", 1, {}, 1_000_000, "model"],
  ["claude-sonnet-5-5-20261001", 1, {}, 1_000_000, "model"],
  ["claude-haiku-4-5", 1, {}, 200_000, "model"],
  ["claude-sonnet-4-6", 200_000, {}, 200_000, "model"],
  ["claude-sonnet-4-6", 200_001, {}, 1_000_000, "usage"],
  ["claude-sonnet-4-6[1m]", 1, {}, 1_000_000, "model"],
  ["us.anthropic.claude-opus-4-6-v1:0", 1, {}, 200_000, "model"],
  ["other-model", 1, {}, null, null],
  ["other-model", 200_001, {}, 1_000_000, "usage"],
  ["other-model", 1_000_001, {}, null, null],
  ["claude-opus-50", 1, {}, null, null],
  [undefined, 1, {}, null, null],
  ["other-model", 1, { "other-model": 5000 }, 5000, "configuration"],
  [
    "claude-opus-5-5[1m]",
    1,
    { "claude-opus-5-5": 5000 },
    5000,
    "configuration",
  ],
];

for (const [model, tokens, windows, wanted, from] of WINDOWS) {
  Deno.test(`gaugeOf() reports ${wanted} for ${tokens} tokens of ${model}`, () => {
    const given = transcript(tokens, 1, { model });
    const { window, window_source: source, unknown } = gauge(undefined, given, {
      windows,
    });
    assertEquals([window, source], [wanted, from]);
    assertEquals(
      unknown,
      wanted === null ? "the context window of the model is unknown" : null,
    );
  });
}

Deno.test("gaugeOf() takes the status line's window for the same model only", () => {
  const status = reading(10, 9, {
    window: 500_000,
    model: "claude-opus-5-5[1m]",
  });
  const same = transcript(20, 1, { model: "claude-opus-5-5" });
  assertEquals(gauge(status, same).window_source, "status-line");
  const other = transcript(20, 1, { model: "claude-haiku-4-5" });
  assertEquals(gauge(status, other).window, 200_000);
});

Deno.test("gaugeOf() counts up to the configured compaction point of Claude Code", () => {
  const given = reading(140_000, 1, {
    window: 1_000_000,
    model: "claude-opus-5-5",
  });
  const { percentage, window_source: from } = gauge(given, undefined, {
    compactWindow: 200_000,
  });
  assertEquals([percentage, from], [70, "auto-compact"]);
  const small = gauge(reading(140_000, 1), undefined, {
    compactWindow: 300_000,
  });
  assertEquals(small.window, 200_000);
});

Deno.test("windowOf() returns undefined for an empty context of an unknown model", () => {
  assertEquals(windowOf("", 0), undefined);
});
