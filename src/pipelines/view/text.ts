import { ERRORS, EXIT_INCOMPLETE } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { ageWords, shortAge } from "../../base/times.ts";
import { counted, cutText } from "../../base/words.ts";
import { cut, type Style, tableRows } from "../../cli/mod.ts";
import { shortDuration } from "../../tasks/mod.ts";
import type {
  PipelineGraphResult,
  PipelineListResult,
  PipelineRunResult,
  PipelineRunView,
  PipelinesResult,
  PipelineStatusResult,
  StepView,
} from "../commands/results.ts";
import { drawn } from "../graph.ts";

type State = PipelineRunView["state"];

/**
 * Returns the exit status for the state of a run: 0 if nothing has failed so
 * far.
 */
export function pipelineStatus(state: State | undefined): number {
  if (state === undefined || state === "done" || state === "running") return 0;
  if (state === "cancelled") return ERRORS.CANCELLED.exit;
  return state === "conflict" ? ERRORS.CONFLICT.exit : EXIT_INCOMPLETE;
}

function coloured(state: State | StepView["state"], style: Style): string {
  if (state === "done") return style.green(state);
  if (state === "running") return style.cyan(state);
  if (state === "waiting" || state === "skipped") return style.dim(state);
  return state === "failed" ? style.red(state) : style.yellow(state);
}

/** Describes what a run did, or would do. */
export function runText(
  { pipeline, plan, status }: PipelineRunResult,
  style: Style,
): string {
  if (status) return statusText(status, style);
  const rows = (plan ?? []).map(({ name, needs, runs, worktree }) => [
    `  ${style.bold(escapeText(name))}`,
    escapeText(cutText(runs.replaceAll("\n", " "), 80)),
    [
      ...needs.length > 0 ? [`needs ${needs.join(", ")}`] : [],
      ...worktree ? ["worktree"] : [],
    ].join("; "),
  ]);
  return `Would run ${escapeText(pipeline)}:\n` +
    tableRows(rows, style.columns).map((row) => `${row}\n`).join("");
}

/** Shows the state of a run, and the next step. */
export function statusText(run: PipelineStatusResult, style: Style): string {
  const { at, started_at: started, changed_at: changed, reason } = run;
  const state = run.own
    ? coloured(run.state, style)
    : style.yellow("made by someone else");
  const rows = run.steps.map((step) => [
    `  ${style.bold(escapeText(step.name))}`,
    coloured(step.state, style),
    escapeText(aboutStep(step)),
  ]);
  const lines = [
    `${style.bold(escapeText(run.pipeline))}: ${state} (${
      escapeText(run.run)
    })`,
    ...tableRows(rows, style.columns),
    `Started: ${ageWords(new Date(started), new Date(at))}`,
    ...run.state === "running" ? [] : [
      `Time: ${shortDuration(Date.parse(changed) - Date.parse(started))}`,
    ],
    ...reason === null ? [] : [`Reason: ${escapeText(reason)}`],
    ...mergeLines(run),
    ...advice(run),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function aboutStep(step: StepView): string {
  const { state, exit, reason, attempts, ms, until, log } = step;
  if (state === "waiting" || state === "skipped") return "";
  return [
    ...ms === null || state === "running" ? [] : [shortDuration(ms)],
    ...attempts > 1 ? [`${attempts} attempts`] : [],
    ...state === "failed" && reason === null && exit !== null
      ? [`exit status ${exit}`]
      : [],
    ...reason !== null && state !== "done"
      ? [cutText(reason, 200).replace(/\.$/, "")]
      : [],
    ...until !== null ? [`until ${until}`] : [],
    ...state === "failed" && log !== null ? [`see ${log}`] : [],
  ].join(", ");
}

function mergeLines({ merge }: PipelineStatusResult): string[] {
  if (!merge) return [];
  const { merged, changed, conflicts } = merge;
  return [
    ...merged.length > 0
      ? [`Merged: ${merged.join(", ")} (${counted(changed, "file")} changed)`]
      : [],
    ...conflicts.map(({ step, paths }) =>
      `Conflict: ${escapeText(step)} in ${
        paths.map((path) => escapeText(path)).join(", ")
      }`
    ),
  ];
}

/** Returns what a person can do about a run. */
function advice(run: PipelineStatusResult): string[] {
  const id = escapeText(run.run);
  if (!run.own) return ["mpm can only list this run."];
  const { state, failed, flagged, limited, waiting, skipped } = run;
  if (state === "running") return [`Watch it: mpm pipeline watch ${id}`];
  const isLeft = failed + limited + waiting + skipped > 0 ||
    state === "interrupted" || state === "stopped";
  return [
    ...flagged > 0
      ? [
        "A flagged step may or may not have finished.",
        `Run it again: mpm pipeline resume ${id} --again`,
      ]
      : [],
    ...state === "conflict"
      ? [`See both sides: mpm pipeline report ${id}`]
      : [],
    ...isLeft ? [`Continue: mpm pipeline resume ${id}`] : [],
  ];
}

/** Returns the table of runs. */
export function runsText(
  { runs, problems, at }: PipelineListResult,
  style: Style,
): string {
  if (runs.length + problems.length === 0) {
    return 'No pipeline has run here. "mpm pipeline" lists the pipelines.\n';
  }
  const rows = runs.map((run) => [
    style.cyan(escapeText(run.run)),
    style.dim(shortAge(Date.parse(run.started_at), new Date(at))),
    coloured(run.state, style),
    `${run.done}/${run.total}`,
  ]);
  return [
    ...tableRows(rows, style.columns, [0]),
    ...problems.map((text) => style.red(escapeText(text))),
  ].map((line) => `${line}\n`).join("");
}

/** Returns the table of pipelines, each with its newest run. */
export function pipelinesText(
  { pipelines, at }: PipelinesResult,
  style: Style,
): string {
  if (pipelines.length === 0) {
    return "No pipelines in this project. A pipeline is a file such as " +
      ".claude-mpm/pipelines/release.yaml: see docs/pipelines.md.\n";
  }
  const lines = pipelines.flatMap((one) => {
    const { run } = one;
    const state = run === null ? style.dim("never ran") : [
      coloured(run.state, style),
      `${run.done}/${run.total}`,
      shortAge(Date.parse(run.started_at), new Date(at)),
    ].join(", ");
    return [
      cut(`${style.bold(escapeText(one.name))}  ${state}`, style.columns),
      ...one.description === ""
        ? []
        : [cut(`  ${escapeText(one.description)}`, style.columns)],
      ...one.problem !== null
        ? [style.red(escapeText(one.problem))]
        : one.allowed
        ? []
        : [style.yellow(`Not allowed yet: mpm allow ${escapeText(one.path)}`)],
    ];
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** Draws the graph for a terminal. */
export function graphText(
  { steps }: PipelineGraphResult,
  style: Style,
): string {
  const byName = new Map(steps.map((step) => [step.name, step]));
  return drawn(steps, style.ascii).map(({ lanes, step }) => {
    const known = step === undefined ? undefined : byName.get(step);
    if (!known) return `${lanes}\n`;
    const state = known.state === null
      ? ""
      : ` ${coloured(known.state, style)}`;
    const name = style.bold(escapeText(known.name));
    return `${cut(`${lanes} ${name}${state}`, style.columns)}\n`;
  }).join("");
}
