import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import * as fc from "fast-check";
import { readTranscriptGauge } from "./answers.ts";
import { TestEnv } from "../../../tests/helpers/env.ts";
import { posixTest } from "../../../tests/helpers/posix.ts";
import { formatText } from "../../../tests/helpers/stores.ts";

/** Sample, tokens, model, compaction. */
const SAMPLES: [string, number | undefined, string?, boolean?][] = [
  ["print-mode-tools-tasks", 15_503, "claude-opus-5-5"],
  ["print-mode-todowrite", 12_503, "claude-sonnet-4-6"],
  ["print-mode-subagent-main", 11_503, "claude-opus-5-5"],
  ["print-mode-subagent-agent", undefined],
  ["print-mode-hooks-manual-compact", 10_503, "claude-opus-5-5"],
  ["interactive-skill-autocompact-clear", 3208, "claude-opus-5-5", true],
  ["hook-stdin", undefined],
  ["statusline-stdin", undefined],
];

function sample(name: string): string {
  return formatText(`claude-code/${name}.jsonl`);
}

function gauge(env: TestEnv, content: string | Uint8Array) {
  env.write("transcript.jsonl", content);
  return readTranscriptGauge(
    env.system(),
    join(env.project, "transcript.jsonl"),
  );
}

function line(entry: Record<string, unknown>): string {
  return `${JSON.stringify(entry)}\n`;
}

function answer(tokens: number, rest = {}, message = {}): string {
  return line({
    isSidechain: false,
    message: {
      id: "msg_1",
      model: "claude-opus-5-5",
      role: "assistant",
      usage: { input_tokens: tokens, output_tokens: 9 },
      ...message,
    },
    type: "assistant",
    timestamp: "2026-11-20T12:00:00.000Z",
    ...rest,
  });
}

function boundary(compactMetadata: unknown): string {
  return line({
    type: "system",
    subtype: "compact_boundary",
    compactMetadata,
    uuid: "b1",
    timestamp: "2026-11-20T12:00:01.000Z",
  });
}

for (const [name, tokens, model, compacted] of SAMPLES) {
  Deno.test(`readTranscriptGauge() reads ${name}, however it is written`, () => {
    using env = new TestEnv();
    const text = sample(name);
    const found = gauge(env, text);
    assertEquals(found?.tokens, tokens);
    assertEquals(found?.model, model);
    assertEquals(found?.compaction !== undefined, compacted ?? false);
    const lines = text.trimEnd().split("\n");
    const variants = {
      crlf: text.replaceAll("\n", "\r\n"),
      "no end": text.trimEnd(),
      torn: `${text}{"type":"assistant","message":{"usage":{"input_tok`,
      garbage: lines.flatMap((
        one,
      ) => [one, "garbage", "[]", "", '{"usage":1}', "null"]).join("\n"),
      reordered: lines.map((one) => JSON.stringify(reversed(JSON.parse(one))))
        .join("\n"),
      unknown: lines.map((one) =>
        JSON.stringify({ new_field: [1], ...JSON.parse(one), later: {} })
      ).join("\n"),
      spaced: lines.map((one) =>
        JSON.stringify(JSON.parse(one), null, 1).replaceAll("\n", " ")
      ).join("\n"),
    };
    for (const [variant, changed] of Object.entries(variants)) {
      assertEquals(gauge(env, changed), found, variant);
    }
  });

  Deno.test(`readTranscriptGauge() reads ${name} cut anywhere: a reading or unknown`, () => {
    using env = new TestEnv();
    const bytes = new TextEncoder().encode(sample(name));
    const known = new Set([undefined, ...allTokens(sample(name))]);
    const check = (content: Uint8Array) => {
      const found = gauge(env, content);
      assert(known.has(found?.tokens), `${found?.tokens}`);
    };
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
      check(bytes.subarray(0, at + 1));
      check(bytes.subarray(at));
    }
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(bytes.length), (a, b) => {
        check(bytes.subarray(Math.min(a, b), Math.max(a, b)));
      }),
      { numRuns: 60 },
    );
  });
}

/** Every figure in any line of a transcript. */
function allTokens(text: string): number[] {
  return text.trimEnd().split("\n").map((one) => JSON.parse(one))
    .map(({ message, compactMetadata }) => {
      const usage = message?.usage;
      return compactMetadata?.postTokens ??
        (usage
          ? usage.input_tokens + usage.cache_creation_input_tokens +
            usage.cache_read_input_tokens
          : undefined);
    });
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).reverse().map((
      [name, held],
    ) => [name, reversed(held)]),
  );
}

Deno.test("readTranscriptGauge() survives any bytes", () => {
  using env = new TestEnv();
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.constantFrom(
      answer(5),
      '"usage":',
      '{"message":{"usage":{"input_tokens":',
      "\n",
      "\r\n",
      boundary({ postTokens: 7 }),
    ).map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const bytes = Uint8Array.from(pieces.flatMap((one) => [...one]));
      const tokens = gauge(env, bytes)?.tokens;
      assert(tokens === undefined || tokens === 5 || tokens === 7);
    }),
    { numRuns: 150 },
  );
});

/** Lines after an answer of 5 tokens, and the expected tokens. */
const AFTER: [string, string, number | undefined][] = [
  ["a sub-agent's answer", answer(9, { isSidechain: true }), 5],
  ["an answer Claude Code made up", answer(9, {}, { model: "<synthetic>" }), 5],
  ["an API error", answer(9, { isApiErrorMessage: true }), 5],
  ["an answer without usage", answer(9, {}, { usage: null }), 5],
  ["a usage of zeros", answer(0), 5],
  ["a usage that is not a count", answer(-1), 5],
  ["a usage beyond reason", answer(1e12), 5],
  ["an answer without a time", answer(9, { timestamp: 7 }), 5],
  [
    "a user's words about usage",
    line({ type: "user", message: { content: answer(9) } }),
    5,
  ],
  ["a second fragment of an answer", answer(9) + answer(9), 9],
  ["a compaction", boundary({ postTokens: 7 }), 7],
  ["a compaction that tells nothing", boundary({}), undefined],
  ["an answer after a compaction", boundary({ postTokens: 7 }) + answer(8), 8],
  [
    "server tools in between",
    answer(9, {}, {
      usage: {
        input_tokens: 50,
        iterations: [
          { type: "message", input_tokens: 20, cache_read_input_tokens: 1 },
          { type: "message", input_tokens: 30, cache_read_input_tokens: 3 },
          { type: "tool", input_tokens: 99 },
        ],
      },
    }),
    33,
  ],
];

for (const [what, text, tokens] of AFTER) {
  Deno.test(`readTranscriptGauge() after ${what}`, () => {
    using env = new TestEnv();
    const found = gauge(env, answer(5) + text);
    assertEquals(found?.tokens, tokens);
    if (tokens !== undefined) assertEquals(found?.model, "claude-opus-5-5");
  });
}

/** A file of `size` bytes without content, and `text` at its end. */
function sparse(env: TestEnv, size: number, text: string): string {
  const path = join(env.project, "sparse.jsonl");
  using file = Deno.openSync(path, {
    create: true,
    write: true,
    truncate: true,
  });
  file.truncateSync(size);
  file.seekSync(0, Deno.SeekMode.End);
  file.writeSync(new TextEncoder().encode(text));
  return path;
}

/** Counts the bytes read from a file. */
function counting(env: TestEnv) {
  const system = env.system();
  const counted = { bytes: 0, largest: 0 };
  const files = {
    ...system.files,
    readPart(path: string, offset: number, length: number) {
      const bytes = system.files.readPart(path, offset, length);
      counted.bytes += bytes.length;
      counted.largest = Math.max(counted.largest, bytes.length);
      return bytes;
    },
  };
  return { system: { ...system, files }, counted };
}

Deno.test("readTranscriptGauge() reads only the end of 70 MB", () => {
  using env = new TestEnv();
  const filler = line({ type: "user", message: { content: "x".repeat(500) } });
  const path = sparse(env, 70_000_000, `\n${answer(42)}${filler.repeat(100)}`);
  const { system, counted } = counting(env);
  assertEquals(readTranscriptGauge(system, path)?.tokens, 42);
  assert(counted.bytes <= 128 * 1024, String(counted.bytes));
});

Deno.test("readTranscriptGauge() skips a line of several MB, and gives up on one of 50 MB", () => {
  using env = new TestEnv();
  const path = sparse(env, 50_000_000, '"usage": \n');
  const { system, counted } = counting(env);
  assertEquals(readTranscriptGauge(system, path), undefined);
  assert(counted.bytes <= 16 * 1024 * 1024 && counted.largest <= 1024 * 1024);
  const big = "y".repeat(5_000_000);
  assertEquals(gauge(env, `${answer(5)}{"usage":"${big}"}\n`)?.tokens, 5);
  assertEquals(gauge(env, `{"usage":"${big}"}\n${answer(5)}`)?.tokens, 5);
});

Deno.test("readTranscriptGauge() joins a line across blocks", () => {
  using env = new TestEnv();
  for (const size of [65_000, 65_536, 140_000, 1_000_000]) {
    const text = answer(5, { pad: "é".repeat(size) });
    assertEquals(gauge(env, `${answer(4)}${text}`)?.tokens, 5, String(size));
  }
});

Deno.test("readTranscriptGauge() returns undefined for a missing file", () => {
  using env = new TestEnv();
  const read = (path: string) =>
    readTranscriptGauge(env.system(), join(env.project, path));
  assertEquals(read("none.jsonl"), undefined);
  assertEquals(read("."), undefined);
  assertEquals(gauge(env, ""), undefined);
});

posixTest(
  "readTranscriptGauge() reports an unreadable transcript as unknown",
  () => {
    using env = new TestEnv();
    env.write("x.jsonl", answer(5));
    const path = join(env.project, "x.jsonl");
    Deno.chmodSync(path, 0);
    const root = Deno.uid() === 0;
    assertEquals(
      readTranscriptGauge(env.system(), path)?.tokens,
      root ? 5 : undefined,
    );
  },
);
