import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { type Gauge, UNKNOWN_GAUGE } from "./gauge.ts";
import {
  acknowledge,
  advance,
  afterCompaction,
  figureText,
  isAbove,
  type Level,
  levelOf,
  levelRows,
  LEVELS,
  type LevelState,
  NO_LEVELS,
  onAgent,
  onCrossing,
  onPrompt,
  percentText,
} from "./levels.ts";
import { levelsFromJson } from "./read_gauge.ts";

const NOW = new Date("2026-11-20T12:00:00Z");
const AT = { pause: 70, urgent: 85, block: 95 };

function full(tokens: number, rest: Partial<Gauge> = {}): Gauge {
  const window = 200_000;
  return {
    ...UNKNOWN_GAUGE,
    unknown: null,
    tokens,
    window,
    percentage: 100 * tokens / window,
    ...rest,
  };
}

/** The crossings of consecutive readings. */
function crossings(readings: readonly Gauge[]): (Level | null)[] {
  let state: LevelState = NO_LEVELS;
  return readings.map((gauge) => {
    const next = advance(state, { gauge, thresholds: AT, now: NOW });
    state = next.state;
    return next.crossed;
  });
}

/** Tokens out of 200,000, and the level. */
const EXACT: [number, Level][] = [
  [0, "normal"],
  [139_999, "normal"],
  [140_000, "pause"],
  [169_999, "pause"],
  [170_000, "urgent"],
  [189_999, "urgent"],
  [190_000, "block"],
  [200_000, "block"],
];

Deno.test("levelOf() changes at exactly 70, 85 and 95 percent", () => {
  for (const [tokens, level] of EXACT) {
    assertEquals(levelOf(full(tokens), AT), level, String(tokens));
  }
});

Deno.test("levelOf() is normal for unknown values", () => {
  for (const unknown of ["stale", ""]) {
    assertEquals(levelOf(full(200_000, { unknown }), AT), "normal");
  }
  assertEquals(levelOf(full(200_000, { window: null }), AT), "normal");
});

Deno.test("levelOf() is exact for percentages that a fraction cannot hold", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 100 }),
    fc.integer({ min: 1000, max: 2_000_000 }),
    (percent, window) => {
      const tokens = Math.ceil(percent * window / 100);
      const at = { pause: percent, urgent: 101, block: 101 };
      const exact = tokens * 100 >= percent * window;
      assertEquals(levelOf(full(tokens, { window }), at) === "pause", exact);
      assertEquals(levelOf(full(tokens - 1, { window }), at), "normal");
    },
  ));
});

Deno.test("advance() reports each crossing once", () => {
  const readings = [
    139_999,
    140_000,
    150_000,
    171_000,
    171_001,
    190_000,
    199_000,
  ];
  assertEquals(
    crossings(readings.map((tokens) => full(tokens))),
    [null, "pause", null, "urgent", null, "block", null],
  );
  assertEquals(crossings([full(195_000), full(195_000)]), ["block", null]);
});

Deno.test("advance() counts an oscillating figure as one crossing", () => {
  const readings = [
    140_000,
    139_000,
    141_000,
    130_000,
    140_000,
    129_999,
    140_000,
  ];
  assertEquals(
    crossings(readings.map((tokens) => full(tokens))),
    ["pause", null, null, null, null, null, "pause"],
  );
  assertEquals(
    crossings([171_000, 150_000, 171_000].map((tokens) => full(tokens))),
    ["urgent", null, "urgent"],
  );
});

Deno.test("advance() starts over after a compaction", () => {
  const after = full(180_000, { compaction: "c1" });
  assertEquals(
    crossings([full(190_000), after, after, full(190_000)]),
    ["block", "urgent", null, "block"],
  );
  const { state } = advance(NO_LEVELS, {
    gauge: full(150_000),
    thresholds: AT,
    now: NOW,
  });
  assertEquals(afterCompaction(state, "c2").reached, "normal");
});

Deno.test("advance() ignores unknown readings", () => {
  const { state } = advance(NO_LEVELS, {
    gauge: full(195_000),
    thresholds: AT,
    now: NOW,
  });
  for (const gauge of [UNKNOWN_GAUGE, full(1, { unknown: "stale" })]) {
    assertEquals(advance(state, { gauge, thresholds: AT, now: NOW }), {
      state,
      crossed: null,
    });
  }
});

Deno.test("advance() reports a level again only after a fall or a compaction", () => {
  fc.assert(fc.property(
    fc.array(fc.integer({ min: 0, max: 200_000 }), { maxLength: 40 }),
    (tokens) => {
      const crossed = crossings(tokens.map((count) => full(count)));
      let last: Level = "normal";
      let lowest = Infinity;
      crossed.forEach((level, at) => {
        const percent = tokens[at]! / 2000;
        lowest = Math.min(lowest, percent);
        if (level === null) return;
        const again = !isAbove(level, last);
        if (again) {
          const threshold = AT[level as keyof typeof AT];
          assert(lowest < threshold - 5, `${level} twice`);
        }
        [last, lowest] = [level, percent];
      });
    },
  ));
});

Deno.test("acknowledge() covers the current level; a higher one asks again", () => {
  const step = (state: LevelState, tokens: number) =>
    advance(state, { gauge: full(tokens), thresholds: AT, now: NOW }).state;
  assertEquals(acknowledge(NO_LEVELS, NOW), NO_LEVELS);
  const seen = acknowledge(step(NO_LEVELS, 150_000), NOW);
  assertEquals([seen.acknowledged, seen.acknowledged_at], [
    "pause",
    NOW.toISOString(),
  ]);
  assertEquals(acknowledge(seen, NOW), seen);
  assertEquals(step(seen, 151_000), seen);
  assertEquals(step(seen, 171_000).acknowledged, null);
  assertEquals(step(seen, 100).acknowledged, null);
});

Deno.test("levelsFromJson() reads a kept state, and ignores garbage", () => {
  const { state } = advance(NO_LEVELS, {
    gauge: full(150_000),
    thresholds: AT,
    now: NOW,
  });
  assertEquals(levelsFromJson(JSON.parse(JSON.stringify(state))), state);
  for (const odd of [null, 1, [], {}, { reached: "x" }, { reached: 1 }]) {
    assertEquals(levelsFromJson(odd), NO_LEVELS);
  }
  assertEquals(
    levelsFromJson({ reached: "urgent", crossings: [1, {}], acknowledged: 2 }),
    { ...NO_LEVELS, reached: "urgent" },
  );
});

Deno.test("onPrompt() holds back new work at the last level, and nothing before", () => {
  const gauge = full(195_000);
  for (const level of ["normal", "pause", "urgent"] as const) {
    assert(onPrompt(level, { gauge, prompt: "go" }).allow, level);
  }
  const { allow, reason } = onPrompt("block", { gauge, prompt: "go on" });
  assertEquals(allow, false);
  for (
    const way of [
      ...["/mpm-pause", "/compact", "/clear", "97.5 %"],
      "/mpm-pause saves the session",
      'begin it with the word "override"',
    ]
  ) {
    assertStringIncludes(reason!, way);
  }
});

for (
  const prompt of [
    "/mpm-pause done for today",
    "/mpm-resume",
    "/mpm:mpm-pause",
    "/pause",
    "/compact keep names",
    "/clear",
    "/context",
    "/help",
    "  /help",
    "override fix the test",
    "Override: fix the test",
    "!override fix the test",
    " !override fix the test",
    "/compact\nkeep names",
  ]
) {
  Deno.test(`onPrompt() always lets ${prompt} through`, () => {
    assert(onPrompt("block", { gauge: full(199_000), prompt }).allow);
  });
}

for (
  const prompt of [
    "",
    "pause",
    "/pauses",
    "/helper",
    "/mpm-branch x",
    "/help/index.html is broken",
    "/compact.ts needs a test",
    "/clearé",
    "do /pause",
    "do it, override",
    "overrides are wrong",
    "override-x",
  ]
) {
  Deno.test(`onPrompt() holds ${JSON.stringify(prompt)} back`, () => {
    assert(!onPrompt("block", { gauge: full(199_000), prompt }).allow);
  });
}

Deno.test("onAgent() starts no sub-agents from the second level on", () => {
  const gauge = full(171_000);
  const allowed = LEVELS.map((level) => onAgent(level, gauge).allow);
  assertEquals(allowed, [true, true, false, false]);
  assertStringIncludes(onAgent("urgent", gauge).reason!, "/mpm-pause");
});

Deno.test("onCrossing() writes the resume file and names a way out at each level", () => {
  for (const level of LEVELS) {
    if (level === "normal") continue;
    const { writeResumeFile, message, note } = onCrossing(level, full(150_000));
    assert(writeResumeFile);
    assertStringIncludes(message, "/mpm-pause");
    assertStringIncludes(note, "75.0 % full (150,000 of 200,000 tokens)");
  }
});

Deno.test("levelRows() returns the tokens at which each level begins", () => {
  assertEquals(levelRows(AT, 200_000).map(({ tokens }) => tokens), [
    140_000,
    170_000,
    190_000,
  ]);
  assertEquals(levelRows(AT, null)[0]!.tokens, null);
});

Deno.test("figures are never rounded up", () => {
  assertEquals(percentText(69.999), "69.9 %");
  assertEquals(percentText(70), "70.0 %");
  assertEquals(figureText(UNKNOWN_GAUGE), "at an unknown level");
  assertEquals(figureText(full(1, { window: null })), "at 1 tokens");
});
