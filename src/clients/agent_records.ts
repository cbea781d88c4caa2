import type { Reading } from "./gauge.ts";
import { field } from "../base/odd_values.ts";
import {
  type Level,
  LEVELS,
  type LevelState,
  NO_LEVELS,
} from "./thresholds.ts";

/** What the status line told of a session, as it is kept. */
export interface StatusRecord {
  readonly reading: Reading;
  readonly transcriptPath: string | undefined;
  /** Where the session works now, and where it was started. */
  readonly cwd: string | undefined;
  readonly projectDir: string | undefined;
  readonly modelName: string | undefined;
  readonly sessionName: string | undefined;
}

/** A record as JSON holds it. */
export function statusToJson(record: StatusRecord): Record<string, unknown> {
  const { reading, ...rest } = record;
  return {
    version: 1,
    tokens: reading.tokens ?? null,
    window: reading.window ?? null,
    model: reading.model ?? null,
    time: new Date(reading.time).toISOString(),
    transcript_path: rest.transcriptPath ?? null,
    cwd: rest.cwd ?? null,
    project_dir: rest.projectDir ?? null,
    model_name: rest.modelName ?? null,
    session_name: rest.sessionName ?? null,
  };
}

/** A kept record; `undefined` unless it is one. */
export function statusFromJson(value: unknown): StatusRecord | undefined {
  const text = (name: string) => {
    const held = field(value, name);
    return typeof held === "string" ? held : undefined;
  };
  const count = (name: string) => {
    const held = field(value, name);
    return typeof held === "number" && held > 0 ? held : undefined;
  };
  const time = Date.parse(text("time") ?? "");
  if (Number.isNaN(time)) return undefined;
  return {
    reading: {
      tokens: count("tokens"),
      window: count("window"),
      model: text("model"),
      time,
    },
    transcriptPath: text("transcript_path"),
    cwd: text("cwd"),
    projectDir: text("project_dir"),
    modelName: text("model_name"),
    sessionName: text("session_name"),
  };
}

/** The newest of several records. */
export function newestStatus(
  values: readonly unknown[],
): StatusRecord | undefined {
  return values.map(statusFromJson).filter((record) => record !== undefined)
    .sort((a, b) => b.reading.time - a.reading.time)[0];
}

/** What is remembered of the levels; nothing where the file is damaged. */
export function levelsFromJson(value: unknown): LevelState {
  const reached = levelAt(value, "reached");
  if (reached === null) return NO_LEVELS;
  const text = (name: string) => {
    const held = field(value, name);
    return typeof held === "string" ? held : null;
  };
  const crossings = field(value, "crossings");
  return {
    reached,
    acknowledged: levelAt(value, "acknowledged"),
    acknowledged_at: text("acknowledged_at"),
    compaction: text("compaction"),
    crossings: Array.isArray(crossings) ? crossings.filter(isCrossing) : [],
  };
}

function levelAt(value: unknown, name: string): Level | null {
  return LEVELS.find((level) => level === field(value, name)) ?? null;
}

function isCrossing(value: unknown): value is LevelState["crossings"][number] {
  return levelAt(value, "level") !== null &&
    typeof field(value, "at") === "string" &&
    typeof field(value, "tokens") === "number" &&
    typeof field(value, "window") === "number";
}
