import type { Gauge } from "./gauge.ts";

/** Levels of context use that have consequences. */
export const LEVELS = ["normal", "pause", "urgent", "block"] as const;

export type Level = typeof LEVELS[number];

/** The percentages of the window at which each level begins. */
export interface Thresholds {
  readonly pause: number;
  readonly urgent: number;
  readonly block: number;
}

/** The state of an agent session, kept so that each crossing counts once. */
export interface LevelState {
  /** The highest level that was reported and not left since. */
  readonly reached: Level;
  /** The acknowledged level; null: the current level is not acknowledged. */
  readonly acknowledged: Level | null;
  readonly acknowledged_at: string | null;
  /** The ID of the last compaction seen. */
  readonly compaction: string | null;
  /** The latest crossings, newest last. */
  readonly crossings: readonly Crossing[];
}

export interface Crossing {
  readonly level: Level;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tokens: number;
  readonly window: number;
}

export const NO_LEVELS: LevelState = {
  reached: "normal",
  acknowledged: null,
  acknowledged_at: null,
  compaction: null,
  crossings: [],
};

/**
 * The number of percentage points that the use must fall below a threshold
 * before the threshold can be crossed again. This way, a value that varies
 * around a threshold counts as one crossing.
 */
const REARM = 5;

/** The number of crossings to keep. */
const KEPT = 20;

/** The configured thresholds. */
export function thresholdsOf(
  config: {
    readonly "context.pause_at": number;
    readonly "context.urgent_at": number;
    readonly "context.block_at": number;
  },
): Thresholds {
  return {
    pause: config["context.pause_at"],
    urgent: config["context.urgent_at"],
    block: config["context.block_at"],
  };
}

/** Returns the highest level that the gauge reaches, to the token. */
export function levelOf(gauge: Gauge, thresholds: Thresholds): Level {
  const { tokens, window } = gauge;
  if (gauge.unknown !== null || tokens === null || window === null) {
    return "normal";
  }
  return highest((level) => tokens * 100 >= thresholds[level] * window);
}

function highest(holds: (level: Exclude<Level, "normal">) => boolean): Level {
  return (["block", "urgent", "pause"] as const).find(holds) ?? "normal";
}

/**
 * Returns the state after a reading, and the level that the reading crossed,
 * which is returned once. A level can be crossed again only after a compaction,
 * or after the use was clearly below it. An unknown gauge changes nothing.
 */
export function advance(
  state: LevelState,
  { gauge, thresholds, now }: {
    gauge: Gauge;
    thresholds: Thresholds;
    now: Date;
  },
): { state: LevelState; crossed: Level | null } {
  const { tokens, window } = gauge;
  if (gauge.unknown !== null || tokens === null || window === null) {
    return { state, crossed: null };
  }
  const before = gauge.compaction !== null &&
      gauge.compaction !== state.compaction
    ? afterCompaction(state, gauge.compaction)
    : state;
  const held = highest((level) =>
    tokens * 100 >= (thresholds[level] - REARM) * window
  );
  const reached = lower(before.reached, held);
  const left = reached === before.reached
    ? before
    : { ...before, ...NOT_ACKNOWLEDGED, reached };
  const level = levelOf(gauge, thresholds);
  if (!isAbove(level, reached)) return { state: left, crossed: null };
  const crossing = { level, at: now.toISOString(), tokens, window };
  return {
    state: {
      ...left,
      ...NOT_ACKNOWLEDGED,
      reached: level,
      crossings: [...left.crossings, crossing].slice(-KEPT),
    },
    crossed: level,
  };
}

const NOT_ACKNOWLEDGED = { acknowledged: null, acknowledged_at: null };

/** Returns the state after a compaction, in which no level is reached. */
export function afterCompaction(
  state: LevelState,
  compaction: string | null = state.compaction,
): LevelState {
  return { ...state, ...NOT_ACKNOWLEDGED, reached: "normal", compaction };
}

/** Records that someone has seen the current level. */
export function acknowledge(state: LevelState, now: Date): LevelState {
  if (state.reached === "normal") return state;
  if (state.acknowledged === state.reached) return state;
  return {
    ...state,
    acknowledged: state.reached,
    acknowledged_at: now.toISOString(),
  };
}

export function isAbove(level: Level, other: Level): boolean {
  return LEVELS.indexOf(level) > LEVELS.indexOf(other);
}

function lower(a: Level, b: Level): Level {
  return isAbove(a, b) ? b : a;
}

/** The decision at one event; every refusal explains how to continue. */
export interface Decision {
  readonly allow: boolean;
  /** Why it is refused, and how to continue; null if it is allowed. */
  readonly reason: string | null;
  /** A fact for the agent. */
  readonly note: string | null;
}

const ALLOWED: Decision = { allow: true, reason: null, note: null };

/** Actions when a level is crossed. */
export interface OnCrossing {
  readonly writeResumeFile: boolean;
  /** The message for the user. */
  readonly message: string;
  /** A fact for the agent. */
  readonly note: string;
}

/** A prompt that begins with this word is accepted at any level. */
export const OVERRIDE = "override";

/**
 * Matches the word as the user types it, and its form in older versions. Claude
 * Code runs text that begins with `!` as a shell command unless a blank
 * precedes it.
 */
const OVERRIDDEN = new RegExp(`^!?${OVERRIDE}(?![\\w-])`, "i");

/** The facts that decide how a person can make room in a full context. */
export interface WaysOut {
  /** True if a person can type commands. */
  readonly attended: boolean;
  /** The prefix of mpm's skills; `undefined`: not installed. */
  readonly skills: "" | "mpm:" | undefined;
}

const HERE: WaysOut = { attended: true, skills: "" };

/** Describes how to make room, and how to save the session. */
function ways({ attended, skills }: WaysOut): string {
  if (!attended) return '"mpm pause" saves the session';
  const room = "/compact or /clear frees space";
  if (skills !== undefined) {
    return `${room}. /${skills}mpm-pause saves the session, ` +
      `/${skills}mpm-resume continues a saved one`;
  }
  // Claude Code rejects an unknown command unless a blank precedes it.
  return `${room}. To save the session, type a space before /mpm-pause, then ` +
    'clear the input box. After "mpm hooks install --skills", you do not ' +
    "need the space";
}

/** Matches prompts accepted at any level, but not paths like `/help/x`. */
const ALWAYS =
  /^\/(?:[\w-]+:)?(?:mpm-)?(?:pause|resume|compact|clear|context|help|exit|quit)(?!\S)/i;

/** Returns what happens when `level` is crossed. */
export function onCrossing(
  level: Exclude<Level, "normal">,
  gauge: Gauge,
  { written = true, out = HERE }: { written?: boolean; out?: WaysOut } = {},
): OnCrossing {
  const figure = figureText(gauge);
  const file = written ? " A resume file was written." : "";
  const way = ways(out);
  switch (level) {
    case "pause":
      return {
        writeResumeFile: true,
        message: `Context ${figure}: a pause is recommended. ${way}. ` +
          '"mpm context acknowledge" records that you have seen this.',
        note: `The context window is ${figure}.${file} ` +
          "A pause is recommended before complex new work. The user knows " +
          "this and has not acknowledged it yet.",
      };
    case "urgent":
      return {
        writeResumeFile: true,
        message:
          `Context ${figure}: pause soon. From now on, mpm refuses new ` +
          `sub-agents. ${way}. "mpm context acknowledge" records that you ` +
          "have seen this.",
        note:
          `The context window is ${figure}. Finish only what is in progress; ` +
          "mpm refuses new sub-agents. The user has been told to pause soon.",
      };
    case "block":
      return {
        writeResumeFile: true,
        message: out.attended
          ? `Context ${figure}: from now on, mpm holds back typed prompts. ` +
            `${way}. ${AGAIN}`
          : `Context ${figure}: nearly full. ${way}.`,
        note: `The context window is ${figure}. ` +
          (out.attended
            ? "mpm holds back new work until the session is paused, " +
              "compacted or cleared."
            : "Finish only what is in progress."),
      };
  }
}

const AGAIN =
  `To continue anyway, send the prompt again, or begin it with the ` +
  `word "${OVERRIDE}".`;

/** Returns whether a typed prompt passes. */
export function onPrompt(
  level: Level,
  { gauge, prompt, again = false, out = HERE }: {
    gauge: Gauge;
    prompt: string;
    /** True if the same prompt was held back before, or was scheduled. */
    again?: boolean;
    out?: WaysOut;
  },
): Decision {
  if (level !== "block") return ALLOWED;
  const typed = prompt.trimStart();
  if (ALWAYS.test(typed)) return ALLOWED;
  if (again || OVERRIDDEN.test(typed)) {
    return {
      ...ALLOWED,
      note:
        `The context window is ${figureText(gauge)}; this prompt was sent ` +
        "anyway.",
    };
  }
  return {
    allow: false,
    reason:
      `Context ${figureText(gauge)}: this prompt was not sent. ${AGAIN} ` +
      `${ways(out)}.`,
    note: null,
  };
}

/** Returns whether a new sub-agent may start. */
export function onAgent(level: Level, gauge: Gauge, out = HERE): Decision {
  if (!isAbove(level, "pause")) return ALLOWED;
  return {
    allow: false,
    reason: `The context window is ${figureText(gauge)}, so mpm refuses new ` +
      "sub-agents: their results would not fit. Finish what is in progress " +
      `without a sub-agent. ${ways(out)}.`,
    note: null,
  };
}

/** Returns the effects of each level as text, and where it begins. */
export function levelRows(
  thresholds: Thresholds,
  window: number | null,
): { level: Level; percentage: number; tokens: number | null; does: string }[] {
  return LEVELS.filter((level) => level !== "normal").map((level) => ({
    level,
    percentage: thresholds[level],
    tokens: window === null
      ? null
      : Math.ceil(thresholds[level] * window / 100),
    does: DOES[level],
  }));
}

const DOES: Readonly<Record<Exclude<Level, "normal">, string>> = {
  pause: "writes the resume file and recommends a pause",
  urgent: "repeats the recommendation and refuses new sub-agents",
  block:
    `holds back typed prompts, except pause, resume, compact, clear, context, help and ${OVERRIDE}`,
};

/** Formats the use as `72.4 % full (144,800 of 200,000 tokens)`. */
export function figureText({ tokens, window, percentage }: Gauge): string {
  if (tokens === null) return "at an unknown level";
  if (window === null || percentage === null) {
    return `at ${grouped(tokens)} tokens`;
  }
  return `${percentText(percentage)} full (${grouped(tokens)} of ` +
    `${grouped(window)} tokens)`;
}

/** Formats a percentage, rounded down: 70 % never shows too early. */
export function percentText(percentage: number): string {
  return `${(Math.floor(percentage * 10 + 1e-9) / 10).toFixed(1)} %`;
}

/** `144,800` */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
