import { attempt } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";

/** Milliseconds between two checks for a request to cancel. */
const LOOK = 200;

/**
 * Returns the milliseconds to wait before the next try; `tries`: the number of
 * earlier retries.
 */
export function pauseAfter(tries: number): number {
  return Math.min(1000 * 2 ** tries, 60_000);
}

/** The files of a run to check. */
interface Paths {
  /** Exists as long as the run exists. */
  readonly record: string;
  /** Exists once someone has asked to cancel the run. */
  readonly cancel: string;
}

/**
 * Handles requests to end a run early: Ctrl-C or a system signal, once or
 * twice, and the file written by `mpm task cancel` and `mpm pipeline cancel`.
 */
export class Stops implements Disposable {
  readonly #cancel = new AbortController();
  readonly #kill = new AbortController();
  readonly #over = new AbortController();
  /** Functions to call at each check, one for each running program. */
  readonly eachLook = new Set<() => void>();

  /** `tick` is called at each check. */
  constructor(system: System, paths: Paths, tick: () => void) {
    const interruption = system.interruption();
    const { signal, again } = interruption;
    signal.addEventListener("abort", () => this.#cancel.abort());
    again.addEventListener("abort", () => this.#kill.abort());
    if (signal.aborted) this.#cancel.abort();
    this.#watch(system, paths, tick).finally(() =>
      interruption[Symbol.dispose]()
    );
  }

  /** Aborted when the run should end. */
  get cancel(): AbortSignal {
    return this.#cancel.signal;
  }

  /** Aborted when the run should end immediately. */
  get kill(): AbortSignal {
    return this.#kill.signal;
  }

  async #watch(
    system: System,
    { record, cancel }: Paths,
    tick: () => void,
  ): Promise<void> {
    const { files } = system;
    const { signal } = this.#over;
    while (!signal.aborted) {
      await system.sleep(LOOK, signal);
      if (signal.aborted) return;
      const isOver = attempt(() => files.lstat(cancel) || !files.lstat(record));
      if (isOver) this.#cancel.abort();
      for (const look of this.eachLook) look();
      tick();
    }
  }

  [Symbol.dispose](): void {
    this.#over.abort();
  }
}
