import { escapeText } from "../../base/escape.ts";
import type {
  HooksProfileResult,
  HooksTestResult,
} from "../commands/results.ts";

interface Painter {
  green(text: string): string;
  yellow(text: string): string;
}

/** What `mpm hooks test` prints. */
export function hooksTestText(
  { tests, warnings }: HooksTestResult,
  style: Painter,
): string {
  const failed = tests.filter(({ fault }) => fault !== null).length;
  const rows = aligned(tests.map(({ scope, event, milliseconds, ...test }) => [
    test.fault === null ? "ok" : "FAILED",
    scope,
    event,
    `${milliseconds} ms`,
    test.expected,
  ]));
  const lines = rows.flatMap((row, at) => {
    const { fault } = tests[at]!;
    return fault === null
      ? [row.replace(/^ok/, style.green("ok"))]
      : [style.yellow(row), `        ${escapeText(fault)}`];
  });
  return [
    ...lines,
    "",
    failed === 0
      ? `All ${tests.length} checks passed.`
      : style.yellow(`${failed} of ${tests.length} checks failed.`),
    ...notes(warnings, style),
    "",
  ].join("\n");
}

/** What `mpm hooks profile` prints. */
export function hooksProfileText(
  { runs, hooks, warnings }: HooksProfileResult,
  style: Painter,
): string {
  const rows = aligned([
    ["scope", "event", "p50", "p95", "output"],
    ...hooks.map(({ scope, event, p50, p95, output }) => [
      scope,
      event,
      `${p50} ms`,
      `${p95} ms`,
      output === 0 ? "none" : `${output} bytes`,
    ]),
  ]);
  return [
    ...rows,
    "",
    `Each started ${runs} ${runs === 1 ? "time" : "times"}.`,
    ...notes(warnings, style),
    "",
  ].join("\n");
}

function notes(warnings: readonly string[], style: Painter): string[] {
  return warnings.map((text) => style.yellow(`Note: ${escapeText(text)}`));
}

/** Cells of ASCII in columns. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row.map((cell, at) => cell.padEnd(widths[at]!)).join("  ").trimEnd()
  );
}
