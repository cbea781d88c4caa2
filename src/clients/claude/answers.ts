import { field, jsonIn, listIn, textField } from "../../base/parsed_values.ts";
import { parseTime } from "../../base/times.ts";
import { turnErrorText } from "./hook_input.ts";
import { lastLines } from "../tail.ts";
import {
  contextTokens,
  countIn,
  type StatusRecord,
  type TranscriptReading,
} from "../gauge.ts";
import type { System } from "../../system/system.ts";
import { isAgentId } from "../../base/ids.ts";

/**
 * Returns how full the context was at the agent's last answer, from the end of
 * its transcript. Uses the last answer of the main conversation, or a later
 * compaction. Skips lines of sub-agents, answers invented by mpm or Claude
 * Code, API errors, and incomplete or invalid lines. `undefined` if the end of
 * the file, at most 16 MiB, does not show it; never throws for the content of
 * the file.
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
    // After a compaction, the answer only shows which model continues.
    return compacted ? { ...compacted, model: answer.model } : answer;
  }
  return compacted;
}

/** The maximum number of bytes to read from the end of a transcript. */
const MOST = 16 * 1024 * 1024;

/** Marks of a line that is worth parsing. */
const MARKS = /"usage"\s*:|"compact_boundary"/;

/** Returns the context at an agent's answer; `undefined`: another line. */
export function answerOf(entry: unknown): TranscriptReading | undefined {
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
    model: textField(message, "model") || undefined,
    time,
    compaction: undefined,
  };
}

/** Returns the usage of a message's last request; tools may run between. */
function usageOf(message: unknown): unknown {
  const usage = field(message, "usage");
  const iterations = field(usage, "iterations");
  if (!Array.isArray(iterations)) return usage;
  return iterations.findLast((one) =>
    field(one, "type") === "message" && contextTokens(one) !== undefined
  ) ?? usage;
}

function boundaryOf(entry: unknown): TranscriptReading {
  const id = field(entry, "uuid");
  const time = timeOf(entry);
  const left = countIn(field(entry, "compactMetadata"), "postTokens");
  return {
    tokens: time === undefined ? undefined : left,
    window: undefined,
    model: undefined,
    time: time ?? 0,
    compaction: typeof id === "string" ? id : String(time),
  };
}

function timeOf(entry: unknown): number | undefined {
  const time = textField(entry, "timestamp");
  return time === undefined ? undefined : parseTime(time);
}

/** The API error that ended a turn. */
export interface TurnError {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** The kind of the error, and Claude Code's text about it. */
  readonly text: string;
}

/** The maximum number of bytes to search at the end of a transcript. */
const MOST_SEARCHED = 1024 * 1024;

const MESSAGES = /"type"\s*:\s*"(?:assistant|user)"/;

/**
 * Returns the error that ended the last turn of the main conversation, from the
 * end of its transcript. `undefined` if that turn ended without an error, or if
 * the end of the transcript does not show the turn's end. Never throws for the
 * content of the file.
 */
export function lastTurnError(
  system: System,
  path: string,
): TurnError | undefined {
  for (const line of lastLines(system, path, MOST_SEARCHED)) {
    const entry = MESSAGES.test(line) ? jsonIn(line) : undefined;
    if (entry === undefined || field(entry, "isSidechain") === true) continue;
    const type = field(entry, "type");
    if (type === "user" && field(entry, "isMeta") !== true) return undefined;
    if (type !== "assistant") continue;
    if (field(entry, "isApiErrorMessage") === true) return errorOf(entry);
    // The client's own text after it resumes a session is not an answer.
    const message = field(entry, "message");
    if (field(message, "model") !== "<synthetic>") return undefined;
  }
  return undefined;
}

function errorOf(entry: unknown): TurnError | undefined {
  const time = timeOf(entry);
  if (time === undefined) return undefined;
  const texts = listIn(field(entry, "message"), "content")
    .map((block) => field(block, "text"));
  const text = turnErrorText([field(entry, "error"), ...texts]);
  return { time, text };
}

/** The fields of Claude Code's status line input that mpm uses. */
export interface StatusInput extends StatusRecord {
  readonly sessionId: string;
}

/** Reads the status line input; skips unknown and invalid fields. */
export function parseStatusInput(
  text: string,
  now: Date,
): StatusInput | undefined {
  const value = jsonIn(text);
  const sessionId = textAt(value, "session_id");
  if (!isAgentId(sessionId)) return undefined;
  const workspace = field(value, "workspace");
  const model = field(value, "model");
  const context = field(value, "context_window");
  const window = countIn(context, "context_window_size");
  return {
    sessionId,
    reading: {
      tokens: tokensOf(context, window),
      window,
      model: textAt(model, "id"),
      time: now.getTime(),
    },
    transcriptPath: textAt(value, "transcript_path"),
    cwd: textAt(workspace, "current_dir") ?? textAt(value, "cwd"),
    projectDir: textAt(workspace, "project_dir"),
    modelName: textAt(model, "display_name") ?? textAt(model, "id"),
    sessionName: textAt(value, "session_name"),
  };
}

/** Returns the tokens: missing before an answer, 0 after a compaction. */
function tokensOf(
  context: unknown,
  window: number | undefined,
): number | undefined {
  const usage = field(context, "current_usage");
  if (typeof usage === "object" && usage !== null) return contextTokens(usage);
  const percentage = field(context, "used_percentage");
  const usable = typeof percentage === "number" && percentage > 0 &&
    percentage <= 100 && window !== undefined;
  return usable ? Math.round(percentage * window / 100) : undefined;
}

function textAt(value: unknown, name: string): string | undefined {
  return textField(value, name) || undefined;
}
