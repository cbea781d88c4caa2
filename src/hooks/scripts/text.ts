import { escapeLines, escapeText } from "../../base/escape.ts";
import { cutText } from "../../base/words.ts";
import type {
  HooksAllowResult,
  HooksEjectResult,
  HooksListResult,
  HooksRunResult,
} from "../commands/results.ts";

type Hook = HooksListResult["hooks"][number];

const STATES: Record<Hook["state"], string> = {
  none: "not in this project",
  shipped: "in this project, unchanged: all its actions are off",
  older: 'in this project, from an older mpm: "mpm hooks eject" upgrades it',
  edited: "in this project, edited",
  changed: "NOT RUN: it has changed since you allowed it",
  foreign: "NOT RUN: you have not allowed it here",
  unusable: "NOT RUN: it is not a regular file that you own",
};

/** Formats the result of `mpm hooks status --scripts`. */
export function hooksListText({ folder, hooks }: HooksListResult): string {
  const width = Math.max(...hooks.map(({ name }) => name.length));
  const lines = hooks.flatMap(({ name, summary, events, state }) => [
    `${name.padEnd(width)}  ${summary}`,
    `${" ".repeat(width)}  at ${events.join(", ") || "no event"}; ${
      STATES[state]
    }`,
  ]);
  const held = hooks.filter(({ state }) =>
    state === "changed" || state === "foreign"
  ).map(({ name }) => name);
  return [
    ...lines,
    `The project's scripts are in ${escapeText(folder)}`,
    ...held.length > 0
      ? [`To allow a script after you have read it: ${allowing(held)}`]
      : [],
    "",
  ].join("\n");
}

/** The reason why a project script does not run, and how to fix it. */
interface ScriptProblem {
  readonly detail: string;
  readonly hint: string;
}

/** Lists the scripts that exist but do not run. */
export function scriptProblems(
  scripts: readonly Pick<Hook, "name" | "state">[],
): ScriptProblem[] {
  return PROBLEMS.flatMap(([state, why]) => {
    const names = scripts.filter((script) => script.state === state)
      .map(({ name }) => name);
    if (names.length === 0) return [];
    return [{
      detail: `mpm does not run ${names.join(", ")}: ${why}`,
      hint: state === "unusable"
        ? "Replace it with a regular file that you own"
        : `Read it, then: ${allowing(names)}`,
    }];
  });
}

function allowing(names: readonly string[]): string {
  return names.map((name) => `mpm allow .claude-mpm/hooks/${name}`)
    .join(" && ");
}

const PROBLEMS = [
  ["changed", "changed since you allowed it"],
  ["foreign", "came with the project, and you have not allowed it here"],
  ["unusable", "not a regular file that you own"],
] as const;

/** The most lines of a script to show, and characters in each. */
const SHOWN = 10;
const LONGEST = 200;

/** Returns the output of a script that ran at an event, for a person. */
export function scriptLines(
  name: string,
  { outcome, status, stdout, stderr }: Pick<
    HooksRunResult,
    "outcome" | "status" | "stdout" | "stderr"
  >,
): string[] {
  const printed = `${stdout}\n${stderr}`.split("\n")
    .map((line) => line.trim()).filter((line) => line !== "");
  const base = name.replace(/\.sh$/, "");
  const said = printed.slice(0, SHOWN)
    .map((line) => escapeText(cutText(line, LONGEST)))
    .map((line) => line.startsWith(`${base}: `) ? line : `${base}: ${line}`);
  const more = printed.length - said.length;
  const failed = outcome !== "exited" || status !== 0;
  const how = outcome === "exited" ? ` with status ${status}` : "";
  return [
    ...said,
    ...more > 0 ? [`${base}: … and ${more} more lines in ${LOG}`] : [],
    ...failed ? [`${base}: ${OUTCOMES[outcome]}${how}`] : [],
  ];
}

const LOG = ".claude-mpm/state/hooks.log";

type Ejected = HooksEjectResult["hooks"][number];

/** Formats the result of `mpm hooks eject`. */
export function hooksEjectText(
  { dry_run: dry, hooks }: HooksEjectResult,
): string {
  const line = ({ path, action }: Ejected) => {
    const file = escapeText(path);
    switch (action) {
      case "written":
        return dry ? `Would write ${file}` : `Wrote ${file}`;
      case "upgraded":
        return dry ? `Would upgrade ${file}` : `Upgraded ${file}`;
      case "kept":
        return `Already up to date: ${file}`;
      case "edited":
        return `Kept your edited version: ${file}`;
      case "not-allowed":
        return `Kept, but mpm will not run it until you allow it: ${file}`;
      case "refused":
        return `Not changed, because it is not a regular file that you own: ${file}`;
    }
  };
  const held = hooks.filter(({ action }) => action === "not-allowed")
    .map(({ name }) => name);
  const wrote = !dry && hooks.some(({ action }) => action === "written");
  return [
    ...hooks.map(line),
    ...wrote
      ? [
        'All their actions are off. After you edit a script, run "mpm allow ' +
        '<file>"',
      ]
      : [],
    ...held.length > 0
      ? [`To allow a script after you have read it: ${allowing(held)}`]
      : [],
    "",
  ].join("\n");
}

/** Formats the result of `mpm hooks allow`. */
export function hooksAllowText({ allowed }: HooksAllowResult): string {
  const now = allowed.length === 1
    ? "in its current version"
    : "in their current versions";
  return [
    `Allowed to run on this machine, ${now}:`,
    ...allowed.map(({ path }) => `  ${escapeText(path)}`),
    "",
  ].join("\n");
}

const OUTCOMES: Record<HooksRunResult["outcome"], string> = {
  exited: "ended",
  timeout: "took too long and was stopped",
  missing: "could not be started: found neither sh nor a Git that includes sh",
  denied: "could not be started: permission denied",
  started: "runs in the background",
};

/** Formats the result of `mpm hooks test`. */
export function hooksRunText(result: HooksRunResult): string {
  const { name, outcome, status, milliseconds, stdout, stderr, log } = result;
  const printed = [stdout, stderr].filter((text) => text !== "")
    .map((text) => escapeLines(text.trimEnd()));
  const ended = outcome === "exited" ? ` with status ${status}` : "";
  const ran = outcome === "exited" || outcome === "timeout"
    ? `${ended} after ${milliseconds} ms`
    : "";
  return [
    ...printed,
    outcome === "started"
      ? `${name} ${OUTCOMES.started}; its result will be in ${escapeText(log)}`
      : `${name} ${OUTCOMES[outcome]}${ran}`,
    "",
  ].join("\n");
}
