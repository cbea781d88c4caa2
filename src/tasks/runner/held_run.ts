import { attempt, FileError, MpmError } from "../../base/errors.ts";
import { field } from "../../base/parsed_values.ts";
import { firstLine } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { processesWith } from "../../git/mod.ts";
import {
  allowedFile,
  readOwnJson,
  removeIfThere,
  takeLock,
  writeAtomic,
} from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import type { RunKind, RunRecord } from "../run.ts";
import { kindOf, readRun, type RunPaths, taskOf } from "../store.ts";
import type { RunDisplay } from "../view/show.ts";
import type { RunLog } from "./log.ts";
import { statePath } from "./run_chunk.ts";
import type { Stops } from "./stops.ts";

/** Milliseconds within which another process finishes checking the lock. */
const WAIT = 500;

/** Milliseconds within which the programs of a killed process end. */
const GONE_WITHIN = 2000;

/**
 * Takes one of the user's runs for this process. Throws FOREIGN, and CONFLICT
 * if another process works on the run or the user no longer allows its
 * definition.
 */
export async function holdRun(
  system: System,
  run: RunPaths,
  kind: RunKind,
): Promise<Disposable & { record: RunRecord }> {
  const record = ownRun(system, run);
  const lock = await takeLock(system, run.lock, WAIT);
  if (!lock) throw atWork(system, run, kind);
  removeIfThere(system, run.cancel);
  return { record, [Symbol.dispose]: () => lock[Symbol.dispose]() };
}

/** Milliseconds between two records of the progress. */
const NOTED = 1000;

/**
 * Returns a function that records the process of a run and its progress, for
 * watchers. Call it often: it writes only new data, and at most once a second.
 */
export function runnerNote(
  system: System,
  path: string,
  { runner, listener }: { runner: object; listener: RunDisplay },
): () => void {
  const at = system.now().toISOString();
  let [last, next] = ["", 0];
  return () => {
    const now = system.now().getTime();
    const text = JSON.stringify({ ...runner, at, ...listener.present });
    if (now < next || text === last) return;
    [last, next] = [text, now + NOTED];
    writeAtomic(system, path, { text, synced: false });
  };
}

/** Milliseconds that the program of `notify` may take. */
const NOTIFY = 30_000;

/**
 * Starts the program of `notify`, without a shell. A failure is only noted.
 * Ctrl-C ends the program; if the run was cancelled, only a second Ctrl-C does.
 */
export async function notify(
  { system, note }: Context,
  args: readonly string[],
  { record: { task, id, worktree }, log, stops }: {
    record: RunRecord;
    log: RunLog;
    stops: Stops;
  },
): Promise<void> {
  const signal = stops.cancel.aborted ? stops.kill : stops.cancel;
  const done = await attempt(() =>
    system.runProgram(args, {
      ...{ cwd: worktree, limit: 4096, timeout: NOTIFY, signal },
      env: { MPM_TASK: task, MPM_TASK_RUN: id },
    })
  );
  const said = firstLine(new TextDecoder().decode(done?.stderr), 200);
  const reason = done?.status === 0 ? null : redactorOf(system).text(said) ||
    `${done?.outcome ?? "failed"}, status ${done?.status ?? -1}`;
  log.add({ event: "notified", at: system.now().toISOString(), reason });
  await log.flush();
  if (reason === null) return;
  note(`Note: the program of "notify" failed: ${reason}`);
}

/** Refuses to run a definition that the user no longer allows. */
function allowedStill(system: System, record: RunRecord): RunRecord {
  if (allowedFile(system, record.file)) return record;
  throw new MpmError(
    "CONFLICT",
    `You no longer allow the ${kindOf(record)} "${record.task}" to run`,
    { hint: `To allow it again: mpm allow ${record.file}` },
  );
}

/** Throws FOREIGN, CONFLICT if the run's definition is no longer allowed. */
function ownRun(system: System, run: RunPaths): RunRecord {
  const known = readRun(system, run);
  if (known?.own) return allowedStill(system, known.record);
  throw new MpmError("FOREIGN", `The run "${run.id}" is not yours`, {
    hint: "mpm continues only runs that you started in this project",
  });
}

/**
 * Says how to continue after a full disk, a failure of git, or the removal of
 * the run.
 */
export function stoppedBy(
  system: System,
  error: unknown,
  { kind, run }: { kind: RunKind; run: RunPaths },
): unknown {
  const isKnown = error instanceof FileError ||
    error instanceof MpmError && error.code === "GIT_FAILED";
  if (!isKnown) return error;
  const { id, record, folder } = run;
  const [why, hint] = attempt(() => system.files.lstat(record))
    ? [
      error.message,
      `mpm kept the results. Fix the problem, then: mpm ${kind} resume ${id}`,
    ]
    : [
      `its folder "${folder}" was removed`,
      `The results are lost. To start again: mpm ${kind} run ${taskOf(id)}`,
    ];
  return new MpmError(error.code, `The run stopped: ${why}`, {
    hint,
    cause: error,
  });
}

function atWork(
  system: System,
  { id, runner: path }: RunPaths,
  kind: RunKind,
): MpmError {
  const runner = readOwnJson(system, path, 4096);
  const pid = field(runner, "pid");
  const who = typeof pid === "number" ? `process ${pid}` : "another mpm";
  return new MpmError("CONFLICT", `The run "${id}" is running: ${who}`, {
    hint:
      `"mpm ${kind} watch ${id}" shows it, "mpm ${kind} cancel ${id}" ends it`,
  });
}

/**
 * Refuses to continue while a program started by a killed mpm process may still
 * be running. Such a program ends with mpm, unless it left its process group.
 * `started`: the chunk that started and did not end. Throws CONFLICT.
 */
export async function refuseSurvivors(
  system: System,
  run: RunPaths,
  started: readonly (number | string)[],
): Promise<void> {
  const end = system.now().getTime() + GONE_WITHIN;
  for (const one of started) {
    const variable = `MPM_TASK_STATE=${statePath(run, one)}`;
    for (;;) {
      const [pid] = await processesWith(system, variable);
      if (pid === undefined) break;
      if (system.now().getTime() > end) {
        throw new MpmError(
          "CONFLICT",
          `Process ${pid}, which the run "${run.id}" started, is still running`,
          { hint: `Wait until it ends, or stop it with "kill ${pid}"` },
        );
      }
      await system.sleep(50);
    }
  }
}
