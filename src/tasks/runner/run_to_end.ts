import { attempt, MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readSelf } from "../../git/mod.ts";
import { removeIfThere } from "../../ops/mod.ts";
import { agentFor } from "../agent.ts";
import { startInBackground } from "../background.ts";
import type { TaskRunResult } from "../commands/results.ts";
import { readDefinition } from "../definition.ts";
import { ParallelEngine } from "../parallel/engine.ts";
import { filled } from "../protocol.ts";
import { readStatus, viewOf } from "../read.ts";
import { Chunks } from "../run.ts";
import { readItems, type RunPaths } from "../store.ts";
import { RunDisplay } from "../view/show.ts";
import { noteChanges } from "./changes.ts";
import {
  holdRun,
  notify,
  refuseSurvivors,
  runnerNote,
  stoppedBy,
} from "./held_run.ts";
import { RunLog } from "./log.ts";
import { RunLoop } from "./run_loop.ts";
import { Stops } from "./stops.ts";

/** A run to continue. */
interface Order {
  readonly run: RunPaths;
  /** True if failed and flagged chunks run again. */
  readonly again: boolean;
}

/** Continues a run in this process or another one, and returns its state. */
export async function runHere(
  context: Context,
  order: Order,
  background: boolean,
): Promise<TaskRunResult> {
  if (background) await startInBackground(context, { kind: "task", ...order });
  else await runToEnd(context, order);
  const view = viewOf(await readStatus(context.system, order.run));
  return { ...view, dry_run: false, items: null };
}

/**
 * Continues a run until it ends or is interrupted. Repeats chunks that may have
 * run only if that is known to be safe, or with `again`. With `again`, failed
 * chunks also run again. Throws FOREIGN, CONFLICT if another process works on
 * the run, CORRUPT, FILE_FAILED.
 */
async function runToEnd(
  context: Context,
  { run: paths, again }: Order,
): Promise<void> {
  const { system } = context;
  const { root, id } = paths;
  using held = await holdRun(system, paths, "task");
  const { record } = held;
  const definition = await readDefinition(record.definition, record.file);
  const items = readItems(system, paths, record);
  const chunks = new Chunks(record);
  const log = new RunLog(system, paths);
  log.replay(chunks);
  // A process that was killed after the last item has not recorded the end of
  // the run.
  if (chunks.isOver && chunks.left(again).length === 0) {
    throw nothingLeft(id, chunks);
  }
  await refuseSurvivors(system, paths, [chunks.started ?? []].flat());
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
  using stops = new Stops(system, paths, () => {
    listener.tick();
    // The run does not depend on this record.
    attempt(noted);
  });
  const order = { record, definition, agent, items, paths, chunks, log, stops };
  const engine = record.engine &&
    new ParallelEngine(context, { ...order, engine: record.engine });
  const { pid } = runner;
  try {
    await new RunLoop(system, { ...order, engine, listener, again, pid }).run();
  } catch (error) {
    throw stoppedBy(system, error, { kind: "task", run: paths });
  }
  if (definition.notify) {
    const { state } = await readStatus(system, paths);
    const values = new Map([["{task}", task], ["{state}", state]]);
    const args = definition.notify.map((arg) => filled(arg, values));
    await notify(context, args, { record, log, stops });
  }
  removeIfThere(system, paths.runner);
}

function nothingLeft(id: string, { counters }: Chunks): MpmError {
  const { failed, flagged } = counters;
  return new MpmError("CONFLICT", `The run "${id}" has nothing left to do`, {
    hint: failed + flagged === 0
      ? "All items are done"
      : `To run failed and flagged items again: mpm task resume ${id} --again`,
  });
}
