import type { Gauge } from "./gauge.ts";
import { isAbove, type Level, LEVELS, type Thresholds } from "./thresholds.ts";

/** What a level says and allows at one event. Every refusal has a way out. */
export interface Decision {
  readonly allow: boolean;
  /** Why not, and how to go on; null where it is allowed. */
  readonly reason: string | null;
  /** What the agent is told, as a fact. */
  readonly note: string | null;
}

const ALLOWED: Decision = { allow: true, reason: null, note: null };

/** What is to be done when a level is crossed. */
export interface OnCrossing {
  readonly writeResumeFile: boolean;
  /** What the person is told. */
  readonly message: string;
  /** What the agent is told, as a fact. */
  readonly note: string;
}

/** A prompt that begins with it is let through at any level. */
export const OVERRIDE = "!override";

/**
 * How to get out. In a terminal Claude Code itself refuses a command that it has
 * no skill for, and runs what begins with `!` as a shell command; with a blank
 * before it both come here.
 */
const WAYS = "/compact or /clear makes room. Typed with a blank before it, " +
  "/mpm-pause saves the session, /mpm-resume takes the work up again";

/** The same where prompts are held back. */
const WAYS_OUT = `${WAYS}, and ${OVERRIDE} before a prompt sends it anyway.`;

/**
 * Prompts that are let through at any level, under any plugin's name. A path
 * such as `/help/index.html` is none.
 */
const ALWAYS =
  /^\/(?:[\w-]+:)?(?:mpm-)?(?:pause|resume|compact|clear|context|help|exit|quit)(?!\S)/i;

/**
 * What follows from crossing `level`, which is above `normal`; `written`:
 * whether there is a resume file.
 */
export function onCrossing(
  level: Exclude<Level, "normal">,
  gauge: Gauge,
  written = true,
): OnCrossing {
  const figure = figureText(gauge);
  const file = written ? " A resume file was written." : "";
  switch (level) {
    case "pause":
      return {
        writeResumeFile: true,
        message: `Context ${figure}: a pause is recommended. ${WAYS}. ` +
          '"mpm context acknowledge" notes that you have seen this.',
        note: `The context window is ${figure}.${file} ` +
          "A pause is recommended before new complex work is begun; the user " +
          "has been told and has not acknowledged it yet.",
      };
    case "urgent":
      return {
        writeResumeFile: true,
        message: `Context ${figure}: pause soon. No new sub-agents are ` +
          `started from here on. ${WAYS}. "mpm context acknowledge" notes ` +
          "that you have seen this.",
        note: `The context window is ${figure}. Only what is in progress can ` +
          "be finished; no new sub-agents are started. The user has been told " +
          "to pause soon.",
      };
    case "block":
      return {
        writeResumeFile: true,
        message: `Context ${figure}: prompts are held back from here on. ` +
          WAYS_OUT,
        note: `The context window is ${figure}. New work is held back until ` +
          "the session is paused, compacted or cleared.",
      };
  }
}

/** Whether a prompt is let through. */
export function onPrompt(
  level: Level,
  { gauge, prompt }: { gauge: Gauge; prompt: string },
): Decision {
  if (level !== "block") return ALLOWED;
  const typed = prompt.trimStart();
  if (ALWAYS.test(typed)) return ALLOWED;
  if (typed.startsWith(OVERRIDE)) {
    return {
      ...ALLOWED,
      note: `The context window is ${figureText(gauge)}; the user chose to ` +
        "go on.",
    };
  }
  return {
    allow: false,
    reason: `Context ${figureText(gauge)}: this prompt was not sent. ` +
      WAYS_OUT,
    note: null,
  };
}

/** Whether a new sub-agent is started. */
export function onAgent(level: Level, gauge: Gauge): Decision {
  if (!isAbove(level, "pause")) return ALLOWED;
  return {
    allow: false,
    reason: `The context window is ${figureText(gauge)}, and no new ` +
      "sub-agents are started: their results would not fit. Finish what is in " +
      `progress without one. ${WAYS}.`,
    note: null,
  };
}

/** What each level does, for people, with the tokens it begins at. */
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
  urgent: "repeats it and starts no new sub-agents",
  block:
    `holds prompts back but for pause, resume, compact, clear, context, help and ${OVERRIDE}`,
};

/** `72.4 % full (144,800 of 200,000 tokens)` */
export function figureText({ tokens, window, percentage }: Gauge): string {
  if (tokens === null) return "of unknown fullness";
  if (window === null || percentage === null) {
    return `at ${grouped(tokens)} tokens`;
  }
  return `${percentText(percentage)} full (${grouped(tokens)} of ` +
    `${grouped(window)} tokens)`;
}

/** Rounded down, so that 70 % is never said before it is reached. */
export function percentText(percentage: number): string {
  return `${(Math.floor(percentage * 10 + 1e-9) / 10).toFixed(1)} %`;
}

/** `144,800` */
export function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}
