import { escapeLines, escapeText } from "../base/escape.ts";
import { counted, sizeText } from "../base/words.ts";
import type { Style } from "../cli/mod.ts";
import type { ReplayResult, ReplayStep } from "./commands/results.ts";

/** Lines of a text that are printed, unless all are wanted. */
const LINES = 12;

/** Columns of the arguments of a tool. */
const ARGUMENTS = 400;

/** The steps as text: `[time] type: description`, and what belongs to each. */
export function replayText(result: ReplayResult, style: Style): string {
  const { steps, total, full, page } = result;
  if (page) {
    return `Wrote ${counted(page.steps, "step")} to ${escapeText(page.path)} ` +
      `(${sizeText(page.bytes)})\n`;
  }
  if (total === 0) return "The transcript has no steps.\n";
  if (steps.length === 0) return `No step matches, of ${total}.\n`;
  return steps.map((step) => stepText(step, style, full)).join("\n");
}

/** One step. `full`: no line is left out. */
export function stepText(
  step: ReplayStep,
  style: Style,
  full: boolean,
): string {
  const { at, type, agent, description, withdrawn } = step;
  const marks = [
    `#${step.step}`,
    ...agent ? [`by ${escapeText(agent.name)}`] : [],
    ...withdrawn ? ["withdrawn"] : [],
  ].join(", ");
  const head = `[${at ?? "no time"}] ${style.cyan(type)}: ` +
    `${escapeText(description)} ${style.dim(`(${marks})`)}`;
  return [head, ...detailLines(step, style, full), ""].join("\n");
}

function detailLines(
  step: ReplayStep,
  style: Style,
  full: boolean,
): string[] {
  const { text, tool, args, result, failed, edits, description } = step;
  const most = full ? Infinity : LINES;
  return [
    ...text !== null && text.trim() !== description
      ? block(text, { most, style })
      : [],
    ...edits.flatMap(({ path, how, diff }) => [
      `  File: ${escapeText(path)} (${how})`,
      ...diff === null
        ? ["  Changes: not kept by the client"]
        : ["  Changes:", ...diffLines(diff, { most, style })],
    ]),
    ...tool === null ? [] : [
      ...edits.length > 0 && !full ? [] : [
        `  Tool: ${escapeText(tool)}`,
        `  Args: ${argumentText(args, full)}`,
      ],
      ...result === null
        ? ["  Result: none in the transcript"]
        : edits.length > 0 && !failed && !full
        ? []
        : [
          failed ? style.red("  Result (failed):") : "  Result:",
          ...block(result, { most, style }),
        ],
    ],
  ];
}

function argumentText(args: unknown, full: boolean): string {
  const text = escapeText(JSON.stringify(args) ?? "");
  return full || text.length <= ARGUMENTS
    ? text
    : `${text.slice(0, ARGUMENTS)}…`;
}

interface Lines {
  readonly most: number;
  readonly style: Style;
}

function block(text: string, { most, style }: Lines): string[] {
  const lines = escapeLines(text.trimEnd()).split("\n");
  return cut(lines, { most, style }).map((line) => `    ${line}`);
}

function diffLines(diff: string, { most, style }: Lines): string[] {
  const lines = escapeLines(diff.trimEnd()).split("\n").map((line) =>
    line.startsWith("+")
      ? style.green(line)
      : line.startsWith("-")
      ? style.red(line)
      : line.startsWith("@@")
      ? style.dim(line)
      : line
  );
  return cut(lines, { most, style }).map((line) => `    ${line}`);
}

function cut(lines: string[], { most, style }: Lines): string[] {
  const more = lines.length - most;
  return more > 1
    ? [
      ...lines.slice(0, most),
      style.dim(`… ${counted(more, "more line")}: --full`),
    ]
    : lines;
}
