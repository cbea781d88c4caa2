import type { TranscriptReading } from "../gauge.ts";
import { field, jsonIn } from "../../base/odd_values.ts";
import { parseTime } from "../../base/times.ts";
import type { System } from "../../system/system.ts";
import { lastLines } from "./tail.ts";
import { contextTokens, tokenCount } from "./usage.ts";

/**
 * How full the context was when the agent last answered, from the end of its
 * transcript: of the last answer of the main conversation, or of the compaction
 * that came after it. Sub-agents' lines, answers that mpm or Claude Code made up,
 * API errors, torn and garbage lines are skipped. `undefined` where the end of
 * the file, 16 MiB at most, tells nothing; never throws for what is in it.
 */
export function readTranscriptGauge(
  system: System,
  path: string,
): TranscriptReading | undefined {
  let compacted: TranscriptReading | undefined;
  for (const line of lastLines(system, path, MOST)) {
    const entry = MARKS.test(line) ? jsonIn(line) : undefined;
    if (entry === undefined || field(entry, "isSidechain") === true) continue;
    if (field(entry, "subtype") === "compact_boundary") {
      if (compacted) return compacted;
      compacted = boundaryOf(entry);
      if (compacted.tokens === undefined) return compacted;
      continue;
    }
    const answer = answerOf(entry);
    if (!answer) continue;
    // Only to know the model that goes on.
    return compacted ? { ...compacted, model: answer.model } : answer;
  }
  return compacted;
}

/** Bytes of the end of a transcript that are read at most. */
const MOST = 16 * 1024 * 1024;

/** What a line must contain to be worth parsing. */
const MARKS = /"usage"\s*:|"compact_boundary"/;

function answerOf(entry: unknown): TranscriptReading | undefined {
  const message = field(entry, "message");
  const model = field(message, "model");
  const isAnswer = field(entry, "type") === "assistant" &&
    field(entry, "isApiErrorMessage") !== true && model !== "<synthetic>";
  const time = timeOf(entry);
  if (!isAnswer || time === undefined) return undefined;
  const tokens = contextTokens(usageOf(message));
  if (tokens === undefined) return undefined;
  return {
    tokens,
    window: undefined,
    model: typeof model === "string" && model !== "" ? model : undefined,
    time,
    compaction: undefined,
  };
}

/** Where the server ran tools in between, that of its last request. */
function usageOf(message: unknown): unknown {
  const usage = field(message, "usage");
  const iterations = field(usage, "iterations");
  if (!Array.isArray(iterations)) return usage;
  return iterations.findLast((one) =>
    field(one, "type") === "message" && contextTokens(one) !== undefined
  ) ?? usage;
}

function boundaryOf(entry: unknown): TranscriptReading {
  const left = field(field(entry, "compactMetadata"), "postTokens");
  const id = field(entry, "uuid");
  const time = timeOf(entry);
  const tokens = time === undefined ? undefined : tokenCount(left);
  return {
    tokens: tokens === 0 ? undefined : tokens,
    window: undefined,
    model: undefined,
    time: time ?? 0,
    compaction: typeof id === "string" ? id : String(time),
  };
}

function timeOf(entry: unknown): number | undefined {
  const time = field(entry, "timestamp");
  return typeof time === "string" ? parseTime(time) : undefined;
}
