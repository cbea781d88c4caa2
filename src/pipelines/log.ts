import {
  COUNT,
  type Fitting,
  list,
  nullable,
  object,
  TEXT,
  text,
} from "../base/shape.ts";
import { EXIT, line, lineReader } from "../tasks/mod.ts";
import { allNeeds } from "./graph.ts";
import type { Step } from "./definition.ts";

/** A file produced by a step, relative to the step's folder, with `/`. */
const ARTEFACT = object({ path: TEXT });
export type Artefact = Fitting<typeof ARTEFACT>;

const MERGE = {
  /** `stopped`: nothing was applied. */
  state: text<"done" | "conflict" | "stopped">({
    choices: ["done", "conflict", "stopped"],
  }),
  reason: nullable(TEXT),
  /** Steps whose results were merged. */
  merged: list(TEXT),
  /** Steps whose results conflict with earlier results. */
  conflicts: list(object({
    ...{ step: TEXT, paths: list(TEXT) },
    /** The step's result, which is kept. */
    commit: TEXT,
    /** The worktree with the step's result; null: it was removed. */
    worktree: nullable(TEXT),
    /** The folder with both sides of each file; null: it does not exist. */
    folder: nullable(TEXT),
  })),
  /** Number of files that changed in the user's tree. */
  changed: COUNT,
};

/** The merge of all results at the end of a run. */
export const MERGE_END = object(MERGE);
export type MergeEnd = Fitting<typeof MERGE_END>;

export type RunEnd =
  | "done"
  | "failed"
  | "cancelled"
  | "stopped"
  | "limited"
  | "conflict";

/** Reads a line in the log of a pipeline run. */
export const pipelineLineIn = lineReader({
  /** A process started or resumed the run. */
  begin: object({ ...line("begin"), pid: nullable(COUNT) }),
  /** Synced to disk before the program starts. Attempts count from 1. */
  start: object({
    ...{ ...line("start"), step: TEXT, attempt: COUNT },
    /** A digest of everything that the step depends on. */
    inputs: TEXT,
  }),
  /** The step waits again: a try failed, or its inputs changed. */
  retry: object({ ...line("retry"), step: TEXT, ...EXIT }),
  /** An agent's client has reached a limit, which ends at `until`, if known. */
  limited: object({
    ...{ ...line("limited"), step: TEXT },
    ...{ until: nullable(TEXT), reason: nullable(TEXT) },
  }),
  end: object({
    ...{ ...line("end"), step: TEXT, ...EXIT, ms: COUNT },
    state: text<"done" | "failed" | "flagged">({
      choices: ["done", "failed", "flagged"],
    }),
    /** The end of the step's output, or an agent's answer, redacted. */
    output: TEXT,
    artefacts: list(ARTEFACT),
    /** The commit of a step with a worktree. */
    result: nullable(TEXT),
  }),
  merged: object({ ...line("merged"), ...MERGE }),
  over: object({
    ...{ ...line("over"), reason: nullable(TEXT) },
    state: text<RunEnd>({
      choices: [
        ...["done", "failed", "cancelled", "stopped", "limited", "conflict"],
      ],
    }),
  }),
});
export type PipelineLine = NonNullable<ReturnType<typeof pipelineLineIn>>;

/** The state of a step, from the log of its run. */
export interface StepRecord {
  readonly state:
    | "waiting"
    | "running"
    | "done"
    | "failed"
    | "flagged"
    | "limited";
  /** Number of tries so far. */
  readonly attempts: number;
  /**
   * The digest of the inputs when the step last started; "" if it never
   * started.
   */
  readonly inputs: string;
  readonly exit: number | null;
  readonly reason: string | null;
  /** ISO 8601, UTC. */
  readonly started: string | null;
  readonly ms: number | null;
  readonly output: string;
  readonly artefacts: Artefact[];
  readonly result: string | null;
  /** The time when a limit ends. */
  readonly until: string | null;
}

const NEW: StepRecord = {
  ...{ state: "waiting", attempts: 0, inputs: "", exit: null, reason: null },
  ...{ started: null, ms: null, output: "", artefacts: [], result: null },
  until: null,
};

/** A run, from its log. */
export class RunState {
  readonly #steps = new Map<string, StepRecord>();
  /**
   * null: the run has not ended. It is either still running, or its process was
   * killed.
   */
  end: RunEnd | null = null;
  reason: string | null = null;
  /** The time of the last event, ISO 8601, UTC; null: no event yet. */
  at: string | null = null;
  /** The last merge of the run's results; null: nothing has been merged yet. */
  merge: MergeEnd | null = null;

  of(step: string): StepRecord {
    return this.#steps.get(step) ?? NEW;
  }

  /** Processes the next line of the log. */
  take(line: PipelineLine): void {
    this.at = line.at;
    switch (line.event) {
      case "begin":
        this.end = null;
        this.reason = null;
        return;
      case "over":
        this.end = line.state;
        this.reason = line.reason;
        return;
      case "merged": {
        const { event: _event, at: _at, ...merge } = line;
        this.merge = merge;
        return;
      }
      case "start": {
        const { attempt, inputs, at: started } = line;
        return this.#set(line.step, {
          ...NEW,
          ...{ state: "running", attempts: attempt, inputs, started },
        });
      }
      case "retry": {
        const { exit, reason } = line;
        return this.#set(line.step, { state: "waiting", exit, reason });
      }
      case "limited": {
        const { until, reason } = line;
        return this.#set(line.step, { state: "limited", until, reason });
      }
      case "end": {
        const { step, state, exit, reason, ms, output, artefacts, result } =
          line;
        return this.#set(step, {
          ...{ state, exit, reason, ms, output, artefacts, result },
        });
      }
    }
  }

  #set(step: string, more: Partial<StepRecord>): void {
    this.#steps.set(step, { ...this.of(step), ...more });
  }
}

/** The state of a step, for display. */
export type StepState = StepRecord["state"] | "skipped";

/**
 * Returns the state of a step in a run. A step is skipped if it needs a failed
 * step. A step that was running when mpm was killed is flagged.
 */
export function stepState(
  step: Step,
  { steps, run, alive }: {
    steps: readonly Step[];
    run: RunState;
    alive: boolean;
  },
): StepState {
  const { state } = run.of(step.name);
  if (state === "running" && !alive) return "flagged";
  if (state !== "waiting") return state;
  const isLost = allNeeds(steps, step).some(({ name }) =>
    ["failed", "flagged", "limited"].includes(run.of(name).state)
  );
  return isLost ? "skipped" : "waiting";
}
