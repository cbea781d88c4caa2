import { join } from "../../base/join.ts";
import {
  field,
  type Fields,
  isFields,
  jsonIn,
  textField,
} from "../../base/parsed_values.ts";
import { parseTime } from "../../base/times.ts";
import type { System } from "../../system/system.ts";
import type { FoundSession, SessionStore } from "../client.ts";
import { countIn, type TranscriptReading } from "../gauge.ts";
import { listNames, startText, withTimes } from "../look.ts";
import { lastLines } from "../tail.ts";
import { codexHome } from "./home.ts";

const NAME =
  /^rollout-[\dT-]+-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/;

/** Returns the ID in the name of a rollout; `undefined` for other names. */
export function idIn(name: string): string | undefined {
  return NAME.exec(name)?.[1];
}

/** The most bytes in the first line, which also has instructions. */
const FIRST_LINE = 256 * 1024;

/** Returns the metadata in the first line of a rollout. */
export function metaOf(system: System, path: string): Fields | undefined {
  const [line = ""] = startText(system, path, FIRST_LINE).split("\n", 1);
  const value = jsonIn(line);
  const meta = field(value, "payload");
  return field(value, "type") === "session_meta" && isFields(meta)
    ? meta
    : undefined;
}

/** The most days to check, and rollouts in all their folders. */
const MOST_DAYS = 400;
const MOST = 5000;

/** Yields the rollouts of all days, the last day first. */
function* rollouts(system: System): Generator<{ id: string; path: string }> {
  const home = codexHome(system);
  if (home === undefined) return;
  const top = join(home, "sessions");
  let [days, left] = [MOST_DAYS, MOST];
  for (const folder of daysBelow(system, top)) {
    if (days-- === 0) return;
    for (const { id, path } of rolloutsIn(system, folder)) {
      if (left-- === 0) return;
      yield { id, path };
    }
  }
  yield* rolloutsIn(system, join(home, "archived_sessions")).slice(0, left);
}

function rolloutsIn(system: System, folder: string) {
  return listNames(system, folder).sort().reverse().flatMap((name) => {
    const id = idIn(name);
    return id === undefined ? [] : [{ id, path: join(folder, name) }];
  });
}

function* daysBelow(system: System, top: string): Generator<string> {
  const numbers = (folder: string, form: RegExp) =>
    listNames(system, folder).filter((name) => form.test(name)).sort()
      .reverse().map((name) => join(folder, name));
  for (const year of numbers(top, /^\d{4}$/)) {
    for (const month of numbers(year, /^\d\d$/)) {
      yield* numbers(month, /^\d\d$/);
    }
  }
}

/** Returns the days of an ID, whose folders have the local date. */
function daysOf(id: string): string[] {
  const time = parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  if (id[14] !== "7") return [];
  return [0, -1, 1].map((day) =>
    new Date(time + day * 86_400_000).toISOString().slice(0, 10)
      .replaceAll("-", "/")
  );
}

function find(
  system: System,
  { sessionId }: { sessionId: string },
): string | undefined {
  const home = codexHome(system);
  if (home === undefined || !idIn(`rollout-0-${sessionId}.jsonl`)) return;
  const near = daysOf(sessionId).map((day) => join(home, "sessions", day));
  for (const folder of near) {
    const found = rolloutsIn(system, folder).find(({ id }) => id === sessionId);
    if (found) return found.path;
  }
  for (const { id, path } of rollouts(system)) {
    if (id === sessionId) return path;
  }
  return undefined;
}

function all(system: System): FoundSession[] {
  return withTimes(system, [...rollouts(system)])
    .sort((a, b) => b.time - a.time);
}

/** The most rollouts whose first line is read, newest first. */
const MOST_READ = 100;

/** Returns the sessions of a folder, without sub-agents. */
function sessionsIn(system: System, folder: string): FoundSession[] {
  return all(system).slice(0, MOST_READ).filter(({ path }) => {
    const meta = metaOf(system, path);
    return textField(meta, "cwd") === folder &&
      textField(meta, "thread_source") !== "subagent" &&
      field(field(meta, "source"), "subagent") === undefined;
  });
}

/** The maximum number of bytes to search at the end of a rollout. */
const END = 16 * 1024 * 1024;

const MARKS = /"token_count"|"compacted"|"turn_context"/;

/** Returns the context at the last answer, or that it was compacted. */
export function readGauge(
  system: System,
  path: string,
): TranscriptReading | undefined {
  let found: TranscriptReading | undefined;
  for (const text of lastLines(system, path, END)) {
    const line = MARKS.test(text) ? jsonIn(text) : undefined;
    const payload = field(line, "payload");
    const time = parseTime(textField(line, "timestamp") ?? "");
    if (time === undefined) continue;
    const type = field(line, "type");
    if (type === "turn_context") {
      const model = textField(payload, "model");
      if (found && model !== undefined) return { ...found, model };
    } else if (!found) {
      found = readingIn(payload, { time, isCompaction: type === "compacted" });
    }
  }
  return found;
}

function readingIn(
  payload: unknown,
  { time, isCompaction }: { time: number; isCompaction: boolean },
): TranscriptReading | undefined {
  const unknown = { tokens: undefined, window: undefined, model: undefined };
  if (isCompaction) {
    const id = textField(payload, "window_id") ?? String(time);
    return { ...unknown, time, compaction: id };
  }
  const info = field(payload, "info");
  const tokens = countIn(field(info, "last_token_usage"), "total_tokens");
  if (textField(payload, "type") !== "token_count" || !tokens) return undefined;
  const window = countIn(info, "model_context_window");
  return { tokens, window, model: undefined, time, compaction: undefined };
}

/** The rollouts of Codex. */
export const store: SessionStore = {
  find,
  sessionsIn,
  all,
  gauge: (system, { path }) => readGauge(system, path),
};
