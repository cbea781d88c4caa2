import { escapeText } from "../base/escape.ts";
import { durationText } from "../base/times.ts";
import type { Gauge } from "../clients/gauge.ts";
import { grouped, type Level, percentText } from "../clients/levels.ts";
import type { ContextResult, StatusLineResult } from "./commands/results.ts";
import { cutText } from "../base/words.ts";

/** How texts are painted; what a terminal's style has of it. */
interface Paint {
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  dim(text: string): string;
}

/** Cells of the bar. */
const CELLS = 10;

/** Characters of a model, branch or name in the status line. */
const LONGEST = 40;

/** The status line: model, bar, percentage, branch, name; what is known. */
export function statusLineText(
  { model, gauge, level, branch, name }: StatusLineResult,
  paint: Paint,
): string {
  const known = gauge?.unknown === null ? gauge.percentage : null;
  const shown = [
    lineText(model),
    known === null ? "" : barText(known, { level, paint }),
    lineText(branch),
    lineText(name),
  ].filter((part) => part !== "");
  return `${shown.join(paint.dim(" · "))}\n`;
}

function lineText(text: string | null): string {
  return cutText(escapeText(text ?? ""), LONGEST);
}

function barText(
  percentage: number,
  { level, paint }: { level: Level; paint: Paint },
): string {
  const filled = Math.min(CELLS, Math.floor(percentage * CELLS / 100));
  const bar = "█".repeat(filled) + "░".repeat(CELLS - filled);
  const text = `${bar} ${Math.floor(percentage)}%`;
  return level === "normal"
    ? paint.green(text)
    : level === "pause"
    ? paint.yellow(text)
    : paint.red(text);
}

/** What `mpm context` prints. */
export function contextText(result: ContextResult, paint: Paint): string {
  const { gauge, session_id: id } = result;
  const rows: [string, string][] = [
    ["Session", id === null ? "none found here" : escapeText(id)],
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
      const passed = row.level === result.level ? paint.yellow("> ") : "  ";
      return `${passed}${`${row.percentage} %`.padEnd(6)}${
        tokens.padEnd(18)
      }${row.does}`;
    }),
    ...result.enabled ? [] : ["", "The hooks are switched off: none applies."],
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
  "compaction": "what the last compaction left",
};

const WINDOWS: Readonly<Record<NonNullable<Gauge["window_source"]>, string>> = {
  "configuration": "is configured",
  "status-line": "as the status line says",
  "model": "is the model's",
  "usage": "is judged by its use",
  "auto-compact": "is CLAUDE_CODE_AUTO_COMPACT_WINDOW",
};

function levelText({ level, acknowledged }: ContextResult): string {
  if (level === "normal") return "normal";
  return acknowledged === level ? `${level}, acknowledged` : level;
}
