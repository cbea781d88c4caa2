import { relative } from "@std/path";
import { join } from "../base/join.ts";
import { MpmError } from "../base/errors.ts";
import { field } from "../base/parsed_values.ts";
import { readOwnJson } from "../ops/mod.ts";
import { redactorOf } from "../secrets/mod.ts";
import type { System } from "../system/system.ts";
import {
  definitionFile,
  isRunning,
  linesOf,
  listDefinitions,
  listRunsOf,
  readDefinitionFile,
  readRun,
  type RunPaths,
  taskOf,
} from "../tasks/mod.ts";
import type {
  PipelineListResult,
  PipelineRunView,
  PipelinesResult,
  PipelineStatusResult,
  StepView,
} from "./commands/results.ts";
import { type Pipeline, readPipeline, type Step } from "./definition.ts";
import { pipelineLineIn, RunState, stepState } from "./log.ts";
import { stepStem, verifyStem } from "./stems.ts";

/** Reads a pipeline that will not be run, and so need not be allowed. */
export async function readNamedPipeline(
  system: System,
  root: string,
  name: string,
): Promise<Pipeline> {
  const file = definitionFile(system, root, { kind: "pipeline", name });
  const shown = relative(root, file);
  const text = readDefinitionFile(system, root, { file, shown });
  return await readPipeline(text, shown);
}

/** Reads the state of a run from its log. */
export function readRunState(system: System, paths: RunPaths): RunState {
  const state = new RunState();
  for (const text of linesOf(system, paths.log)) {
    const line = pipelineLineIn(text);
    if (line) state.take(line);
  }
  return state;
}

/** Returns the state of a run. Throws UNREADABLE if its record is damaged. */
export async function readPipelineStatus(
  system: System,
  paths: RunPaths,
): Promise<PipelineStatusResult> {
  const { root, id } = paths;
  const known = readRun(system, paths);
  if (!known) {
    throw new MpmError("UNREADABLE", `The run "${id}" is damaged`, {
      hint: `Its logs are in ${paths.folder}; ` +
        `"mpm pipeline rm ${id}" moves it to the trash`,
    });
  }
  const { record, own } = known;
  let run = readRunState(system, paths);
  const alive = run.end === null && await isRunning(system, paths);
  // The run may have ended in the meantime.
  if (!alive) run = readRunState(system, paths);
  const shown = relative(root, record.file);
  const { steps } = await readPipeline(record.definition, shown);
  const redactor = redactorOf(system);
  const views = steps.map((step) =>
    stepView(system, { paths, step, steps, run, alive })
  );
  const count = (state: StepView["state"]) =>
    views.filter((step) => step.state === state).length;
  const runner = readOwnJson(system, paths.runner, 4096);
  const pid = alive ? field(runner, "pid") : null;
  return redactor.value({
    ...{ run: id, pipeline: taskOf(id) },
    state: run.end ?? (alive ? "running" : "interrupted"),
    ...{ total: views.length, done: count("done"), failed: count("failed") },
    ...{ flagged: count("flagged"), skipped: count("skipped") },
    ...{ limited: count("limited"), waiting: count("waiting") },
    running: count("running"),
    started_at: record.at,
    changed_at: run.at ?? record.at,
    ...{ reason: run.reason, own },
    at: system.now().toISOString(),
    steps: views,
    merge: run.merge,
    pid: typeof pid === "number" ? pid : null,
  });
}

function stepView(
  system: System,
  { paths, step, steps, run, alive }: {
    paths: RunPaths;
    step: Step;
    steps: readonly Step[];
    run: RunState;
    alive: boolean;
  },
): StepView {
  const { name, needs, worktree } = step;
  const { attempts, exit, reason, started, ms, until, output, result, ...is } =
    run.of(name);
  const state = stepState(step, { steps, run, alive });
  const [log] = [verifyStem(name), stepStem(name)]
    .map((stem) => join(paths.logs, `${stem}.log`))
    .filter((path) => system.files.lstat(path));
  return {
    ...{ name, state, needs: [...needs], worktree, attempts, exit, reason },
    ...{ started_at: started, ms, until, output, result },
    artefacts: is.artefacts.map(({ path }) => path),
    log: log === undefined
      ? null
      : relative(paths.root, log).replaceAll("\\", "/"),
  };
}

/** Returns a run without its steps. */
function viewOf(
  { at: _at, steps: _steps, merge: _merge, pid: _pid, ...view }:
    PipelineStatusResult,
): PipelineRunView {
  return view;
}

/** Returns the runs, newest first, and why others cannot be read. */
export async function listPipelineRuns(
  system: System,
  root: string,
  { pipeline, limit }: { pipeline: string | undefined; limit: number },
): Promise<Pick<PipelineListResult, "runs" | "problems">> {
  return await listRunsOf(system, root, {
    ...pipelineRuns(system),
    ...{ name: pipeline, limit },
  });
}

/** Returns the pipelines of the project, each with its newest run. */
export async function listPipelines(
  system: System,
  root: string,
): Promise<PipelinesResult["pipelines"]> {
  const runs = pipelineRuns(system);
  return await listDefinitions(system, root, { ...runs, read: readPipeline });
}

function pipelineRuns(system: System) {
  const view = async (run: RunPaths) =>
    viewOf(await readPipelineStatus(system, run));
  return { kind: "pipeline", view } as const;
}
