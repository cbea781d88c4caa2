import { attempt, FileError, MpmError } from "../../base/errors.ts";
import { field } from "../../base/parsed_values.ts";
import { firstLine } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { processesWith, readSelf } from "../../git/mod.ts";
import {
  allowedFile,
  readOwnJson,
  removeIfThere,
  takeLock,
  writeAtomic,
} from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { agentFor } from "../agent.ts";
import { readDefinition } from "../definition.ts";
import { filled } from "../protocol.ts";
import { readStatus, viewOf } from "../read.ts";
import { Chunks, type RunRecord } from "../run.ts";
import { readItems, readRun, runPaths } from "../store.ts";
import { RunDisplay } from "../view/show.ts";
import type { TaskRunResult } from "../commands/results.ts";
import { noteChanges } from "./changes.ts";
import { RunLog } from "./log.ts";
import { statePath } from "./run_chunk.ts";
import { RunLoop } from "./run_loop.ts";
import { Stops } from "./stops.ts";

/** Milliseconds in which another look at the lock has ended. */
const WAIT = 500;

/** Milliseconds in which the programs of a killed process have ended. */
const GONE_WITHIN = 2000;

/**
 * Continues a run until it ends or is interrupted. Chunks that may have
 * happened run again only if that is known to be safe, or `again` says so. Then
 * those that failed do, too. Throws FOREIGN, CONFLICT if another process works
 * on it, CORRUPT, FILE_FAILED.
 */
export async function runToEnd(
  context: Context,
  { root, id, again }: { root: string; id: string; again: boolean },
): Promise<TaskRunResult> {
  const { system } = context;
  const record = ownRun(system, root, id);
  const paths = runPaths(root, id);
  using held = await takeLock(system, paths.lock, WAIT);
  if (!held) throw atWork(system, root, id);
  removeIfThere(system, paths.cancel);
  const definition = await readDefinition(record.definition, record.file);
  const items = readItems(system, root, record);
  const chunks = new Chunks(record);
  const log = new RunLog(system, paths);
  log.replay(chunks);
  // A process that was killed after the last item did not end the run.
  if (chunks.isOver && chunks.count(again) === 0) throw nothingLeft(id, chunks);
  await refuseSurvivors(system, root, { id, chunks });
  if (chunks.hasBegun) await noteChanges(context, root, { record, items });
  const { client } = record;
  const agent = agentFor(system, root, { work: definition.work, client });
  if (agent?.warning) context.note(`Note: ${agent.warning}`);
  const runner = await readSelf(system);
  const { task, total } = record;
  const { counters } = chunks;
  using listener = new RunDisplay(context, { run: id, task, total, counters });
  const noted = runnerNote(system, paths.runner, { runner, listener });
  noted();
  using stops = new Stops(system, paths.cancel, () => {
    listener.tick();
    // Nothing depends on it.
    attempt(noted);
  });
  const order = { record, definition, agent, items, paths, chunks, log, stops };
  const { pid } = runner;
  try {
    await new RunLoop(system, { ...order, listener, again, pid }).run();
  } catch (error) {
    throw stoppedBy(error, id);
  }
  const view = viewOf(await readStatus(system, root, id));
  if (definition.notify) {
    const { state } = view;
    await notify(context, definition.notify, { record, state, log, stops });
  }
  removeIfThere(system, paths.runner);
  return { ...view, dry_run: false, items: null };
}

/** Milliseconds between two notes of the progress. */
const NOTED = 1000;

/**
 * Returns what writes down the process of a run and its progress, for those who
 * watch it. Call it often: it writes only what is new, once a second.
 */
function runnerNote(
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
    const bytes = new TextEncoder().encode(text);
    writeAtomic(system, path, { bytes, synced: false });
  };
}

/** Milliseconds that the program of `notify` may take. */
const NOTIFY = 30_000;

/**
 * Starts the program of `notify`, without a shell. A failure is a note. Ctrl-C
 * ends it; if the run was cancelled, the second one does.
 */
async function notify(
  { system, note }: Context,
  args: readonly string[],
  { record: { task, id, worktree }, state, log, stops }: {
    record: RunRecord;
    state: string;
    log: RunLog;
    stops: Stops;
  },
): Promise<void> {
  const values = new Map([["{task}", task], ["{state}", state]]);
  const signal = stops.cancel.aborted ? stops.kill : stops.cancel;
  const done = await attempt(() =>
    system.runProgram(args.map((arg) => filled(arg, values)), {
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

/** A task that the user allows no longer does not run. */
function allowedStill(system: System, record: RunRecord): RunRecord {
  if (allowedFile(system, record.file)) return record;
  throw new MpmError(
    "CONFLICT",
    `You no longer allow the task "${record.task}" to run`,
    { hint: `To allow it again: mpm allow ${record.file}` },
  );
}

/** Throws FOREIGN, CONFLICT if its task is no longer allowed. */
function ownRun(
  system: System,
  root: string,
  id: string,
): RunRecord {
  const known = readRun(system, root, id);
  if (known?.own) return allowedStill(system, known.record);
  throw new MpmError("FOREIGN", `The run "${id}" is not yours`, {
    hint: "mpm continues only runs that you started in this project",
  });
}

/** Says how to continue after a disk that took nothing more. */
function stoppedBy(error: unknown, id: string): unknown {
  if (!(error instanceof FileError)) return error;
  return new MpmError("FILE_FAILED", `The run stopped: ${error.message}`, {
    hint: `Its results are kept. Solve that, then: mpm task resume ${id}`,
    cause: error,
  });
}

function atWork(system: System, root: string, id: string): MpmError {
  const runner = readOwnJson(system, runPaths(root, id).runner, 4096);
  const pid = field(runner, "pid");
  const who = typeof pid === "number" ? `process ${pid}` : "another mpm";
  return new MpmError("CONFLICT", `The run "${id}" is running: ${who}`, {
    hint: `"mpm task watch ${id}" shows it, "mpm task cancel ${id}" ends it`,
  });
}

function nothingLeft(id: string, { counters }: Chunks): MpmError {
  const { failed, flagged } = counters;
  return new MpmError("CONFLICT", `The run "${id}" has nothing left to do`, {
    hint: failed + flagged === 0
      ? "All its items are done"
      : `To run failed and flagged items again: mpm task resume ${id} --again`,
  });
}

/**
 * A program that a killed mpm started may still work. It ends with mpm, unless
 * it left its group. Throws CONFLICT.
 */
async function refuseSurvivors(
  system: System,
  root: string,
  { id, chunks }: { id: string; chunks: Chunks },
): Promise<void> {
  const chunk = chunks.started;
  if (chunk === undefined) return;
  const variable = `MPM_TASK_STATE=${statePath(runPaths(root, id), chunk)}`;
  const end = system.now().getTime() + GONE_WITHIN;
  for (;;) {
    const [pid] = await processesWith(system, variable);
    if (pid === undefined) return;
    if (system.now().getTime() > end) {
      throw new MpmError(
        "CONFLICT",
        `Process ${pid}, which the run "${id}" started, is still at work`,
        { hint: `Wait for its end, or end it with "kill ${pid}"` },
      );
    }
    await system.sleep(50);
  }
}
