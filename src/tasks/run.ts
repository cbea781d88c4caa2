import { getOwn } from "../base/own.ts";
import { jsonIn, textField } from "../base/parsed_values.ts";
import {
  COUNT,
  fits,
  type Fitting,
  nullable,
  NUMBER,
  object,
  optional,
  record,
  type Shape,
  TEXT,
  text,
} from "../base/shape.ts";
import { ENGINE } from "./parallel/hosts.ts";

/** The kinds of definitions that have runs. */
export type RunKind = "task" | "pipeline";

/** The format of a task's name, which is also the name of its file. */
export const TASK_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** The ID of a run: its task, and the UTC second in which it began. */
export const RUN_ID = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}-\d{8}-\d{6}$/;

/**
 * The intent of a run, written and sealed before any program runs. A run
 * continues from this record alone, even if the file of its task changes.
 */
export const RUN_RECORD = object({
  version: { is: "version" } as Shape<1>,
  /** This is also the name of the run's folder. */
  id: text({ pattern: RUN_ID }),
  task: text({ pattern: TASK_NAME }),
  /** When the run began, ISO 8601, UTC. */
  at: TEXT,
  /** The absolute path of the task's file. */
  file: TEXT,
  definition: TEXT,
  /** The absolute path of the folder in which programs run. */
  worktree: TEXT,
  /** Number of items; 1 for a task without items. */
  total: COUNT,
  /** Number of items in each chunk; the last chunk may have fewer. */
  chunk: COUNT,
  /**
   * SHA-256 of the file that contains the items; null: the task has no items.
   */
  items: nullable(TEXT),
  /** The client that runs the agents; null: no agents. */
  client: nullable(TEXT),
  /** The values of a pipeline's variables; present only for a pipeline. */
  vars: optional(record(TEXT)),
  /** The state variables (`mpm var`) when a task began. */
  state_vars: optional(record(TEXT)),
  /** The hosts that run the items; absent: this machine. */
  engine: optional(ENGINE),
  /** Number of steps to run at a time; absent: the number in the definition. */
  jobs: optional(COUNT),
});

export type RunRecord = Fitting<typeof RUN_RECORD>;

/** The end of a run, as recorded in its log. */
export type RunEnd = "done" | "failed" | "cancelled" | "stopped";

/** The end of a chunk, and of each of its items. */
export type ItemState = "done" | "failed" | "flagged";

/** A time, ISO 8601, UTC. */
const TIME = text({ pattern: /^\d{4}-\d\d-\d\dT\d\d:\d\d:[\d.]+Z$/ });

/** Returns the fields of every line about an event. */
export function line<E extends string>(event: E) {
  return { event: text<E>({ choices: [event] }), at: TIME };
}

/** Returns a function that reads a line of a log; `undefined`: invalid. */
export function lineReader<S extends Record<string, Shape>>(lines: S) {
  return (text: string): Fitting<S[keyof S]> | undefined => {
    const value = jsonIn(text);
    const shape = getOwn(lines, textField(value, "event") ?? "");
    return shape && fits(shape, value)
      ? value as Fitting<S[keyof S]>
      : undefined;
  };
}

/** Number of items by result, for the whole run up to that time. */
const COUNTERS = { done: COUNT, failed: COUNT, flagged: COUNT };

/** The end of a program: an exit status, or a reason in words. */
export const EXIT = { exit: nullable(NUMBER), reason: nullable(TEXT) };

/** Reads a line of a run's log, which is append-only. Chunks count from 0. */
export const logLineIn = lineReader({
  /** A process started or resumed the run. */
  begin: object({ ...line("begin"), pid: nullable(COUNT) }),
  /** Synced to the disk before the program starts. Attempts count from 1. */
  start: object({ ...line("start"), chunk: COUNT, attempt: COUNT }),
  /** A try failed, and another one follows. */
  retry: object({ ...line("retry"), chunk: COUNT, ...EXIT }),
  end: object({
    ...{ ...line("end"), chunk: COUNT, ...EXIT, ms: COUNT, ...COUNTERS },
    state: text<ItemState>({ choices: ["done", "failed", "flagged"] }),
  }),
  over: object({
    ...{ ...line("over"), reason: nullable(TEXT), ...COUNTERS },
    state: text<RunEnd>({
      choices: ["done", "failed", "cancelled", "stopped"],
    }),
  }),
  /** The notification at the end of a run; `reason`: why it failed. */
  notified: object({ ...line("notified"), reason: nullable(TEXT) }),
});
export type LogLine = NonNullable<ReturnType<typeof logLineIn>>;

/** Number of items of a run, by result. */
export interface Counters {
  readonly done: number;
  readonly failed: number;
  readonly flagged: number;
}

/** The state of a run according to the end of its log. */
export interface RunTail extends Counters {
  /**
   * null: the run has not ended. It is either still running, or its process was
   * killed.
   */
  readonly end: RunEnd | null;
  /** Why the run ended; null: no particular reason, or it did not end. */
  readonly reason: string | null;
  /** The time of the last event, ISO 8601, UTC; null: no event yet. */
  readonly at: string | null;
  /** The chunk that was running at the end of the log, from 0. */
  readonly chunk: number | null;
}

const NOTHING: RunTail = {
  ...{ done: 0, failed: 0, flagged: 0 },
  ...{ end: null, reason: null, at: null, chunk: null },
};

/**
 * Returns the state of a run from the last lines of its log. The first of these
 * lines may be incomplete. The counters in a line are those of the whole run.
 */
export function tailOf(lines: readonly string[]): RunTail {
  let tail = NOTHING;
  for (const text of lines) {
    const line = logLineIn(text);
    if (line) tail = after(tail, line);
  }
  return tail;
}

function after(tail: RunTail, line: LogLine): RunTail {
  const { at } = line;
  switch (line.event) {
    case "begin":
      return { ...tail, end: null, reason: null, chunk: null, at };
    case "start":
      return { ...tail, chunk: line.chunk, at };
    case "notified":
      return { ...tail, at };
    case "retry":
      return { ...tail, chunk: null, at };
    case "end": {
      const { done, failed, flagged } = line;
      return { ...tail, done, failed, flagged, chunk: null, at };
    }
    case "over": {
      const { done, failed, flagged, state: end, reason } = line;
      return { done, failed, flagged, end, reason, chunk: null, at };
    }
  }
}

/** The known state of one chunk. */
export type ChunkState = "waiting" | "started" | ItemState;

const STATES: readonly ChunkState[] = [
  ...["waiting", "started", "done", "failed", "flagged"] as const,
];

/**
 * Every chunk of a run, read from its log, using as little memory as a list of
 * bytes.
 */
export class Chunks {
  /** Number of chunks. */
  readonly length: number;
  readonly #total: number;
  readonly #size: number;
  readonly #states: Uint8Array;
  readonly #attempts: Uint16Array;
  readonly #items = { done: 0, failed: 0, flagged: 0 };
  /** True if the last process of the run recorded its end. */
  isOver = false;

  constructor({ total, chunk }: { total: number; chunk: number }) {
    this.#total = total;
    this.#size = chunk;
    this.length = Math.ceil(total / chunk);
    this.#states = new Uint8Array(this.length);
    this.#attempts = new Uint16Array(this.length);
  }

  /** The items of the whole run, by result. */
  get counters(): Counters {
    return { ...this.#items };
  }

  stateOf(chunk: number): ChunkState {
    return STATES[this.#states[chunk]!]!;
  }

  /** True if a chunk has ever started. */
  get hasBegun(): boolean {
    return this.#attempts.some((count) => count > 0);
  }

  /**
   * The chunk that started and did not end; `undefined`: there is no chunk
   * like that.
   */
  get started(): number | undefined {
    const chunk = this.#states.indexOf(STATES.indexOf("started"));
    return chunk < 0 ? undefined : chunk;
  }

  /**
   * Returns whether a chunk still needs to run or needs a decision. `again`: so
   * do failed and flagged chunks.
   */
  isLeft(chunk: number, again: boolean): boolean {
    const state = this.stateOf(chunk);
    return state === "waiting" || state === "started" ||
      again && state !== "done";
  }

  /** Returns the chunks that are left, in order. */
  left(again: boolean): number[] {
    const left: number[] = [];
    for (let chunk = 0; chunk < this.length; chunk++) {
      if (this.isLeft(chunk, again)) left.push(chunk);
    }
    return left;
  }

  /** Number of tries so far. */
  attemptsOf(chunk: number): number {
    return this.#attempts[chunk]!;
  }

  /**
   * Returns the index of the first item of a chunk, and the index after its
   * last item.
   */
  rangeOf(chunk: number): [number, number] {
    const first = chunk * this.#size;
    return [first, Math.min(first + this.#size, this.#total)];
  }

  /**
   * Processes a line of the log. Lines about chunks that do not exist are
   * ignored.
   */
  take(line: LogLine): void {
    if (line.event === "begin") this.isOver = false;
    if (line.event === "over") this.isOver = true;
    if (line.event === "start" && line.chunk < this.length) {
      this.#attempts[line.chunk] = line.attempt;
      this.set(line.chunk, "started");
    }
    if (line.event === "retry" && line.chunk < this.length) {
      this.set(line.chunk, "waiting");
    }
    if (line.event === "end" && line.chunk < this.length) {
      this.set(line.chunk, line.state);
    }
  }

  /** Changes the state of a chunk, and the counters of its items. */
  set(chunk: number, state: ChunkState): void {
    const [first, end] = this.rangeOf(chunk);
    this.#count(this.stateOf(chunk), first - end);
    this.#count(state, end - first);
    this.#states[chunk] = STATES.indexOf(state);
  }

  #count(state: ChunkState, items: number): void {
    if (state === "waiting" || state === "started") return;
    this.#items[state] += items;
  }
}
