import { type Context, defineCommand, type Style } from "../../cli/mod.ts";
import { AGENT_SESSION, sessionOf } from "../agent_session.ts";
import { locate } from "../../git/mod.ts";
import {
  type Gauge,
  grouped,
  levelOf,
  levelRows,
  NO_LEVELS,
  percentText,
  readGauge,
  readLevels,
  thresholdsOf,
  UNKNOWN_GAUGE,
  type Watch,
} from "../../clients/mod.ts";
import type { ContextResult } from "./results.ts";
import { readConfigAnyway } from "../../config/mod.ts";
import { escapeText } from "../../base/escape.ts";
import { durationText } from "../../base/times.ts";

/** `mpm context` */
export const context = defineCommand({
  name: "context",
  summary: "Show how full the agent's context is",
  description: `
Shows the tokens, the window, the percentage, and the age and source of the figure.
It also lists the thresholds and their effects. By default, mpm uses the current agent session, or else the latest agent session of this project. The figure comes from Claude Code's status
line ("mpm statusline"), unless the transcript has a newer figure. A stale figure counts as unknown, and an unknown figure never blocks anything.`,
  positionals: [],
  flags: { "agent-session": AGENT_SESSION },
  examples: ["mpm context", "mpm context --json"],
  result: async () => (await import("./results.ts")).ContextResult,
  run: (context, input) => readContext(context, input["agent-session"]),
  render: contextText,
});

/** Returns the result of `mpm context`. */
async function readContext(
  context: Context,
  given: string | undefined,
): Promise<ContextResult> {
  const { system, folder } = context;
  const workspace = await locate(system, folder);
  const { root } = workspace;
  const session = await sessionOf(system, workspace, given);
  const id = session?.id;
  const { config, faults } = await readConfigAnyway(system, root);
  const { cwd } = workspace;
  const watched = { root, cwd, transcriptPath: undefined, config };
  const watch: Pick<Watch, "gauge" | "transcriptPath"> = session === undefined
    ? { gauge: UNKNOWN_GAUGE, transcriptPath: undefined }
    : await readGauge(system, { ...watched, ...session });
  const { gauge } = watch;
  const thresholds = thresholdsOf(config);
  const levels = id === undefined
    ? NO_LEVELS
    : readLevels(system, { id, root });
  return {
    session_id: id ?? null,
    transcript_path: watch.transcriptPath ?? null,
    gauge,
    level: levelOf(gauge, thresholds),
    thresholds: levelRows(thresholds, gauge.window),
    enabled: config["hooks.enabled"],
    acknowledged: levels.acknowledged,
    acknowledged_at: levels.acknowledged_at,
    crossings: [...levels.crossings],
    warnings: faults,
  };
}

/** Returns the output of `mpm context`. */
function contextText(result: ContextResult, style: Style): string {
  const { gauge, session_id: id } = result;
  const rows: [string, string][] = [
    ["Session", id === null ? "none found" : escapeText(id)],
    ["Context", gaugeText(gauge)],
    ...gauge.model === null
      ? []
      : [["Model", escapeText(gauge.model)] as [string, string]],
    ...gauge.source === null
      ? []
      : [["Source", sourceText(gauge)] as [string, string]],
    ["Level", levelText(result)],
  ];
  return [
    ...result.warnings.map((text) => `Warning: ${escapeText(text)}`),
    ...rows.map(([name, text]) => `${`${name}:`.padEnd(9)}${text}`),
    "",
    "Thresholds:",
    ...result.thresholds.map((row) => {
      const tokens = row.tokens === null ? "" : `${grouped(row.tokens)} tokens`;
      const passed = row.level === result.level ? style.yellow("> ") : "  ";
      return `${passed}${`${row.percentage} %`.padEnd(6)}${
        tokens.padEnd(18)
      }${row.does}`;
    }),
    ...result.enabled
      ? []
      : ["", "The hooks are switched off, so no threshold applies."],
  ].join("\n") + "\n";
}

function gaugeText(gauge: Gauge): string {
  const { tokens, window, percentage, unknown } = gauge;
  const figure = tokens === null
    ? undefined
    : window === null
    ? `${grouped(tokens)} tokens`
    : `${grouped(tokens)} of ${grouped(window)} tokens, ${
      percentText(percentage!)
    }`;
  if (unknown === null) return figure!;
  return `unknown: ${unknown}${figure === undefined ? "" : ` (${figure})`}`;
}

function sourceText({ source, window_source: window, age }: Gauge): string {
  const parts = [
    `${SOURCES[source!]}, ${durationText((age ?? 0) * 1000)} ago`,
    ...window === null ? [] : [`the window ${WINDOWS[window]}`],
  ];
  return parts.join("; ");
}

const SOURCES: Readonly<Record<NonNullable<Gauge["source"]>, string>> = {
  "status-line": "Claude Code's status line",
  "transcript": "the transcript's last answer",
  "compaction": "the result of the last compaction",
};

const WINDOWS: Readonly<Record<NonNullable<Gauge["window_source"]>, string>> = {
  "configuration": "is configured",
  "status-line": "comes from the status line",
  "transcript": "comes from the transcript",
  "model": "is the default of the model",
  "usage": "is estimated from its use",
  "auto-compact": "is CLAUDE_CODE_AUTO_COMPACT_WINDOW",
};

function levelText({ level, acknowledged }: ContextResult): string {
  if (level === "normal") return "normal";
  return acknowledged === level ? `${level}, acknowledged` : level;
}
