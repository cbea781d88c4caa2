import { ERRORS, EXIT_INCOMPLETE } from "../../base/errors.ts";
import { escapeText } from "../../base/escape.ts";
import { ageWords, shortAge } from "../../base/times.ts";
import { counted, cutText } from "../../base/words.ts";
import { cut, type Style, tableRows } from "../../cli/mod.ts";
import { grouped } from "../../clients/mod.ts";
import type {
  TaskListResult,
  TaskRunResult,
  TaskRunView,
  TasksResult,
  TaskStatusResult,
} from "../commands/results.ts";
import { endedOf, shortDuration, troubleText } from "./pace.ts";

/**
 * Returns the exit status for the state of a run: 0 if nothing has failed so
 * far.
 */
export function runStatus(state: TaskRunResult["state"]): number {
  return state === null || state === "done" || state === "running"
    ? 0
    : state === "cancelled"
    ? ERRORS.CANCELLED.exit
    : EXIT_INCOMPLETE;
}

/** Says what a dry run would do. */
function plannedText({ task, total, items }: TaskRunResult): string {
  const shown = (items ?? []).map((item) => `  ${escapeText(item)}\n`);
  const more = total - shown.length;
  return `Would run ${escapeText(task)} on ${counted(total, "item")}:\n` +
    shown.join("") + (more > 0 && shown.length > 0 ? `  … ${more} more\n` : "");
}

/** Says how a run ended. */
export function endText(run: TaskRunResult, style: Style): string {
  const { run: id, state, started_at: started, changed_at: at } = run;
  if (id === null || state === null || started === null || at === null) {
    return plannedText(run);
  }
  return statusText({
    ...run,
    ...{ run: id, state, started_at: started, changed_at: at, at },
    ...{ at_work: null, pid: null, progress: null },
  }, style);
}

/** Shows the state of a run, and the next step. */
export function statusText(run: TaskStatusResult, style: Style): string {
  const { total, at, started_at: started, changed_at: changed } = run;
  const lines = [
    `${style.bold(escapeText(run.task))}: ${stateText(run, style)}` +
    ` (${escapeText(run.run)})`,
    `Items: ${itemsText(run)} of ${grouped(total)}`,
    `Started: ${ageWords(new Date(started), new Date(at))}`,
    ...run.state === "running" ? [] : [
      `Time: ${shortDuration(Date.parse(changed) - Date.parse(started))}`,
    ],
    ...run.progress === null ? [] : [progressText(run, run.progress)],
    ...run.reason === null ? [] : [`Reason: ${escapeText(run.reason)}`],
    ...advice(run),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Returns `Progress: 40%, reading the table`. */
function progressText(
  { at_work: atWork }: TaskStatusResult,
  { items, text }: NonNullable<TaskStatusResult["progress"]>,
): string {
  const size = atWork ? atWork.last - atWork.first + 1 : 1;
  const share = Math.floor(100 * Math.min(1, items / size));
  return `Progress: ${share}%${text === null ? "" : `, ${escapeText(text)}`}`;
}

/** Returns `4,190 done, 8 failed, 2 flagged, 5,800 waiting`. */
function itemsText(run: TaskRunView): string {
  const trouble = troubleText(run);
  return [
    `${grouped(run.done)} done`,
    ...trouble === "" ? [] : [trouble],
    ...run.waiting > 0 ? [`${grouped(run.waiting)} waiting`] : [],
  ].join(", ");
}

function stateText({ state, own }: TaskRunView, style: Style): string {
  if (!own) return style.yellow("made by someone else");
  if (state === "done") return style.green(state);
  if (state === "running") return style.cyan(state);
  return state === "failed" ? style.red(state) : style.yellow(state);
}

/** Returns what a person can do about a run. */
function advice(run: TaskStatusResult): string[] {
  const id = escapeText(run.run);
  if (!run.own) {
    return ["mpm can only list this run."];
  }
  if (run.state === "running") {
    return [`Watch it: mpm task watch ${id}`];
  }
  const { failed, flagged, waiting, at_work: atWork } = run;
  const trouble = failed + flagged > 0;
  return [
    ...atWork ? [interruptedText(atWork)] : [],
    ...flagged > 0 ? ["A flagged item may or may not have finished."] : [],
    ...trouble ? [`See why: mpm task report ${id}`] : [],
    ...waiting > 0 ? [`Continue: mpm task resume ${id}`] : [],
    ...trouble
      ? [`Run failed and flagged items again: mpm task resume ${id} --again`]
      : [],
  ];
}

/** Names the items whose program was running when mpm was stopped. */
function interruptedText(
  { first, last, item }: NonNullable<TaskStatusResult["at_work"]>,
): string {
  const what = item !== null
    ? `"${escapeText(cutText(item, 200))}"`
    : first === last
    ? `Item ${grouped(first)}`
    : `Items ${grouped(first)} to ${grouped(last)}`;
  return `${what} ${
    first === last ? "was" : "were"
  } in progress when the run stopped, and may or may not have finished.`;
}

/** Returns the table of runs. */
export function runsText(
  { runs, problems, at }: TaskListResult,
  style: Style,
): string {
  if (runs.length + problems.length === 0) {
    return 'No task has run here. "mpm task" lists the tasks.\n';
  }
  const rows = runs.map((run) => [
    style.cyan(escapeText(run.run)),
    style.dim(ageOf(run, at)),
    stateText(run, style),
    itemsShort(run),
  ]);
  return [
    ...tableRows(rows, style.columns, [0]),
    ...problems.map((text) => style.red(escapeText(text))),
  ].map((line) => `${line}\n`).join("");
}

function ageOf({ started_at: started }: TaskRunView, at: string): string {
  return shortAge(Date.parse(started), new Date(at));
}

/** `4,200/10,000, 8 failed`. */
function itemsShort(run: TaskRunView): string {
  const trouble = troubleText(run);
  const items = `${grouped(endedOf(run))}/${grouped(run.total)}`;
  return trouble === "" ? items : `${items}, ${trouble}`;
}

/** Returns the table of tasks, each with its newest run. */
export function tasksText({ tasks, at }: TasksResult, style: Style): string {
  if (tasks.length === 0) {
    return "No tasks in this project. A task is a file such as " +
      '.claude-mpm/tasks/smells.yaml: see "mpm help tasks".\n';
  }
  const rows = tableRows(
    tasks.map(({ name, run }) => [
      style.bold(escapeText(name)),
      run === null
        ? style.dim("never ran")
        : [stateText(run, style), itemsShort(run), ageOf(run, at)].join(", "),
    ]),
    style.columns,
  );
  const lines = rows.flatMap((row, index) => {
    const about = escapeText(tasks[index]!.description);
    return about === "" ? [row] : [row, cut(`  ${about}`, style.columns)];
  });
  const notes = tasks.flatMap(({ path, allowed, problem }) =>
    problem !== null
      ? [style.red(escapeText(problem))]
      : allowed
      ? []
      : [style.yellow(`Not allowed yet: mpm allow ${escapeText(path)}`)]
  );
  return [...lines, ...notes]
    .map((line) => `${line}\n`).join("");
}

/** `Removed 2 runs`. */
export function removedText(
  { removed, dry_run: dry }: { removed: readonly string[]; dry_run: boolean },
): string {
  if (removed.length === 0) return "No runs to remove.\n";
  const what = counted(removed.length, "run");
  return dry
    ? `Would move ${what} to the trash:\n${removed.join("\n")}\n`
    : `Moved ${what} to the trash. "mpm undo" restores ${
      removed.length === 1 ? "it" : "them"
    }.\n`;
}
