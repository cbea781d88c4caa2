import { getOwn } from "../base/own.ts";
import { field } from "../base/parsed_values.ts";
import { durationText } from "../base/times.ts";

/** More tokens than any context holds: a larger count is invalid. */
const MOST_TOKENS = 1_000_000_000;

/** Returns a count of tokens; `undefined` for 0 and anything else. */
export function countIn(value: unknown, name: string): number | undefined {
  const count = field(value, name);
  return typeof count === "number" && Number.isInteger(count) && count > 0 &&
      count <= MOST_TOKENS
    ? count
    : undefined;
}

/**
 * Returns the tokens of a request's context, from the API's `usage`. Counts the
 * input, cached or not, without the answer, as Claude Code's own percentage
 * does. `undefined` if there is no figure or all figures are zero.
 */
export function contextTokens(usage: unknown): number | undefined {
  const [input, ...cached] = [
    ...["input_tokens", "cache_creation_input_tokens"],
    "cache_read_input_tokens",
  ].map((name) => field(usage, name) === 0 ? 0 : countIn(usage, name));
  if (input === undefined) return undefined;
  const sum = cached.reduce<number>((sum, count) => sum + (count ?? 0), input);
  return sum > 0 ? sum : undefined;
}

/** Use of the context at one moment, from one source. */
export interface Reading {
  /** `undefined`: not reported, for example right after a compaction. */
  readonly tokens: number | undefined;
  /** The model's whole window in tokens, if the source reports it. */
  readonly window: number | undefined;
  readonly model: string | undefined;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A reading from the end of a transcript. */
export interface TranscriptReading extends Reading {
  /** The ID of the last compaction, if no answer followed it. */
  readonly compaction: string | undefined;
}

/** Rules for the gauge from the configuration and the environment. */
export interface GaugeRules {
  /** Milliseconds. */
  readonly staleAfter: number;
  /** Tokens by model. */
  readonly windows: Readonly<Record<string, number>>;
  /** The window by which Claude Code should decide to compact, in tokens. */
  readonly compactWindow: number | undefined;
}

/** Use of the context, if known. */
export interface Gauge {
  /** Why the use is not known; null if it is known. */
  readonly unknown: string | null;
  readonly tokens: number | null;
  readonly window: number | null;
  /** Percentage of the window, not rounded. */
  readonly percentage: number | null;
  readonly model: string | null;
  /** `compaction`: the use after a compaction, from the transcript. */
  readonly source: "status-line" | "transcript" | "compaction" | null;
  readonly window_source:
    | "configuration"
    | "status-line"
    | "transcript"
    | "model"
    | "usage"
    | "auto-compact"
    | null;
  /** The time of the reading, ISO 8601, UTC. */
  readonly read_at: string | null;
  /** The age of the reading, in seconds. */
  readonly age: number | null;
  /** The ID of the compaction after which the reading was taken, if any. */
  readonly compaction: string | null;
}

/** A gauge with a fresh reading. */
export type KnownGauge = Gauge & {
  readonly tokens: number;
  readonly window: number;
  readonly percentage: number;
};

/** Returns whether there is a fresh reading. */
export function isKnown(gauge: Gauge): gauge is KnownGauge {
  return gauge.unknown === null && gauge.tokens !== null &&
    gauge.window !== null && gauge.percentage !== null;
}

/** Milliseconds by which a reading may be ahead of the clock. */
const CLOCK_SLACK = 60_000;

/** Nothing is known. */
export const UNKNOWN_GAUGE: Gauge = {
  unknown: "it was not measured in this session",
  tokens: null,
  window: null,
  percentage: null,
  model: null,
  source: null,
  window_source: null,
  read_at: null,
  age: null,
  compaction: null,
};

/**
 * Returns the gauge from the status line and the transcript. Uses the status
 * line's count unless the transcript has a later one. A reading that is stale,
 * ahead of the clock or of an unknown window is reported but counts as unknown.
 */
export function gaugeOf(
  { status, transcript }: {
    status: Reading | undefined;
    transcript: TranscriptReading | undefined;
  },
  { rules, now }: { rules: GaugeRules; now: Date },
): Gauge {
  const later = transcript && (!status || transcript.time > status.time);
  const reading = later || status?.tokens === undefined ? transcript : status;
  if (reading?.tokens === undefined) return UNKNOWN_GAUGE;
  const { tokens, time } = reading;
  const age = now.getTime() - time;
  const model = reading.model ?? status?.model;
  const own = reading === transcript ? reading.window : undefined;
  const window = windowFor({ tokens, model, status, own }, rules);
  const compaction = reading === transcript
    ? transcript?.compaction ?? null
    : null;
  return {
    unknown: doubt({ age, window: window?.tokens }, rules),
    tokens,
    window: window?.tokens ?? null,
    percentage: window ? 100 * tokens / window.tokens : null,
    model: model ?? null,
    source: reading === status
      ? "status-line"
      : compaction === null
      ? "transcript"
      : "compaction",
    window_source: window?.from ?? null,
    read_at: new Date(time).toISOString(),
    age: Math.floor(age / 1000),
    compaction,
  };
}

function doubt(
  { age, window }: { age: number; window: number | undefined },
  { staleAfter }: GaugeRules,
): string | null {
  if (age < -CLOCK_SLACK) return "its time is in the future";
  if (age > staleAfter) return `it is outdated: ${durationText(age)} old`;
  return window === undefined
    ? "the context window of the model is unknown"
    : null;
}

/** The facts that select a window. */
interface Use {
  readonly tokens: number;
  readonly model: string | undefined;
  readonly status: Reading | undefined;
  /** The window that the transcript reports. */
  readonly own: number | undefined;
}

interface FoundWindow {
  readonly tokens: number;
  readonly from: NonNullable<Gauge["window_source"]>;
}

function windowFor(
  use: Use,
  { windows, compactWindow }: GaugeRules,
): FoundWindow | undefined {
  const found = fullWindow(use, windows);
  if (compactWindow === undefined) return found;
  return found && found.tokens <= compactWindow
    ? found
    : { tokens: compactWindow, from: "auto-compact" };
}

function fullWindow(
  { tokens, model, status, own }: Use,
  windows: GaugeRules["windows"],
): FoundWindow | undefined {
  const configured = [model, model && plainModel(model)].find((name) =>
    name !== undefined && Object.hasOwn(windows, name)
  );
  if (configured !== undefined) {
    return { tokens: getOwn(windows, configured)!, from: "configuration" };
  }
  if (own !== undefined) return { tokens: own, from: "transcript" };
  const reported = status?.window !== undefined && tokens <= status.window &&
    (model === undefined || status.model === undefined ||
      plainModel(status.model) === plainModel(model));
  return reported
    ? { tokens: status.window, from: "status-line" }
    : windowOf(model, tokens);
}

/** Known context windows in tokens, by model ID. */
const MODELS: readonly (readonly [pattern: RegExp, tokens: number])[] = [
  [/\[1m\]$/i, 1_000_000],
  [/claude-(opus|sonnet)-5(?!\d)/, 1_000_000],
  [/claude-haiku-4-5/, 200_000],
  [/claude-(opus|sonnet)-4(?!\d)/, 200_000],
  [/claude-(3|instant|2)/, 200_000],
];

const SMALL = 200_000;
const LARGE = 1_000_000;

/** Returns a model ID without the part that names the window. */
export function plainModel(model: string): string {
  return model.replace(/\[\w+\]$/, "");
}

/** Returns a model's window in tokens, from its ID and its use. */
export function windowOf(
  model: string | undefined,
  tokens: number,
): { tokens: number; from: "model" | "usage" } | undefined {
  const known = model === undefined
    ? undefined
    : MODELS.find(([pattern]) => pattern.test(model))?.[1];
  if (known !== undefined && tokens <= known) {
    return { tokens: known, from: "model" };
  }
  // The small window cannot hold this many tokens, so it must be the large
  // window, which an ID need not name.
  const large = tokens > SMALL && tokens <= LARGE;
  return large ? { tokens: LARGE, from: "usage" } : undefined;
}

/** The stored status line data of a session. */
export interface StatusRecord {
  readonly reading: Reading;
  readonly transcriptPath: string | undefined;
  /** The session's current folder, and the folder in which it was started. */
  readonly cwd: string | undefined;
  readonly projectDir: string | undefined;
  readonly modelName: string | undefined;
  readonly sessionName: string | undefined;
}
