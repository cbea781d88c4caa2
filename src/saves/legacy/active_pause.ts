import { SESSION_ID } from "../../base/ids.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
} from "../../base/parsed_values.ts";
import { parseTime } from "../../base/times.ts";

/** One line of `ACTIVE-PAUSE.jsonl`. */
interface Action {
  readonly type: string;
  /** As recorded. */
  readonly timestamp: string;
  readonly data: Fields;
  /** Use of the context, from 0 to 1. */
  readonly context: number;
}

/** An automatic pause by claude-mpm, to the extent that it was recorded. */
export interface ActivePause {
  /** `undefined`: no readable line has the ID. */
  readonly id: string | undefined;
  /** Every complete line, except the line that ends the pause. */
  readonly actions: readonly Action[];
  /** True if the end of the pause is recorded. */
  readonly finalized: boolean;
  /** Numbers (from 1) of lines that are incomplete or invalid. */
  readonly torn: readonly number[];
}

/**
 * Reads the record line by line. A line cut off by a crash, even the first or
 * the last, does not affect the others.
 */
export function parseActivePause(text: string): ActivePause {
  const actions: Action[] = [];
  const torn: number[] = [];
  let id: string | undefined;
  let finalized = false;
  text.replace(/^\ufeff/, "").split("\n").forEach((line, at) => {
    if (line.trim() === "") return;
    const value = parseLine(line);
    if (!value) return void torn.push(at + 1);
    const { session_id: named } = value;
    if (typeof named === "string" && SESSION_ID.test(named)) id ??= named;
    if (value.type === "pause_finalized") finalized = true;
    else actions.push(actionOf(value));
  });
  return { id, actions, finalized, torn };
}

function parseLine(line: string): Fields | undefined {
  const value = jsonIn(line);
  return isFields(value) && typeof value.type === "string" ? value : undefined;
}

function actionOf(value: Fields): Action {
  const { type, timestamp, data, context_percentage: context } = value;
  return {
    type: String(type),
    timestamp: typeof timestamp === "string" ? timestamp : "",
    data: isFields(data) ? data : {},
    context: typeof context === "number" && Number.isFinite(context)
      ? context
      : 0,
  };
}

/** The number of list entries that claude-mpm keeps. */
const MOST = 10;

/** The size of the context window that claude-mpm assumes, in tokens. */
const WINDOW = 200_000;

/**
 * Returns the fields of the save that claude-mpm makes from such a record, in
 * claude-mpm's words and without git's data.
 */
export function activePauseFields({ actions }: ActivePause): Fields {
  const [first, last] = [actions[0], actions.at(-1)];
  const from = first?.context ?? 0;
  const to = last?.context ?? 0;
  const seconds = secondsBetween(first, last);
  return {
    ...last && last.timestamp !== "" ? { "paused_at": last.timestamp } : {},
    "duration_hours": Math.round(seconds / 36) / 100,
    "context_usage": {
      "tokens_used": Math.round(to * WINDOW),
      "tokens_total": WINDOW,
      "percentage": Math.round(to * 1000) / 10,
    },
    "conversation": {
      "primary_task": `Auto-pause triggered at ${
        Math.round(from * 100)
      }% context`,
      "current_phase": "Wind-down",
      "summary": `Session auto-paused after ${actions.length} actions. ` +
        `Context usage: ${percent(from)} -> ${percent(to)}`,
      "accomplishments": summaries(actions).slice(0, MOST),
      "next_steps": [],
    },
    "incremental_pause": {
      "enabled": true,
      "action_count": actions.length,
      "duration_seconds": seconds,
      "context_range": [from, to],
      "tool_calls": actions.filter(({ type }) => type === "tool_call").length,
      "actions_summary": actions.slice(0, MOST)
        .map(({ type, timestamp }) => ({ type, timestamp })),
    },
  };
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1)}%`;
}

function summaries(actions: readonly Action[]): string[] {
  return actions.filter(({ type }) => type === "assistant_response")
    .map(({ data }) => field(data, "summary"))
    .filter((summary) =>
      typeof summary === "string" && summary !== ""
    ) as string[];
}

function secondsBetween(a: Action | undefined, b: Action | undefined): number {
  const [from, to] = [a, b].map((action) => parseTime(action?.timestamp ?? ""));
  if (from === undefined || to === undefined) return 0;
  return Math.max(0, Math.floor((to - from) / 1000));
}

/**
 * Returns the line that ends the record, with exactly the five allowed keys.
 */
export function finalizedLine(
  { actions }: ActivePause,
  { id, now }: { id: string; now: Date },
): string {
  const [first, last] = [actions[0], actions.at(-1)];
  return JSON.stringify({
    "type": "pause_finalized",
    "timestamp": now.toISOString().replace("Z", "000+00:00"),
    "session_id": id,
    "data": {
      "total_actions": actions.length,
      "final_percentage": last?.context ?? 0,
      "pause_started_at": first?.timestamp ?? "",
      "duration_seconds": secondsBetween(first, last),
    },
    "context_percentage": last?.context ?? 0,
  });
}
