import { MpmError } from "../base/errors.ts";
import { firstLine } from "../base/words.ts";
import type { Context } from "../cli/mod.ts";
import { ensureUserFolder, fileState, takeLock } from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { RunResult, System } from "../system/system.ts";
import { LONGEST, taskPath } from "../tasks/mod.ts";
import type { ScheduleRunResult } from "./commands/results.ts";
import { actionText, type Schedule } from "./schedule.ts";
import {
  addToLog,
  type LastRun,
  type Outcome,
  readLast,
  schedulePaths,
  writeLast,
} from "./store.ts";

/**
 * The maximum number of bytes of a run's output to log, counted from its end.
 */
const OUTPUT = 64 * 1024;

/** Milliseconds that the notification program may take. */
const NOTIFY = 30_000;

/** The end of a run. */
type End = Pick<ScheduleRunResult, "state" | "exit" | "reason"> & {
  readonly output: string;
};

/**
 * Runs a schedule now, and records the output and the result. Throws LOCKED if
 * the schedule is already running.
 */
export async function runSchedule(
  context: Context,
  schedule: Schedule,
): Promise<ScheduleRunResult> {
  const { system } = context;
  const { id, name } = schedule;
  const paths = schedulePaths(system, id);
  ensureUserFolder(system, `schedules/${id}`);
  const starts = actionText(schedule);
  const started = system.now().toISOString();
  using held = await takeLock(system, paths.lock, 0);
  if (!held) {
    addToLog(system, id, `--- ${started} ${starts}: still running, skipped`);
    throw new MpmError("LOCKED", `The schedule "${name}" is running`, {
      hint: `Its output will be in ${paths.log}`,
    });
  }
  const before = readLast(system, id);
  const open: LastRun = {
    ...{ started_at: started, ended_at: null, state: null },
    ...{ exit: null, reason: null },
  };
  writeLast(system, id, open);
  const { output, ...end } = await runAction(system, schedule, before);
  const ended = system.now().toISOString();
  const why = end.reason === null ? "" : `: ${end.reason}`;
  addToLog(
    system,
    id,
    `--- ${started} ${starts}\n${output}--- ${ended} ${end.state}${why}`,
  );
  writeLast(system, id, { ...open, ...end, ended_at: ended });
  if (schedule.notify) await notify(context, schedule, end);
  return {
    ...{ id, name, starts, ...end, started_at: started, ended_at: ended },
    log: paths.log,
  };
}

/** Runs the work, unless its definition is no longer allowed. */
async function runAction(
  system: System,
  schedule: Schedule,
  before: LastRun | undefined,
): Promise<End> {
  const { project, kind, target, path } = schedule;
  const refused = target === null || kind === "standup"
    ? undefined
    : refusalOf(system, project, { kind, target });
  if (refused !== undefined) {
    return { state: "refused", exit: null, reason: refused, output: "" };
  }
  using interruption = system.interruption();
  const result = await system.runProgram(childWords(system, schedule, before), {
    ...{ cwd: project, timeout: LONGEST, signal: interruption.signal },
    ...{ limit: OUTPUT, keep: "end", tied: true, grace: 15_000 },
    env: path === null ? {} : { PATH: path },
  });
  return endOf(system, result, interruption.signal.aborted);
}

function refusalOf(
  system: System,
  root: string,
  { kind, target }: { kind: "task" | "pipeline"; target: string },
): string | undefined {
  const path = taskPath(root, target, kind);
  const what = `the ${kind} "${target}"`;
  if (!system.files.lstat(path)) return `${what} is gone`;
  const state = fileState(system, { root, worktree: root }, path);
  return state === "allowed"
    ? undefined
    : state === "changed"
    ? `${what} changed since you allowed it`
    : `you do not allow ${what} to run`;
}

/** Returns the arguments of the mpm command that does the work. */
function childWords(
  system: System,
  { project, kind, target, program }: Schedule,
  before: LastRun | undefined,
): string[] {
  const self = [system.program() ?? program, "-C", project];
  if (kind !== "standup") return [...self, kind, "run", target!];
  // On Monday, a standup covers the days since Friday's standup.
  const since = before?.state === "done"
    ? ["--since", `${before.started_at.slice(0, 19)}Z`]
    : [];
  return [...self, "standup", "--format", "markdown", ...since];
}

function endOf(
  system: System,
  { outcome, status, stdout }: RunResult,
  isInterrupted: boolean,
): End {
  const output = redactorOf(system).text(new TextDecoder().decode(stdout));
  const shown = output === "" || output.endsWith("\n") ? output : `${output}\n`;
  if (outcome === "exited" && status === 0) {
    return { state: "done", exit: 0, reason: null, output: shown };
  }
  const error = /^Error: (.*)$/m.exec(output)?.[1];
  const last = output.trimEnd().split("\n").at(-1) ?? "";
  const reason = isInterrupted
    ? "it was interrupted"
    : outcome === "exited"
    ? firstLine(error ?? last, 200) || `status ${status}`
    : outcome === "missing"
    ? "the mpm program is gone"
    : outcome === "denied"
    ? "the mpm program is not an executable file"
    : "it took too long";
  const exit = outcome === "exited" && !isInterrupted ? status : null;
  return { state: "failed", exit, reason, output: shown };
}

/** Starts the notification program. A failure is logged. */
async function notify(
  { system, note }: Context,
  { id, name, project, notify, path }: Schedule,
  end: { state: Outcome; reason: string | null },
): Promise<void> {
  const values = new Map([
    ["{name}", name],
    ["{state}", end.state],
    ["{reason}", end.reason ?? ""],
    ["{log}", schedulePaths(system, id).log],
  ]);
  const args = notify!.map((arg) =>
    arg.replaceAll(/\{[a-z]+\}/g, (one) => values.get(one) ?? one)
  );
  const { outcome, status, stderr } = await system.runProgram(args, {
    ...{ cwd: project, limit: 4096, timeout: NOTIFY },
    env: path === null ? {} : { PATH: path },
  });
  if (status === 0) return;
  const said = firstLine(new TextDecoder().decode(stderr), 200) ||
    `${outcome}, status ${status}`;
  const words = `The notification failed: ${redactorOf(system).text(said)}`;
  addToLog(system, id, `--- ${words}`);
  note(`Note: ${words}`);
}
