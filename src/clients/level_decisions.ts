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

/** A prompt that begins with this word is let through at any level. */
export const OVERRIDE = "override";

/**
 * The word as a person types it, and as older versions named it. Claude Code
 * runs what begins with `!` as a shell command unless a blank is before it.
 */
const OVERRIDDEN = new RegExp(`^!?${OVERRIDE}(?![\\w-])`, "i");

/** What decides how a person gets out of a full context. */
export interface WaysOut {
  /** Whether a person can type commands. */
  readonly attended: boolean;
  /** Before the names of mpm's skills; `undefined`: they are not installed. */
  readonly skills: "" | "mpm:" | undefined;
}

const HERE: WaysOut = { attended: true, skills: "" };

/** How to make room, and how to save the session. */
function ways({ attended, skills }: WaysOut): string {
  if (!attended) return '"mpm pause" saves the session';
  const room = "/compact or /clear makes room";
  if (skills !== undefined) {
    return `${room}. /${skills}mpm-pause saves the session, ` +
      `/${skills}mpm-resume continues a saved one`;
  }
  // Claude Code refuses a command without a skill unless a blank is before it.
  return `${room}. To save the session, type a blank and /mpm-pause, then ` +
    'clear the input box. After "mpm hooks install --skills" it works ' +
    "without the blank";
}

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
          '"mpm context acknowledge" notes that you have seen this.',
        note: `The context window is ${figure}.${file} ` +
          "A pause is recommended before new complex work is begun; the user " +
          "has been told and has not acknowledged it yet.",
      };
    case "urgent":
      return {
        writeResumeFile: true,
        message: `Context ${figure}: pause soon. No new sub-agents are ` +
          `started from here on. ${way}. "mpm context acknowledge" notes ` +
          "that you have seen this.",
        note: `The context window is ${figure}. Only what is in progress can ` +
          "be finished; no new sub-agents are started. The user has been told " +
          "to pause soon.",
      };
    case "block":
      return {
        writeResumeFile: true,
        message: out.attended
          ? `Context ${figure}: typed prompts are held back from here on. ${way}. ` +
            AGAIN
          : `Context ${figure}: nearly full. ${way}.`,
        note: `The context window is ${figure}. ` +
          (out.attended
            ? "New work is held back until the session is paused, compacted or " +
              "cleared."
            : "Only what is in progress can be finished."),
      };
  }
}

const AGAIN = `To go on anyway, send the prompt again, or begin it with the ` +
  `word "${OVERRIDE}".`;

/** Whether a prompt that a person typed is let through. */
export function onPrompt(
  level: Level,
  { gauge, prompt, again = false, out = HERE }: {
    gauge: Gauge;
    prompt: string;
    /** Whether the same prompt was held back before, or scheduled. */
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
        "all the same.",
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

/** Whether a new sub-agent is started. */
export function onAgent(level: Level, gauge: Gauge, out = HERE): Decision {
  if (!isAbove(level, "pause")) return ALLOWED;
  return {
    allow: false,
    reason: `The context window is ${figureText(gauge)}, and no new ` +
      "sub-agents are started: their results would not fit. Finish what is in " +
      `progress without one. ${ways(out)}.`,
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
    `holds typed prompts back but for pause, resume, compact, clear, context, help and ${OVERRIDE}`,
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
