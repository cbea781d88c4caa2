import type { ErrorCode } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { counted } from "../../base/words.ts";
import { defineCommand, flag, type Style, wrap } from "../../cli/mod.ts";
import { CHECK_STATES, type CheckState, doctorStatus } from "../check.ts";
import { examine } from "../examine.ts";
import type { CheckRow, DoctorResult } from "./results.ts";

/** Words, since not everyone can see colours and signs. */
const WORDS: Readonly<Record<CheckState, string>> = {
  ok: "ok",
  unchecked: "unknown",
  warning: "warning",
  error: "error",
};

const WORD_COLUMNS = 9;
const NAME_COLUMNS = 15;

/** The least width of a summary, in columns. */
const LEAST = 12;

/** Returns a line for each check, with its problems. */
function doctorText(result: DoctorResult, style: Style): string {
  return [
    ...result.checks.flatMap((check) => checkLines(check, style)),
    "",
    ...fixLines(result, style),
    totals(result, style),
    ...hint(result),
    "",
  ].join("\n");
}

function checkLines(check: CheckRow, style: Style): string[] {
  const { name, state, summary, findings } = check;
  const beside = WORD_COLUMNS + NAME_COLUMNS;
  const room = Math.max(style.columns - beside, LEAST);
  const indent = " ".repeat(WORD_COLUMNS);
  const hanging = (text: string) =>
    wrap(text, style.columns - WORD_COLUMNS).map((line) => indent + line);
  return [
    painted(state, WORD_COLUMNS, style) +
    style.bold(name.padEnd(NAME_COLUMNS)) +
    // The summary is not shortened: it may end with the command that fixes the
    // problem.
    wrap(escapeText(summary), room).join(`\n${" ".repeat(beside)}`),
    ...findings.flatMap((found) => [
      ...hanging(
        (found.state === state ? "" : `${WORDS[found.state]}: `) +
          escapeText(found.detail),
      ),
      // Not wrapped, since users copy it.
      ...found.hint === null
        ? []
        : [`${indent}  ${style.cyan(escapeText(found.hint))}`],
    ]),
  ];
}

function painted(state: CheckState, columns: number, style: Style): string {
  const paint = {
    ok: style.green,
    unchecked: style.dim,
    warning: style.yellow,
    error: style.red,
  }[state];
  return paint(WORDS[state]) + " ".repeat(columns - WORDS[state].length);
}

function fixLines({ fixes }: DoctorResult, style: Style): string[] {
  if (!fixes) return [];
  const { dry_run: dry, done, failed } = fixes;
  if (done.length + failed.length === 0) return ["Nothing to fix.", ""];
  const verb = dry ? "would fix" : "fixed";
  return [
    ...done.map((text) => `${style.green(verb)}: ${escapeText(text)}`),
    ...failed.map(({ fix, reason }) =>
      `${style.red("not fixed")}: ${escapeText(fix)}: ${escapeText(reason)}`
    ),
    "",
  ];
}

function totals({ checks }: DoctorResult, style: Style): string {
  const counts = [...CHECK_STATES].flatMap((state) => {
    const count = checks.filter((check) => check.state === state).length;
    return count === 0 ? [] : [`${count} ${WORDS[state]}`];
  });
  return style.bold(`${counted(checks.length, "check")}: `) + counts.join(", ");
}

function hint({ checks, fixes }: DoctorResult): string[] {
  const fixable = new Set(
    checks.flatMap(({ findings }) => findings.map(({ fix }) => fix)),
  );
  fixable.delete(null);
  return fixes || fixable.size === 0 ? [] : [
    `"mpm doctor --fix" fixes ${counted(fixable.size, "thing")} of these; ` +
    "with --dry-run it lists them",
  ];
}

export const doctor = defineCommand({
  name: "doctor",
  summary: "Check mpm and its data, and suggest fixes",
  description: `
Checks git, the saves, sessions and checkpoints, the log, interrupted commands,
locks and hooks. It also checks the configuration, the clock, the disk, PATH, and the transcripts that Claude Code will soon delete. The result of each check is "ok", "warning", "error", or "unknown" if mpm could not check. Below each problem, mpm prints the command that fixes it. mpm changes nothing and does not use the network. It runs other copies of mpm on PATH to get their versions.

With --fix, mpm applies all safe fixes and lists them. It makes folders private, rewrites derived files, finishes interrupted commands, and moves files left by failed writes to the trash. Then it checks everything again. "mpm undo" does not undo these fixes.

The exit status is 0 if there are no errors; warnings do not count. It is 5 if stored data is damaged, 6 if git, the disk or the operating system fails, and 4 for other errors.`,
  positionals: [],
  flags: {
    fix: flag("Apply all safe fixes and check again"),
    "dry-run": flag("With --fix: show the fixes without changing anything"),
  },
  examples: [
    "mpm doctor",
    "mpm doctor --json",
    "mpm doctor --fix --dry-run",
    "mpm doctor --fix",
  ],
  result: async () => (await import("./results.ts")).DoctorResult,
  run: (context, input) => examine(context, input),
  render: doctorText,
  status: ({ checks }) =>
    doctorStatus(
      checks.flatMap(({ findings }) =>
        findings.map(({ state, code }) => ({
          state,
          code: code as ErrorCode | null,
        }))
      ),
    ),
});
