import { codeFence, escapeLines } from "../../base/escape.ts";
import { counted, cutText } from "../../base/words.ts";
import { grouped } from "../../clients/mod.ts";
import { MARKDOWN } from "../../saves/mod.ts";
import type { TaskItem, TaskReportResult } from "../commands/results.ts";
import { shortDuration } from "./pace.ts";

/** The first words of every report. mpm recognizes the file by them. */
export const REPORT_HEAD = "# Task report: ";

/**
 * The maximum length of a result shown on the line of its item, in characters.
 */
const SHORT = 200;

/**
 * Returns a report in Markdown, in which texts from items and programs are only
 * data.
 */
export function reportText(report: TaskReportResult): string {
  const { task, run, state, total, started_at: started, ms } = report;
  const { code, words } = MARKDOWN;
  const rows = [
    ["Run", code(run)],
    ["State", state],
    ["Started", started],
    ["Time", shortDuration(ms)],
    ["Items", grouped(total)],
    ["Done", grouped(report.done)],
    ["Failed", grouped(report.failed)],
    ["Flagged", grouped(report.flagged)],
    ["Waiting", grouped(report.waiting)],
    ...report.reason === null ? [] : [["Reason", words(report.reason)]],
  ];
  return [
    `${REPORT_HEAD}${words(task)}`,
    "",
    "|  |  |",
    "| --- | --- |",
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
    ...troublePart(report),
    ...resultsPart(report),
    "",
  ].join("\n");
}

function troublePart({ trouble, failed, flagged }: TaskReportResult): string[] {
  if (failed + flagged === 0) return [];
  return [
    "",
    "## Failed and flagged items",
    ...flagged === 0 ? [] : [
      "",
      "A flagged item may or may not have finished: its program started, and mpm was " +
      "stopped before it ended.",
    ],
    ...trouble.flatMap((item) => ["", ...troubleLines(item)]),
    ...moreLine(failed + flagged - trouble.length),
  ];
}

function troubleLines(item: TaskItem): string[] {
  const { state, exit, attempts, output } = item;
  const facts = [
    state,
    ...exit === null ? [] : [`exit status ${exit}`],
    ...attempts > 1 ? [`${attempts} attempts`] : [],
  ];
  return [
    `### ${nameOf(item)}: ${facts.join(", ")}`,
    ...output.trim() === "" ? [] : ["", ...fenced(output)],
  ];
}

function resultsPart({ results, done }: TaskReportResult): string[] {
  const told = results.filter((item) => textOf(item) !== "");
  const silent = results.length - told.length;
  return [
    ...told.length === 0 ? [] : ["", "## Results", ""],
    ...told.flatMap(resultLines),
    ...silent === 0 ? [] : [
      "",
      `${counted(silent, "item")} ${
        silent === 1 ? "is" : "are"
      } done and printed nothing.`,
    ],
    ...moreLine(done - results.length),
  ];
}

function moreLine(count: number): string[] {
  return count <= 0
    ? []
    : ["", `And ${grouped(count)} more: see results.jsonl of the run.`];
}

function resultLines(item: TaskItem): string[] {
  const text = textOf(item);
  return text.includes("\n") || text.length > SHORT
    ? [`- ${nameOf(item)}:`, "", ...fenced(text).map((line) => `  ${line}`), ""]
    : [`- ${nameOf(item)}: ${MARKDOWN.code(text)}`];
}

/**
 * Returns the result of an item, or its program's output if there is no result.
 */
function textOf({ result, output }: TaskItem): string {
  return result === null || result === undefined
    ? output.trim()
    : typeof result === "string"
    ? result
    : JSON.stringify(result);
}

function nameOf({ item }: TaskItem): string {
  return item === null ? "The program" : MARKDOWN.code(cutText(item, SHORT));
}

/** Returns a code block whose fence is longer than any fence inside it. */
export function fenced(text: string): string[] {
  const fence = codeFence(text);
  return [`${fence}text`, escapeLines(text.replace(/\n+$/, "")), fence];
}
