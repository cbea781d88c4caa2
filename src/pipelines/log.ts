import { field, jsonIn } from "../base/parsed_values.ts";
import {
  COUNT,
  fits,
  type Fitting,
  list,
  nullable,
  NUMBER,
  object,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { allNeeds } from "./graph.ts";
import type { Step } from "./definition.ts";

/** A time, ISO 8601, UTC. */
const TIME = text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z$/ });

function line<E extends string>(event: E) {
  return { event: text<E>({ choices: [event] }), at: TIME };
}

/** The end of a program: an exit status, or a reason in words. */
const EXIT = { step: TEXT, exit: nullable(NUMBER), reason: nullable(TEXT) };

/** A process started or resumed the run. */
const BEGIN = object({ ...line("begin"), pid: nullable(COUNT) });

/** Synced to disk before the program starts. Attempts count from 1. */
const START = object({
  ...line("start"),
  ...{ step: TEXT, attempt: COUNT },
  /** A digest of everything that the step depends on. */
  inputs: TEXT,
});

/** The step waits again: a try failed, or its inputs changed. */
const RETRY = object({ ...line("retry"), ...EXIT });

/**
 * An agent's client has reached a limit; `until` is when the limit ends, if
 * known.
 */
const LIMITED = object({
  ...line("limited"),
  ...{ step: TEXT, until: nullable(TEXT), reason: nullable(TEXT) },
});

/** A file produced by a step, relative to the step's folder, with `/`. */
const ARTEFACT = object({ path: TEXT });
export type Artefact = Fitting<typeof ARTEFACT>;

const END = object({
  ...line("end"),
  ...EXIT,
  state: text<"done" | "failed" | "flagged">({
    choices: ["done", "failed", "flagged"],
  }),
  ms: COUNT,
  /** The end of the step's output, or an agent's answer, redacted. */
  output: TEXT,
  artefacts: list(ARTEFACT),
  /** The commit of a step with a worktree. */
  result: nullable(TEXT),
});

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

const MERGED = object({ ...line("merged"), ...MERGE });

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

const OVER = object({
  ...line("over"),
  state: text<RunEnd>({
    choices: [
      ...["done", "failed", "cancelled", "stopped", "limited", "conflict"],
    ],
  }),
  reason: nullable(TEXT),
});

const LINES: ReadonlyMap<unknown, Shape> = new Map<unknown, Shape>([
  ["begin", BEGIN],
  ["start", START],
  ["retry", RETRY],
  ["limited", LIMITED],
  ["end", END],
  ["merged", MERGED],
  ["over", OVER],
]);

/** A line in the log of a pipeline run. */
export type PipelineLine =
  | Fitting<typeof BEGIN>
  | Fitting<typeof START>
  | Fitting<typeof RETRY>
  | Fitting<typeof LIMITED>
  | Fitting<typeof END>
  | Fitting<typeof MERGED>
  | Fitting<typeof OVER>;

/** Returns the entry in a line of the log; `undefined` if it is invalid. */
export function pipelineLineIn(text: string): PipelineLine | undefined {
  const value = jsonIn(text);
  const shape = LINES.get(field(value, "event"));
  return shape && fits(shape, value) ? value as PipelineLine : undefined;
}

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
