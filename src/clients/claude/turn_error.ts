import { field, jsonIn } from "../../base/odd_values.ts";
import { parseTime } from "../../base/times.ts";
import type { System } from "../../system/system.ts";
import { lastLines } from "./tail.ts";

/** The error of the API that ended a turn. */
export interface TurnError {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** Its kind and what Claude Code said about it. */
  readonly text: string;
}

/** Bytes of the end of a transcript that are searched. */
const MOST = 1024 * 1024;

/** What a line must contain to be worth parsing. */
const MARKS = /"type"\s*:\s*"(?:assistant|user)"/;

/**
 * Returns the error that ended the last turn of the main conversation, from the
 * end of its transcript; `undefined` if that turn ended well, or the end tells
 * nothing. Never throws for what is in the file.
 */
export function lastTurnError(
  system: System,
  path: string,
): TurnError | undefined {
  for (const line of lastLines(system, path, MOST)) {
    const entry = MARKS.test(line) ? jsonIn(line) : undefined;
    if (entry === undefined || field(entry, "isSidechain") === true) continue;
    const type = field(entry, "type");
    if (type === "user" && field(entry, "isMeta") !== true) return undefined;
    if (type !== "assistant") continue;
    if (field(entry, "isApiErrorMessage") === true) return errorOf(entry);
    // What the client fills in when it takes a session up is no answer.
    const message = field(entry, "message");
    if (field(message, "model") !== "<synthetic>") return undefined;
  }
  return undefined;
}

function errorOf(entry: unknown): TurnError | undefined {
  const [kind, at] = [field(entry, "error"), field(entry, "timestamp")];
  const time = typeof at === "string" ? parseTime(at) : undefined;
  if (time === undefined) return undefined;
  const content = field(field(entry, "message"), "content");
  const texts = (Array.isArray(content) ? content : [])
    .map((block) => field(block, "text"));
  const text = turnErrorText([kind, ...texts]);
  return { time, text };
}

/** One text of the parts that are known, e.g. `rate_limit: API Error: …`. */
export function turnErrorText(parts: readonly unknown[]): string {
  return parts.filter((part) => typeof part === "string" && part !== "")
    .join(": ") || "unknown";
}
