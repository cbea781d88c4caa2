import { MpmError } from "../../base/errors.ts";
import type { Context } from "../../cli/mod.ts";
import {
  pauseAfter,
  type RunLog,
  type RunPaths,
  type RunRecord,
  type Stops,
} from "../../tasks/mod.ts";
import { filesBefore, isFile } from "../artefacts.ts";
import type { Step } from "../definition.ts";
import type { MergeEnd, PipelineLine, RunEnd, RunState } from "../log.ts";
import type { Trees } from "../merge/trees.ts";
import {
  refuseSameFile,
  runStep,
  type StepEnd,
  type StepOrder,
  stepsBefore,
} from "./run_step.ts";
import { StepInputs } from "./step_inputs.ts";

/** A running pipeline. */
export interface LoopOrder {
  readonly root: string;
  readonly record: RunRecord;
  readonly paths: RunPaths;
  /** The steps in order, with the values of variables filled in. */
  readonly steps: readonly Step[];
  /** `undefined`: no step has a worktree. */
  readonly trees: Trees | undefined;
  readonly state: RunState;
  readonly log: RunLog;
  readonly stops: Stops;
  readonly jobs: number;
  /**
   * True to run steps again that may already have run, and to ignore limits.
   */
  readonly again: boolean;
  /** The process ID of this mpm. */
  readonly pid: number | null;
  /** Receives each line of the log, which may not be on the disk yet. */
  take(line: PipelineLine): void;
}

/** Runs the remaining steps of a pipeline. */
export class StepLoop {
  readonly #context: Context;
  readonly #run: LoopOrder;
  readonly #inputs: StepInputs;
  /** Steps that this process may still start. */
  readonly #left = new Set<string>();
  readonly #working = new Map<string, Promise<void>>();

  constructor(context: Context, run: LoopOrder) {
    this.#context = context;
    this.#run = run;
    this.#inputs = new StepInputs(context.system, run);
  }

  /**
   * Runs all remaining steps. Throws CONFLICT if nothing is left to do,
   * FILE_FAILED if an end cannot be recorded.
   */
  async run(): Promise<void> {
    const { state, trees, pid } = this.#run;
    const isMerged = trees?.applied || this.#merged;
    const plan = isMerged ? [] : await this.#plan();
    this.#add({ event: "begin", at: this.#now(), pid });
    for (const line of plan) this.#add(line);
    await this.#flush();
    await this.#all();
    const end = await this.#end();
    await this.#flush();
    const { state: last, reason } = end;
    this.#add({ event: "over", at: this.#now(), state: last, reason });
    await this.#flush();
    state.end = end.state;
  }

  /**
   * Returns the end of a merge from the log; null: nothing has been merged yet.
   */
  get #merged(): MergeEnd | null {
    const { merge } = this.#run.state;
    return merge?.state === "stopped" ? null : merge;
  }

  #add(line: PipelineLine): void {
    const { state, log, take } = this.#run;
    state.take(line);
    log.add(line);
    take(line);
  }

  #now(): string {
    return this.#context.system.now().toISOString();
  }

  async #flush(): Promise<void> {
    await this.#run.log.flush();
  }

  /**
   * Decides which steps are left. Returns lines for the log. A step waits again
   * if its inputs have changed or its result is gone, and is flagged if it may
   * already have run.
   */
  async #plan(): Promise<PipelineLine[]> {
    const { steps, state, again } = this.#run;
    const lines: PipelineLine[] = [];
    const limited = new Set<string>();
    for (const step of steps) {
      const { name } = step;
      const known = state.of(name);
      const isBlocked = step.needs.some((need) => limited.has(need));
      const now = this.#now();
      if (known.state === "limited" && !again && (known.until ?? "") > now) {
        limited.add(name);
        continue;
      }
      if (isBlocked) limited.add(name);
      const isUnclear = known.state === "running" || known.state === "flagged";
      if (isUnclear && !again && !isSafe(step)) {
        if (known.state === "flagged") continue;
        lines.push(this.#flagged(step, "mpm was stopped"));
        continue;
      }
      const why = known.state === "done"
        ? await this.#changeOf(step)
        : isUnclear
        ? "mpm was stopped"
        : undefined;
      if (known.state === "done" && why === undefined) continue;
      if (why !== undefined) lines.push(this.#putBack(step, null, why));
      if (!isBlocked) this.#left.add(name);
    }
    this.#refuseNothing(limited);
    return lines;
  }

  /** Throws CONFLICT if no step can run now. */
  #refuseNothing(limited: ReadonlySet<string>): void {
    const { steps, state, record: { id } } = this.#run;
    if (this.#left.size > 0) return;
    const [until] = [...limited].flatMap((name) => state.of(name).until ?? [])
      .sort();
    if (until !== undefined) {
      throw new MpmError(
        "CONFLICT",
        `The run "${id}" can continue at ${until}`,
        {
          hint:
            "The usage limit ends at that time. To try now: mpm pipeline resume " +
            `${id} --again`,
        },
      );
    }
    if (state.end === null || state.end === "stopped") return;
    const isDone = steps.every(({ name }) => state.of(name).state === "done");
    throw new MpmError("CONFLICT", `The run "${id}" has nothing left to do`, {
      hint: isDone
        ? "All steps are done, and their inputs have not changed"
        : `To run flagged steps again: mpm pipeline resume ${id} --again`,
    });
  }

  /** Returns the reason why a finished step must run again, if there is one. */
  async #changeOf(step: Step): Promise<string | undefined> {
    const { state, trees, record } = this.#run;
    const known = state.of(step.name);
    if (step.needs.some((need) => this.#left.has(need))) {
      return "a step that it needs runs again";
    }
    if (step.worktree) {
      const isThere = known.result !== null && await trees?.has(known.result);
      if (!isThere) return "its result is gone";
    } else {
      const gone = known.artefacts
        .find(({ path }) =>
          !isFile(this.#context.system, record.worktree, path)
        );
      if (gone) return `"${gone.path}" is gone`;
    }
    const isSame = await this.#inputs.of(step) === known.inputs;
    return isSame ? undefined : "its inputs changed";
  }

  /** Starts ready steps until nothing is running and nothing is ready. */
  async #all(): Promise<void> {
    const { stops, jobs, steps } = this.#run;
    let failure: unknown;
    for (;;) {
      const ready = failure !== undefined || stops.cancel.aborted
        ? []
        : steps.filter((step) => this.#isReady(step));
      for (const step of ready.slice(0, jobs - this.#working.size)) {
        const { name } = step;
        this.#left.delete(name);
        const work = this.#runStep(step)
          .catch((error) => {
            failure ??= error;
          })
          .finally(() => this.#working.delete(name));
        this.#working.set(name, work);
      }
      if (this.#working.size === 0) break;
      await Promise.race(this.#working.values());
    }
    if (failure !== undefined) throw failure;
  }

  #isReady({ name, needs }: Step): boolean {
    const { state } = this.#run;
    return this.#left.has(name) &&
      needs.every((need) => state.of(need).state === "done");
  }

  async #runStep(step: Step): Promise<void> {
    const { record, stops, state, trees } = this.#run;
    const { system } = this.#context;
    const { name } = step;
    const files = step.worktree
      ? new Map()
      : filesBefore(system, record.worktree, step.produces);
    for (let tries = 0;; tries++) {
      const attempt = state.of(name).attempts + 1;
      const inputs = await this.#attempt(() => this.#inputs.of(step));
      if (inputs instanceof MpmError) return await this.#fail(step, inputs);
      this.#add({
        ...{ event: "start", at: this.#now(), step: name, attempt, inputs },
      });
      await this.#flush();
      const end = await this.#tryStep(step, { files, attempt });
      if (end instanceof MpmError) return await this.#fail(step, end);
      if (end.outcome !== "done") await trees?.drop(step);
      const isOver = end.outcome !== "failed" || end.isFinal ||
        tries >= step.retries || stops.cancel.aborted;
      if (isOver) {
        await this.#record(step, end);
        if (end.failure) throw end.failure;
        return;
      }
      this.#add(this.#putBack(step, end.exit, end.reason));
      await this.#flush();
      if (end.failure) throw end.failure;
      await system.sleep(pauseAfter(tries), stops.cancel);
      if (stops.cancel.aborted) return;
    }
  }

  /**
   * Runs `work`. An error of the worktree or the agent is returned, and ends
   * only this step.
   */
  async #attempt<T>(
    work: () => Promise<T>,
  ): Promise<T | MpmError> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof MpmError && error.code !== "FILE_FAILED") {
        return error;
      }
      throw error;
    }
  }

  async #tryStep(
    step: Step,
    { files, attempt }: Pick<StepOrder, "files" | "attempt">,
  ): Promise<(StepEnd & { result: string | null }) | MpmError> {
    const { root, record, paths, stops, trees } = this.#run;
    return await this.#attempt(async () => {
      const folder = step.worktree
        ? await trees!.open(step, await this.#inputs.givenTo(step))
        : record.worktree;
      const before = step.worktree
        ? filesBefore(this.#context.system, folder, step.produces)
        : files;
      const end = await runStep(this.#context, {
        ...{ root, record, paths, step, folder, stops, attempt },
        ...{ files: before, before: stepsBefore(step, this.#run) },
      });
      const made = end.artefacts.map(({ path }) => path);
      if (end.outcome !== "done") return { ...end, result: null };
      const result = step.worktree ? await trees!.take(step, made) : null;
      refuseSameFile(step, end.artefacts, this.#run);
      return { ...end, result };
    });
  }

  async #fail(step: Step, error: MpmError): Promise<void> {
    await this.#run.trees?.drop(step);
    this.#add(
      error.code === "CANCELLED"
        ? this.#putBack(step, null, null)
        : { ...this.#flagged(step, error.withHint), state: "failed" },
    );
    await this.#flush();
  }

  /** Records the end of the last try of a step. */
  async #record(
    step: Step,
    end: StepEnd & { result: string | null },
  ): Promise<void> {
    const { outcome, exit, reason, ms, output, until, result } = end;
    const [at, { name }] = [this.#now(), step];
    if (outcome === "limited") {
      this.#add({ event: "limited", at, step: name, until, reason });
    } else if (outcome === "unclear") {
      this.#add(
        isSafe(step)
          ? this.#putBack(step, exit, reason)
          : this.#flagged(step, reason ?? "it was cancelled"),
      );
    } else {
      this.#add({
        ...{ event: "end", at, step: name, state: outcome, exit, reason, ms },
        ...{ output, result },
        artefacts: end.artefacts,
      });
    }
    await this.#flush();
  }

  #putBack(
    { name }: Step,
    exit: number | null,
    reason: string | null,
  ): PipelineLine {
    return { event: "retry", at: this.#now(), step: name, exit, reason };
  }

  #flagged({ name }: Step, reason: string) {
    return {
      ...{ event: "end", at: this.#now(), step: name, state: "flagged" },
      ...{ exit: null, reason, ms: 0, output: "", artefacts: [], result: null },
    } as const satisfies object as PipelineLine & { event: "end" };
  }

  async #end(): Promise<{ state: RunEnd; reason: string | null }> {
    const { steps, state, stops, trees } = this.#run;
    if (this.#merged) return this.#merged;
    if (stops.cancel.aborted) return { state: "cancelled", reason: null };
    const states = steps.map(({ name }) => state.of(name).state);
    if (!trees?.applied && states.some((one) => one !== "done")) {
      const isLimited = states.includes("limited") &&
        !states.includes("failed") && !states.includes("flagged");
      return { state: isLimited ? "limited" : "failed", reason: null };
    }
    if (!trees) return { state: "done", reason: null };
    const merge = trees.applied ?? await trees.finish(
      steps.flatMap(({ name }) => {
        const { result } = state.of(name);
        return result === null ? [] : [{ step: name, result }];
      }),
    );
    this.#add({ ...merge, event: "merged", at: this.#now() });
    await this.#flush();
    return { state: merge.state, reason: merge.reason };
  }
}

/**
 * Returns whether a step can safely run again. A step in a worktree always
 * starts in a new one.
 */
function isSafe({ repeatable, worktree }: Step): boolean {
  return repeatable || worktree;
}
