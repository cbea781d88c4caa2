import { relative } from "@std/path";
import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { readSelf, type Workspace } from "../../git/mod.ts";
import { readAllowable, removeIfThere, writeAtomic } from "../../ops/mod.ts";
import type { System } from "../../system/system.ts";
import {
  clientFor,
  holdRun,
  notify,
  readAllowedDefinition,
  refuseSurvivors,
  rewriteRun,
  RunLog,
  type RunPaths,
  type RunRecord,
  stoppedBy,
  Stops,
} from "../../tasks/mod.ts";
import { type Pipeline, readPipeline } from "../definition.ts";
import type { RunState } from "../log.ts";
import { openTrees } from "../merge/trees.ts";
import { readRunState } from "../read.ts";
import { stepStem, verifyStem } from "../stems.ts";
import { filledStep, valuesOf, withValues } from "../values.ts";
import { PipelineDisplay } from "../view/show.ts";

import { StepLoop } from "./step_loop.ts";

/** The default number of steps to run at a time. */
const JOBS = 4;

/**
 * Reads a pipeline that the user has allowed. Throws USAGE for its variables,
 * NOT_FOUND, CONFLICT if it is not allowed or needs git, UNREADABLE.
 */
export async function planPipeline(
  system: System,
  { root, git }: Workspace,
  { name, vars: given }: { name: string; vars: readonly string[] },
) {
  const order = { kind: "pipeline", name } as const;
  const { file, text } = readAllowedDefinition(system, root, order);
  const pipeline = await readPipeline(text, relative(root, file));
  const vars = valuesOf(pipeline, given);
  const [tree] = pipeline.steps.filter(({ worktree }) => worktree);
  if (tree && git !== "repository") {
    throw new MpmError(
      "CONFLICT",
      `The step "${tree.name}" needs a worktree, but this is not a git repository`,
      { hint: 'Remove "worktree: true", or create a repository: git init' },
    );
  }
  const clients = clientsOf(system, root, pipeline);
  return { name, file, text, pipeline, vars, client: clients[0] ?? null };
}

/** Throws NOT_FOUND if an agent's client is missing. */
function clientsOf(
  system: System,
  root: string,
  { steps }: Pipeline,
): string[] {
  return steps.flatMap(({ work }) => clientFor(system, root, work) ?? []);
}

/**
 * Continues a run until it ends or is interrupted. Throws FOREIGN, CONFLICT if
 * another process is working on the run or nothing is left to do, FILE_FAILED.
 */
export async function runPipeline(
  context: Context,
  { run: paths, again, jobs }: {
    run: RunPaths;
    again: boolean;
    jobs: number | undefined;
  },
): Promise<void> {
  const { system } = context;
  const { root, id } = paths;
  using held = await holdRun(system, paths, "pipeline");
  const { record, pipeline } = await present(context, root, held.record);
  const vars = new Map(Object.entries(record.vars ?? {}));
  const steps = pipeline.steps.map((step) => {
    const own = { pipeline: record.task, run: id, step: step.name };
    return filledStep(step, new Map([...vars, ...Object.entries(own)]));
  });
  const state = readRunState(system, paths);
  refuseEnded(id, state);
  const working = steps.filter(({ name }) => state.of(name).state === "running")
    .flatMap(({ name }) => [stepStem(name), verifyStem(name)]);
  await refuseSurvivors(system, paths, working);
  const { pid } = await readSelf(system);
  using display = new PipelineDisplay(context, {
    ...{ run: id, pipeline: record.task, steps, state },
  });
  const text = JSON.stringify({ pid });
  writeAtomic(system, paths.runner, { text, synced: false });
  using stops = new Stops(system, paths, () => display.tick());
  const log = new RunLog(system, paths);
  try {
    const trees = steps.some(({ worktree }) => worktree)
      ? await openTrees(context, {
        ...{ run: id, pipeline: record.task, worktree: record.worktree },
        ...{ folder: paths.folder, steps },
      })
      : undefined;
    const loop = new StepLoop(context, {
      ...{ root, record, paths, steps, trees, state, log, stops, again, pid },
      jobs: jobs ?? record.jobs ?? pipeline.jobs ?? JOBS,
      take: (line) => display.take(line),
    });
    await loop.run();
  } catch (error) {
    throw stoppedBy(system, error, { kind: "pipeline", run: paths });
  }
  const values = new Map([
    ...vars,
    ...[["pipeline", record.task], ["run", id]] as const,
    ["state", state.end ?? "stopped"],
  ]);
  const args = pipeline.notify?.map((arg) => withValues(arg, values));
  if (args) await notify(context, args, { record, log, stops });
  removeIfThere(system, paths.runner);
}

/**
 * Throws CONFLICT if nothing is left to do. Applied results are not merged
 * again.
 */
function refuseEnded(id: string, { end, merge }: RunState): void {
  if (end === null || merge === null || merge.state === "stopped") return;
  throw new MpmError("CONFLICT", `The run "${id}" has nothing left to do`, {
    hint: merge.state === "done"
      ? "Its results are merged. To start another run: mpm pipeline run NAME"
      : `To see its conflicts: mpm pipeline report ${id}`,
  });
}

/**
 * Returns the run, with the current definition if it has changed and is
 * allowed. Throws CONFLICT if the changed definition is not allowed.
 */
async function present(
  context: Context,
  root: string,
  record: RunRecord,
): Promise<{ record: RunRecord; pipeline: Pipeline }> {
  const { system, note } = context;
  const shown = relative(root, record.file);
  const bytes = readAllowable(system, root, record.file);
  if (typeof bytes === "string") {
    note(
      `Note: "${shown}" is gone. The run continues with the definition that it began with`,
    );
    return { record, pipeline: await readPipeline(record.definition, shown) };
  }
  const now = new TextDecoder().decode(bytes);
  if (now === record.definition) {
    return { record, pipeline: await readPipeline(now, shown) };
  }
  const order = { kind: "pipeline", name: record.task } as const;
  const { text } = readAllowedDefinition(system, root, order);
  const pipeline = await readPipeline(text, shown);
  const given = Object.entries(record.vars ?? {})
    .filter(([name]) => pipeline.vars.has(name))
    .map(([name, value]) => `${name}=${value}`);
  const vars = Object.fromEntries(valuesOf(pipeline, given));
  const client = clientsOf(system, root, pipeline)[0] ?? null;
  const total = pipeline.steps.length;
  const changed = { ...record, definition: text, vars, client, total };
  rewriteRun(system, root, changed);
  note("Note: the definition changed. The steps that are affected run again");
  return { record: changed, pipeline };
}
