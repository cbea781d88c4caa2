import { attempt } from "../../base/errors.ts";
import { shellWord } from "../../base/shell.ts";
import { durationText } from "../../base/times.ts";
import { counted } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { ensureFolder, writeAtomic } from "../../ops/mod.ts";
import type { Definition } from "../definition.ts";
import type { RunRecord } from "../run.ts";
import { type ChunkEnd, KeptOutput, statePath } from "../runner/run_chunk.ts";
import { CANCELLED, type ChunkKeeper, type Stopped } from "../runner/keeper.ts";
import { pauseAfter, type Stops } from "../runner/stops.ts";
import { changesPath, type runPaths } from "../store.ts";
import { type Engine, type Host, hostsOf } from "./hosts.ts";
import { cleanHosts, readyHosts, saidBy } from "./remote.ts";
import { type JobFate, Round, type RoundJob } from "./round.ts";
import { jobLine, jobScript } from "./scripts.ts";

/** Milliseconds between two checks of the job log. */
const LOOK = 200;

/** The maximum number of connections that one chunk may lose. */
const MOST_LOST = 3;

/** A run whose items are sent to hosts. */
interface EngineOrder {
  readonly record: RunRecord;
  readonly engine: Engine;
  readonly definition: Definition;
  readonly paths: ReturnType<typeof runPaths>;
  readonly stops: Stops;
}

/** Gives the chunks of a run to GNU parallel, which starts them over ssh. */
export class ParallelEngine {
  readonly #context: Context;
  readonly #order: EngineOrder;
  readonly #names: ReadonlyMap<string, string>;
  /** Number of tries, and of lost connections, by chunk. */
  readonly #tries = new Map<number, number>();
  readonly #lost = new Map<number, number>();

  constructor(context: Context, order: EngineOrder) {
    this.#context = context;
    this.#order = order;
    this.#names = new Map(
      hostsOf(order.engine).map(({ alias, name }) => [alias, name]),
    );
  }

  /** Records ends that no mpm process has seen. */
  async recover(keeper: ChunkKeeper): Promise<void> {
    const { system } = this.#context;
    const round = Round.left(system, this.#order.paths.round);
    if (!round) return;
    const times = new Map(round.ended().map(({ job, ms }) => [job.chunk, ms]));
    for (const { chunk, attempt } of round.jobs) {
      const { chunks } = keeper;
      const isKnown = attempt <= chunks.attemptsOf(chunk) &&
        chunks.stateOf(chunk) !== "started";
      const fate = round.fateOf(chunk, this.#order.engine.nonce);
      if (isKnown || fate.kind === "unbegun") continue;
      this.#tries.set(chunk, attempt - 1);
      const ms = times.get(chunk) ?? 0;
      this.#settle(keeper, { round, chunk, fate, ms });
    }
    this.#tries.clear();
    await keeper.flush();
    round.remove();
  }

  /** Runs all remaining chunks. */
  async run(keeper: ChunkKeeper): Promise<Stopped | undefined> {
    const { system, note } = this.#context;
    const { record, engine, stops } = this.#order;
    let left: readonly number[] = keeper.left();
    if (left.length === 0) return undefined;
    const { ready, lacking } = await readyHosts(system, {
      ...{ record, engine, signal: stops.cancel },
    });
    if (stops.cancel.aborted) return CANCELLED;
    if (ready.length === 0) {
      return { state: "stopped", reason: `no host is ready: ${lacking[0]}` };
    }
    for (const one of lacking) note(`Note: skipped the host ${one}`);
    try {
      while (left.length > 0) {
        const { stopped, retry } = await this.#round(keeper, ready, left);
        if (stopped) return stopped;
        left = retry;
        if (left.length > 0) await this.#pause(left);
        if (stops.cancel.aborted) return CANCELLED;
      }
      return undefined;
    } finally {
      this.#noteChanges();
      await cleanHosts(system, ready, { engine, run: record.id });
    }
  }

  /** Prints how to apply the files that hosts sent back. */
  #noteChanges(): void {
    const { system, note } = this.#context;
    const { changes } = this.#order.paths;
    const count = attempt(() => system.files.list(changes))?.length ?? 0;
    if (count === 0) return;
    note(
      `Note: ${counted(count, "program")} changed files on the hosts. ` +
        `To apply the changes here: git apply --3way ${
          shellWord(changes)
        }/*.patch`,
    );
  }

  async #pause(left: readonly number[]): Promise<void> {
    const tries = Math.max(...left.map((chunk) => this.#tries.get(chunk) ?? 1));
    const { cancel } = this.#order.stops;
    await this.#context.system.sleep(pauseAfter(tries - 1), cancel);
  }

  /**
   * Runs GNU parallel once, for some of the chunks. Returns the chunks for the
   * next round.
   */
  async #round(
    keeper: ChunkKeeper,
    hosts: readonly Host[],
    left: readonly number[],
  ): Promise<{ stopped: Stopped | undefined; retry: readonly number[] }> {
    const { system } = this.#context;
    const { record, engine, definition, paths, stops } = this.#order;
    const round = Round.create(system, paths.round, {
      jobs: left.map((chunk) => this.#job(keeper, chunk)),
      hosts,
      script: jobScript({ engine, run: record.id }, definition),
    });
    const failure = new AbortController();
    let isOver = false;
    const signal = AbortSignal.any([stops.cancel, failure.signal]);
    const program = round.run({ hosts: hosts.length, signal, kill: stops.kill })
      .finally(() => isOver = true);
    const collected: Collected = { open: new Set(left), retry: [] };
    try {
      while (!isOver) {
        await Promise.race([program, system.sleep(LOOK)]);
        await this.#collect(keeper, round, collected);
      }
    } catch (error) {
      failure.abort();
      await attempt(() => program);
      throw error;
    }
    const said = await program;
    await this.#collect(keeper, round, collected);
    await this.#collectRest(keeper, round, collected);
    round.remove();
    const { stopped, unbegun, retry } = collected;
    if (stops.cancel.aborted) return { stopped: CANCELLED, retry };
    if (stopped || unbegun === undefined) return { stopped, retry };
    const why = saidBy(system, unbegun) || saidBy(system, said);
    const reason = `no host could start an item: ${why || "unknown reason"}`;
    return { stopped: { state: "stopped", reason }, retry };
  }

  #job(keeper: ChunkKeeper, chunk: number): RoundJob {
    const { args, env, paths } = keeper.order(chunk);
    const { MPM_TASK_STATE: _here, ...rest } = env;
    const state = attempt(() =>
      this.#context.system.files.read(statePath(paths, chunk))
    );
    return {
      chunk,
      attempt: keeper.chunks.attemptsOf(chunk) + 1,
      script: jobLine({
        ...{ args, env: rest },
        state: state && new TextDecoder().decode(state),
      }),
    };
  }

  /** Records the jobs that have ended since the last check. */
  async #collect(
    keeper: ChunkKeeper,
    round: Round,
    collected: Collected,
  ): Promise<void> {
    const ended = round.ended();
    for (const { job: { chunk }, ms } of ended) {
      this.#take(keeper, { round, collected, chunk, ms });
    }
    if (ended.length === 0) return;
    await keeper.flush();
    for (const { job: { chunk } } of ended) round.forget(chunk);
  }

  /** Records the jobs whose end GNU parallel did not see. */
  async #collectRest(
    keeper: ChunkKeeper,
    round: Round,
    collected: Collected,
  ): Promise<void> {
    for (const chunk of [...collected.open]) {
      this.#take(keeper, { round, collected, chunk, ms: 0 });
    }
    await keeper.flush();
  }

  #take(
    keeper: ChunkKeeper,
    { round, collected, chunk, ms }: {
      round: Round;
      collected: Collected;
      chunk: number;
      ms: number;
    },
  ): void {
    collected.open.delete(chunk);
    const fate = round.fateOf(chunk, this.#order.engine.nonce);
    if (fate.kind === "unbegun") {
      collected.unbegun ??= round.errorsOf(chunk);
      return;
    }
    const stopped = this.#settle(keeper, { round, chunk, fate, ms });
    if (keeper.chunks.stateOf(chunk) === "waiting") collected.retry.push(chunk);
    if (!stopped || collected.stopped) return;
    collected.stopped = stopped;
    round.stop();
  }

  /** Records a job that began. Returns the reason if the whole run must end. */
  #settle(
    keeper: ChunkKeeper,
    { round, chunk, fate, ms }: {
      round: Round;
      chunk: number;
      fate: Exclude<JobFate, { kind: "unbegun" }>;
      ms: number;
    },
  ): Stopped | undefined {
    const { system } = this.#context;
    const order = keeper.order(chunk);
    if (fate.kind === "ended" && fate.end.patch > 0) {
      const path = changesPath(order.paths, chunk);
      ensureFolder(system, order.paths.changes, order.paths.folder);
      writeAtomic(system, path, { bytes: round.patchOf(chunk, fate) });
    }
    keeper.start(chunk);
    const kept = new KeptOutput(system, order);
    const size = fate.kind === "ended" ? fate.size : Infinity;
    for (const bytes of round.outputOf(chunk, size)) kept.add("stdout", bytes);
    kept.add("stderr", new TextEncoder().encode(round.errorsOf(chunk)));
    const how = this.#endOf(fate, order.args[0]!);
    const end = { ...how, ms, ...kept.close(how.outcome !== "done") };
    const stopped = this.#record(keeper, chunk, end);
    if (end.failure) throw end.failure;
    return stopped;
  }

  #record(
    keeper: ChunkKeeper,
    chunk: number,
    end: ChunkEnd,
  ): Stopped | undefined {
    const { definition, stops } = this.#order;
    const tries = (this.#tries.get(chunk) ?? 0) + 1;
    this.#tries.set(chunk, tries);
    if (end.outcome === "failed" && tries <= definition.retries) {
      keeper.putBack(chunk, end);
      return undefined;
    }
    const stopped = keeper.end(chunk, end);
    if (end.outcome !== "unclear") return stopped;
    // The chunk is now flagged, or waits if it can safely run again.
    const lost = (this.#lost.get(chunk) ?? 0) + 1;
    this.#lost.set(chunk, lost);
    const isWaiting = keeper.chunks.stateOf(chunk) === "waiting";
    return isWaiting && lost >= MOST_LOST && !stops.cancel.aborted
      ? { state: "stopped", reason: end.reason }
      : undefined;
  }

  #endOf(
    fate: Exclude<JobFate, { kind: "unbegun" }>,
    program: string,
  ): Pick<ChunkEnd, "outcome" | "exit" | "reason"> {
    const host = this.#names.get(fate.host) ?? fate.host;
    if (fate.kind === "lost") {
      const reason = this.#order.stops.cancel.aborted
        ? "it was cancelled"
        : `the connection to ${host} was lost`;
      return { outcome: "unclear", exit: null, reason };
    }
    const { end, status } = fate.end;
    switch (end) {
      case "missing": {
        const reason = `"${program}" is not installed on ${host}`;
        return { outcome: "never", exit: null, reason };
      }
      case "late": {
        const time = durationText(this.#order.definition.timeout);
        const reason = `it took longer than ${time}`;
        return { outcome: "failed", exit: null, reason };
      }
      case "large": {
        const reason = "it changed more than 64 MiB of files";
        return { outcome: "failed", exit: null, reason };
      }
      case "exit":
        return status === 0
          ? { outcome: "done", exit: 0, reason: null }
          : { outcome: "failed", exit: status, reason: null };
    }
  }
}

/** The jobs of a round that have been recorded. */
interface Collected {
  readonly open: Set<number>;
  readonly retry: number[];
  stopped?: Stopped;
  /** The errors of a job that could not be started on any host. */
  unbegun?: string;
}
