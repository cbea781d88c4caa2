import { attempt } from "../../base/errors.ts";
import { field, jsonIn } from "../../base/parsed_values.ts";
import type { AgentProgram } from "../../clients/mod.ts";
import { removeIfThere, sizeBelow } from "../../ops/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { System } from "../../system/system.ts";
import { promptWith } from "../agent.ts";
import { argumentsWith, resultsByItem } from "../protocol.ts";
import type { Definition } from "../definition.ts";
import type { ParallelEngine } from "../parallel/engine.ts";
import type { Chunks, ItemState, LogLine, RunRecord } from "../run.ts";
import { linesOf, type runPaths } from "../store.ts";
import type { RunDisplay } from "../view/show.ts";
import { variablesOf } from "./create_run.ts";
import type { RunLog } from "./log.ts";
import {
  type ChunkEnd,
  type ChunkOrder,
  runChunk,
  statePath,
} from "./run_chunk.ts";
import { CANCELLED, type ChunkKeeper, type Stopped } from "./keeper.ts";
import { pauseAfter, type Stops } from "./stops.ts";

/**
 * The largest log of a chunk in bytes, and of a failed one if there are many.
 */
const LOG = 1024 * 1024;
const SHORT_LOG = 16 * 1024;

/**
 * The maximum total size of a run's logs in bytes. Beyond that, only failed
 * chunks have logs.
 */
const ALL_LOGS = 64 * 1024 * 1024;

/** The longest item that a variable can contain, in UTF-16 units. */
const LONGEST_VARIABLE = 32 * 1024;

/** A running pipeline. */
interface LoopOrder {
  /** `undefined`: programs run on this machine, one after another. */
  readonly engine: ParallelEngine | undefined;
  readonly record: RunRecord;
  readonly definition: Definition;
  /** `undefined`: the task runs a program. */
  readonly agent: AgentProgram | undefined;
  readonly items: readonly string[] | undefined;
  readonly paths: ReturnType<typeof runPaths>;
  readonly chunks: Chunks;
  readonly log: RunLog;
  readonly stops: Stops;
  readonly listener: RunDisplay;
  /** True if failed and flagged chunks run again. */
  readonly again: boolean;
  /** The process ID of this mpm. */
  readonly pid: number | null;
}

/** A program that is waiting to start, and its future end. */
interface Prepared {
  /** With false, the program never starts. */
  start(starts: boolean): void;
  readonly end: Promise<ChunkEnd>;
}

/** Runs the remaining chunks of a run, one after another. */
export class RunLoop {
  readonly #system: System;
  readonly #run: LoopOrder;
  /** Number of bytes in logs. */
  #logged: number;
  /** A chunk whose end is not on the disk yet. */
  #ended: number | undefined;
  /** By chunk. */
  readonly #prepared = new Map<number, Prepared>();

  constructor(system: System, run: LoopOrder) {
    this.#system = system;
    this.#run = run;
    this.#logged = attempt(() => sizeBelow(system, run.paths.logs).bytes) ?? 0;
  }

  /**
   * Returns how the run ended. Throws FILE_FAILED if that cannot be recorded.
   */
  async run(): Promise<Stopped> {
    const { chunks, pid, engine } = this.#run;
    this.#add({ event: "begin", at: this.#now(), pid });
    await engine?.recover(this.#keeper());
    this.#settle();
    await this.#flush();
    const stopped = await this.#all().finally(() => this.#drop());
    const { counters } = chunks;
    const end = stopped ?? {
      state: counters.failed + counters.flagged > 0 ? "failed" : "done",
      reason: null,
    } as const;
    await this.#flush();
    await this.#run.log.sync();
    this.#add({ event: "over", at: this.#now(), ...end, ...counters });
    await this.#flush();
    return end;
  }

  #add(line: LogLine): void {
    const { chunks, log, listener } = this.#run;
    chunks.take(line);
    log.add(line);
    listener.take(line);
  }

  #now(): string {
    return this.#system.now().toISOString();
  }

  /** Decides about chunks that started and whose end is unknown. */
  #settle(): void {
    const { chunks, again } = this.#run;
    const killed: ChunkEnd = {
      ...{ outcome: "unclear", exit: null, reason: "mpm was stopped", ms: 0 },
      ...{ output: "", results: [], logged: 0, failure: undefined },
    };
    const known = this.#knownResults();
    for (let chunk = 0; chunk < chunks.length; chunk++) {
      const state = chunks.stateOf(chunk);
      if (state === "waiting") continue;
      if (state !== "started") this.#restoreResults(chunk, state, known);
      else if (again) this.#putBack(chunk, killed);
      else this.#doubt(chunk, killed);
    }
  }

  /** Returns the state of each item in the results, by index. */
  #knownResults(): Map<unknown, unknown> {
    const { chunks, paths } = this.#run;
    const known = new Map<unknown, unknown>();
    if (!chunks.hasBegun) return known;
    for (const text of linesOf(this.#system, paths.results)) {
      const line = jsonIn(text);
      known.set(field(line, "index"), field(line, "state"));
    }
    return known;
  }

  /** A full disk or a power failure can lose results that are in the log. */
  #restoreResults(
    chunk: number,
    state: ItemState,
    known: ReadonlyMap<unknown, unknown>,
  ): void {
    const { chunks, log, items } = this.#run;
    const [first, end] = chunks.rangeOf(chunk);
    const attempts = chunks.attemptsOf(chunk);
    for (let index = first; index < end; index++) {
      if (known.get(index) === state) continue;
      const item = items?.[index] ?? null;
      const reason = "mpm could not keep its result";
      const lost = { exit: null, reason, output: "", attempts, ms: 0 };
      log.addResults(
        `${JSON.stringify({ index, chunk, item, state, ...lost })}\n`,
      );
    }
  }

  /** A chunk may have run: it runs again if that is safe, or is flagged. */
  #doubt(chunk: number, end: ChunkEnd): void {
    const isSafe = this.#run.definition.repeatable || this.#hasState(chunk);
    if (isSafe) this.#putBack(chunk, end);
    else this.#end(chunk, "flagged", end);
  }

  /** Allows another try of a chunk, in this run or after a resume. */
  #putBack(
    chunk: number,
    { exit, reason }: Pick<ChunkEnd, "exit" | "reason">,
  ): void {
    this.#add({ event: "retry", at: this.#now(), chunk, exit, reason });
  }

  /** Removes a state that a power failure damaged. */
  #hasState(chunk: number): boolean {
    const path = statePath(this.#run.paths, chunk);
    const bytes = attempt(() => this.#system.files.read(path));
    if (!bytes) return false;
    if (jsonIn(new TextDecoder().decode(bytes)) !== undefined) return true;
    removeIfThere(this.#system, path);
    return false;
  }

  async #all(): Promise<Stopped | undefined> {
    const { chunks, again, stops, engine } = this.#run;
    if (engine) return await engine.run(this.#keeper());
    for (const chunk of chunks.left(again)) {
      if (stops.cancel.aborted) return CANCELLED;
      const stopped = await this.#tryChunk(chunk);
      if (stopped) return stopped;
    }
    return undefined;
  }

  #start(chunk: number): void {
    const attempt = this.#run.chunks.attemptsOf(chunk) + 1;
    this.#add({ event: "start", at: this.#now(), chunk, attempt });
  }

  async #tryChunk(chunk: number): Promise<Stopped | undefined> {
    const { definition, stops } = this.#run;
    for (let tries = 0;; tries++) {
      this.#start(chunk);
      const program = this.#prepare(chunk);
      await this.#flush();
      if (stops.cancel.aborted) {
        // The program was still waiting, so it did nothing.
        this.#putBack(chunk, { exit: null, reason: "it was cancelled" });
        return CANCELLED;
      }
      this.#prepared.delete(chunk);
      program.start(true);
      this.#prepareAfter(chunk);
      const end = await program.end;
      if (end.outcome === "failed" && tries < definition.retries) {
        this.#putBack(chunk, end);
        await this.#flush();
        if (end.failure) throw end.failure;
        await this.#system.sleep(pauseAfter(tries), stops.cancel);
        if (stops.cancel.aborted) return CANCELLED;
        continue;
      }
      const stopped = this.#record(chunk, end);
      if (!end.failure) return stopped;
      await this.#flush();
      throw end.failure;
    }
  }

  /** Records the end of the last try of a chunk. */
  #record(chunk: number, end: ChunkEnd): Stopped | undefined {
    const { definition } = this.#run;
    const { outcome } = end;
    if (outcome === "never") {
      this.#putBack(chunk, end);
      return { state: "stopped", reason: end.reason };
    }
    if (outcome === "unclear") {
      this.#doubt(chunk, end);
      return CANCELLED;
    }
    this.#end(chunk, outcome, end);
    if (outcome === "done" || definition.onError === "continue") {
      return undefined;
    }
    return { state: "stopped", reason: 'an item failed ("on_error: stop")' };
  }

  /** Prepares the next program before the current one ends. */
  #prepareAfter(chunk: number): void {
    const { chunks, again } = this.#run;
    for (let next = chunk + 1; next < chunks.length; next++) {
      if (chunks.isLeft(next, again)) return void this.#prepare(next);
    }
  }

  #prepare(chunk: number): Prepared {
    const known = this.#prepared.get(chunk);
    if (known) return known;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const end = this.#runChunk(chunk, promise);
    // The promise may reject before it is awaited.
    end.catch(() => {});
    const prepared = { start: resolve, end };
    this.#prepared.set(chunk, prepared);
    return prepared;
  }

  /** Ends the prepared programs that have not started. */
  async #drop(): Promise<void> {
    for (const { start, end } of this.#prepared.values()) {
      start(false);
      await attempt(() => end);
    }
  }

  async #runChunk(chunk: number, start: Promise<boolean>): Promise<ChunkEnd> {
    const order = { ...this.#order(chunk), start };
    const done = await runChunk(this.#system, order);
    this.#logged += done.logged;
    return done;
  }

  #order(chunk: number): Omit<ChunkOrder, "start"> {
    const { record, definition, paths, stops, listener } = this.#run;
    const [first, end] = this.#run.chunks.rangeOf(chunk);
    const items = this.#run.items?.slice(first, end) ?? [];
    const isFull = this.#logged > ALL_LOGS;
    return {
      ...{ chunk, definition, paths, stops, cwd: record.worktree },
      args: this.#arguments(items),
      env: {
        ...this.#run.agent?.env,
        ...variablesOf(record),
        MPM_TASK: record.task,
        MPM_TASK_RUN: record.id,
        MPM_TASK_ITEM: items.length === 1 &&
            items[0]!.length <= LONGEST_VARIABLE
          ? items[0]!
          : null,
        MPM_TASK_STATE: statePath(paths, chunk),
      },
      log: { limit: isFull ? SHORT_LOG : LOG, onlyFailure: isFull },
      progress: ({ partly, text }) =>
        listener.progress({ partly: partly * (end - first), text }),
    };
  }

  /** Lets an engine record events on other machines. */
  #keeper(): ChunkKeeper {
    const { chunks, again } = this.#run;
    return {
      chunks,
      left: () => chunks.left(again),
      order: (chunk) => this.#order(chunk),
      start: (chunk) => this.#start(chunk),
      putBack: (chunk, end) => this.#putBack(chunk, end),
      end: (chunk, end) => {
        this.#logged += end.logged;
        return this.#record(chunk, end);
      },
      flush: () => this.#flush(),
    };
  }

  #arguments(items: readonly string[]): string[] {
    const { record: { task }, definition: { work }, agent } = this.#run;
    if (work.kind === "run") return argumentsWith(work.args, { task, items });
    return [...agent!.args(promptWith(work.prompt, { task, items }))];
  }

  /** Records the end of a chunk, and the result of each of its items. */
  #end(
    chunk: number,
    state: ItemState,
    { exit, reason, ms, output, results }: ChunkEnd,
  ): void {
    const { chunks, log, items } = this.#run;
    const attempts = chunks.attemptsOf(chunk);
    const [first, end] = chunks.rangeOf(chunk);
    const shown = output === "" ? "" : redactorOf(this.#system).text(output);
    const given = resultsByItem(items?.slice(first, end) ?? [""], results);
    const lines: string[] = [];
    for (let index = first; index < end; index++) {
      const item = items?.[index] ?? null;
      lines.push(`${
        JSON.stringify({
          ...{ index, chunk, item, state, exit, reason },
          // If there are several items, the output of their program is stored
          // with the first.
          output: index === first ? shown : "",
          ...given.get(index - first),
          ...{ attempts, ms },
        })
      }\n`);
    }
    log.addResults(lines.join(""));
    chunks.set(chunk, state);
    this.#add({
      ...{ event: "end", at: this.#now(), chunk, state, exit, reason, ms },
      ...chunks.counters,
    });
    this.#ended = chunk;
  }

  async #flush(): Promise<void> {
    await this.#run.log.flush();
    if (this.#ended === undefined) return;
    // The state is no longer needed.
    const path = statePath(this.#run.paths, this.#ended);
    if (this.#system.files.lstat(path)) removeIfThere(this.#system, path);
    this.#ended = undefined;
  }
}
