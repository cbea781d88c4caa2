import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import {
  type ChunkEnd,
  type ChunkOrder,
  runChunk,
  type RunPaths,
  type RunRecord,
  statePath,
  type Stops,
} from "../../tasks/mod.ts";
import { type AgentStep, agentStep } from "../agent/agent_step.ts";
import type { Before } from "../agent/prompt.ts";
import { type FilesBefore, madeFiles } from "../artefacts.ts";
import { isMatch, type Step } from "../definition.ts";
import { allNeeds } from "../graph.ts";
import type { Artefact, RunState } from "../log.ts";
import { stepStem, verifyStem } from "../stems.ts";

/** The maximum size of a step's log, in bytes. */
const LOG = 1024 * 1024;

/** The maximum number of characters of a step's output in the log of a run. */
const OUTPUT = 4096;

/** A step, ready for one try. */
export interface StepOrder {
  readonly root: string;
  readonly record: RunRecord;
  readonly paths: RunPaths;
  /** The step, with the values of variables filled in. */
  readonly step: Step;
  /** Its working folder, absolute. */
  readonly folder: string;
  readonly stops: Stops;
  readonly attempt: number;
  readonly before: readonly Before[];
  /** The files that matched the step's patterns before the try. */
  readonly files: FilesBefore;
}

/** The end of one try of a step. */
export interface StepEnd {
  /** `unclear`: a person ended the step. */
  readonly outcome: "done" | "failed" | "limited" | "unclear";
  readonly exit: number | null;
  readonly reason: string | null;
  readonly ms: number;
  readonly output: string;
  readonly artefacts: Artefact[];
  readonly until: string | null;
  /** True if another try would end in the same way. */
  readonly isFinal: boolean;
  readonly failure: ChunkEnd["failure"];
}

/** Runs a step, checks the files that it produces, and runs its `verify`. */
export async function runStep(
  context: Context,
  order: StepOrder,
): Promise<StepEnd> {
  const { system } = context;
  const { step, folder, files } = order;
  const end = await runWork(context, order);
  if (end.outcome !== "done") return end;
  const madeNow = () =>
    madeFiles(system, folder, { patterns: step.produces, before: files });
  const withFiles = (end: StepEnd): StepEnd => {
    const { paths, problem } = madeNow();
    return problem === null
      ? { ...end, artefacts: paths.map((path) => ({ path })) }
      : { ...end, outcome: "failed", reason: problem };
  };
  if (!step.verify) return withFiles(end);
  const { problem } = madeNow();
  if (problem !== null) return { ...end, outcome: "failed", reason: problem };
  const checked = await runProgram(context, order, {
    args: step.verify,
    stem: verifyStem(step.name),
  });
  const { outcome, exit, ms, failure, output, isFinal } = endOf(
    system,
    checked,
  );
  const both = { ...end, failure: end.failure ?? failure, ms: end.ms + ms };
  // `verify` may have changed or removed a file.
  if (outcome === "done") return withFiles(both);
  const reason = checked.reason ?? `exit status ${exit}`;
  return {
    ...{ ...both, outcome, exit, output, isFinal },
    reason: `its "verify" failed: ${reason}`,
  };
}

async function runWork(context: Context, order: StepOrder): Promise<StepEnd> {
  const { system } = context;
  const { step, record, root, before, attempt } = order;
  const stem = stepStem(step.name);
  if (step.work.kind === "run") {
    const end = await runProgram(context, order, {
      args: step.work.args,
      stem,
    });
    return endOf(system, end);
  }
  const agent = agentStep(system, {
    ...{ root, pipeline: record.task, step, before, attempt },
    client: record.client ?? "",
  });
  if (agent.warning) context.note(`Note: ${agent.warning}`);
  let said: ReturnType<AgentStep["end"]> | undefined;
  const end = await runProgram(context, order, {
    ...{ args: agent.args, env: agent.env, stem },
    filter: {
      output: agent.output,
      end: (end) => (said = agent.end(end)).log,
    },
  });
  const known = endOf(system, end);
  if (!said || known.outcome === "unclear") return known;
  const { outcome, reason, output, until } = said;
  return { ...known, outcome, reason, output: output.slice(-OUTPUT), until };
}

/** Converts the end of a program into the end of a step. */
function endOf(system: System, end: ChunkEnd): StepEnd {
  const { exit, reason, ms, failure } = end;
  const output = redactorOf(system).text(end.output).slice(-OUTPUT);
  return {
    ...{ exit, reason, ms, output, failure, artefacts: [], until: null },
    outcome: end.outcome === "never" ? "failed" : end.outcome,
    isFinal: end.outcome === "never",
  };
}

async function runProgram(
  { system }: Context,
  { record, paths, step, folder, stops }: StepOrder,
  { args, env, stem, filter }: {
    args: readonly string[];
    env?: Readonly<Record<string, string | null>>;
    /** The name of its log, without the extension. */
    stem: string;
    filter?: ChunkOrder["filter"];
  },
): Promise<ChunkEnd> {
  if (!system.files.lstat(folder)) {
    throw new MpmError("CONFLICT", `The folder "${folder}" is gone`, {
      hint: `Then: mpm pipeline resume ${record.id}`,
    });
  }
  return await runChunk(system, {
    ...{ chunk: stem, args: [...args], paths, stops, cwd: folder },
    definition: { timeout: step.timeout, grace: step.grace },
    env: {
      ...Object.fromEntries(step.env),
      ...env,
      MPM_PIPELINE: record.task,
      MPM_PIPELINE_RUN: record.id,
      MPM_PIPELINE_STEP: step.name,
      MPM_TASK_STATE: statePath(paths, stem),
    },
    start: Promise.resolve(true),
    log: { limit: LOG, onlyFailure: false },
    progress: () => {},
    ...filter && { filter },
  });
}

/** Returns the facts for an agent about the steps that its step needs. */
export function stepsBefore(
  step: Step,
  { steps, state }: { steps: readonly Step[]; state: RunState },
): Before[] {
  return allNeeds(steps, step).map(({ name }) => {
    const { artefacts, output } = state.of(name);
    return {
      ...{ step: name, output },
      artefacts: artefacts.map(({ path }) => path),
    };
  });
}

/**
 * Throws CONFLICT for a file that another step also produces, since one of the
 * two files would be lost. Between worktrees, the merge detects this.
 */
export function refuseSameFile(
  step: Step,
  made: readonly Artefact[],
  { steps, state }: { steps: readonly Step[]; state: RunState },
): void {
  const isBefore = (one: Step, other: Step) =>
    allNeeds(steps, other).includes(one);
  for (const other of steps) {
    const isMerged = step.worktree &&
      (other.worktree || isBefore(other, step));
    if (other.name === step.name || isMerged) continue;
    // The steps may run in one folder at the same time, so it is unknown which
    // one wrote the file.
    const isShared = !step.worktree && !other.worktree &&
      !isBefore(other, step) && !isBefore(step, other);
    const { state: is, artefacts } = state.of(other.name);
    const same = made.find(({ path }) =>
      is === "done" && artefacts.some((one) => one.path === path) ||
      isShared && other.produces.some((pattern) => isMatch(pattern, path))
    );
    if (!same) continue;
    throw new MpmError(
      "CONFLICT",
      `"${other.name}" and "${step.name}" both produce "${same.path}"`,
      { hint: 'Change one of them or its "produces", then start a new run' },
    );
  }
}
