import { escapeText } from "../../base/escape.ts";
import {
  gaugeOf,
  gaugeRules,
  type Level,
  levelOf,
  parseStatusInput,
  type StatusInput,
  statusToJson,
  thresholdsOf,
  writeAgentFile,
} from "../../clients/mod.ts";
import type { StatusLineResult } from "./results.ts";
import { cutText } from "../../base/words.ts";
import { defineCommand, makeStyle, type Style } from "../../cli/mod.ts";
import { branchByFiles, quickRoot } from "../../git/mod.ts";
import { mayHoldSecret, mayNameSecret, redactorOf } from "../../secrets/mod.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import type { System } from "../../system/system.ts";

/** `mpm statusline` */
export const statusline = defineCommand({
  name: "statusline",
  summary: "Print a status line for Claude Code",
  description: `
Reads the input that Claude Code passes to a status line command. mpm reads at most 1 MiB, and waits at most one second. It prints one line: the model, the context usage, the git branch and the name of the agent session. mpm stores the context usage for "mpm context" and the hooks. To use the command, add this to Claude
Code's settings: "statusLine":
{"type": "command", "command": "mpm statusline"}.

The exit status is always 0. After an error, the line may be empty.`,
  positionals: [],
  flags: {},
  examples: ["mpm statusline"],
  result: async () => (await import("./results.ts")).StatusLineResult,
  async run({ system }) {
    try {
      return await readStatusLine(system);
    } catch {
      // Even a bug in mpm must not appear in a status line.
      return UNKNOWN_STATUS;
    }
  },
  next: ({ session_id }) =>
    session_id === null
      ? "Claude Code runs this and passes JSON on standard input; " +
        '"mpm hooks install --statusline" sets it up'
      : undefined,
  verbatim: () => true,
  render: (result) => statusLineText(result, makeStyle(result.color)),
});

/** Limits of the input, in bytes and milliseconds. */
const BOUNDS = { limit: 1024 * 1024, wait: 1000 };

/** Nothing is known: an empty line. */
const UNKNOWN_STATUS: StatusLineResult = {
  session_id: null,
  model: null,
  gauge: null,
  level: "normal",
  branch: null,
  name: null,
  kept: false,
  color: false,
};

/** A model as Anthropic names it. */
const MODEL = /^claude-[a-z0-9.-]{3,40}(?:\[\d+[km]\])?$/;

/**
 * Redacts the input, since titles may contain anything. Builds the redactor
 * only if it is needed.
 */
function withoutSecrets(system: System, input: StatusInput): StatusInput {
  const clean = (text: string | undefined) =>
    text !== undefined && !MODEL.test(text) && mayHoldSecret(text)
      ? redactorOf(system).text(text)
      : text;
  const { modelName, sessionName, reading } = input;
  return {
    ...input,
    modelName: clean(modelName),
    sessionName: clean(sessionName),
    reading: { ...reading, model: clean(reading.model) },
  };
}

function branchAt(system: System, cwd: string): string | null {
  const branch = branchByFiles(system, cwd);
  if (branch === undefined || !mayNameSecret(branch)) return branch ?? null;
  return redactorOf(system).name(branch);
}

/**
 * Reads the input from Claude Code, stores it, and returns the content of the
 * line.
 */
async function readStatusLine(
  system: System,
): Promise<StatusLineResult> {
  // Someone runs the command by hand, so there is no input to wait for.
  if (system.terminal.interactive.stdin) return UNKNOWN_STATUS;
  const { bytes, state } = await system.terminal.readInputSoon(BOUNDS);
  if (state === "large") return UNKNOWN_STATUS;
  const now = system.now();
  const given = parseStatusInput(new TextDecoder().decode(bytes), now);
  if (!given) return UNKNOWN_STATUS;
  const input = withoutSecrets(system, given);
  const { sessionId: id, ...record } = input;
  const folder = input.projectDir ?? input.cwd;
  const root = folder === undefined ? undefined : quickRoot(system, folder);
  const kept = writeAgentFile(system, { id, root }, {
    file: "status",
    value: statusToJson(record),
  });
  const { config } = await readConfigAnyway(system, root);
  const gauge = gaugeOf({ status: input.reading, transcript: undefined }, {
    rules: gaugeRules(system, config),
    now,
  });
  return {
    session_id: id,
    model: input.modelName ?? null,
    gauge,
    level: levelOf(gauge, thresholdsOf(config)),
    branch: input.cwd === undefined ? null : branchAt(system, input.cwd),
    name: input.sessionName ?? null,
    kept,
    color: !system.env("NO_COLOR") && system.env("TERM") !== "dumb",
  };
}

/** The number of characters in the bar. */
const CELLS = 10;

/**
 * The maximum length of a model, branch or name in the status line, in
 * characters.
 */
const LONGEST = 40;

/**
 * Returns the status line: model, bar, percentage, branch and name, as far as
 * they are known.
 */
function statusLineText(
  { model, gauge, level, branch, name }: StatusLineResult,
  style: Style,
): string {
  const known = gauge?.unknown === null ? gauge.percentage : null;
  const shown = [
    lineText(model),
    known === null ? "" : barText(known, { level, style }),
    lineText(branch),
    lineText(name),
  ].filter((part) => part !== "");
  return `${shown.join(style.dim(" · "))}\n`;
}

function lineText(text: string | null): string {
  return cutText(escapeText(text ?? ""), LONGEST);
}

function barText(
  percentage: number,
  { level, style }: { level: Level; style: Style },
): string {
  const filled = Math.min(CELLS, Math.floor(percentage * CELLS / 100));
  const bar = "█".repeat(filled) + "░".repeat(CELLS - filled);
  const text = `${bar} ${Math.floor(percentage)}%`;
  return level === "normal"
    ? style.green(text)
    : level === "pause"
    ? style.yellow(text)
    : style.red(text);
}
