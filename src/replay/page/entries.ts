import { type Redactor, redactorOf } from "../../secrets/mod.ts";
import type { System, Thread } from "../../system/system.ts";
import type { ReplayStep } from "../commands/results.ts";
import { STEP_KEYS } from "../print.ts";
import { stepHtml } from "./html.ts";
import type { PageEntries } from "./page.ts";

/** The number of steps to convert to entries at once. */
const BATCH = 200;

/**
 * The maximum number of batches queued for the other thread, so that it never
 * has to wait.
 */
const MOST_GIVEN = 3;

/**
 * The transcript size, in bytes, from which another thread is worth its startup
 * time of 30 ms.
 */
const LARGE = 8 * 1024 * 1024;

/**
 * Converts steps to the entries of a page, without secrets. A second thread
 * converts part of a large transcript; if it fails, this thread converts
 * everything.
 */
export class StepEntries implements Disposable {
  readonly #redactor: Redactor;
  readonly #thread: Thread | undefined;
  readonly #made: (PageEntries | Promise<PageEntries>)[] = [];
  #given = 0;
  #batch: ReplayStep[] = [];

  /** `size`: of the transcript, in bytes. */
  constructor(system: System, size: number) {
    this.#redactor = redactorOf(system);
    this.#thread = size < LARGE ? undefined : system.thread?.();
    // The thread loads its code while the first lines are read.
    this.#give([]);
  }

  async add(step: ReplayStep): Promise<void> {
    this.#batch.push(step);
    if (this.#batch.length === BATCH) await this.#flush();
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    const own = !this.#thread || this.#given === MOST_GIVEN;
    this.#made.push(
      own ? entriesOf(this.#redactor, batch) : this.#give(batch),
    );
    await this.#thread?.turn();
  }

  async #give(batch: readonly ReplayStep[]): Promise<PageEntries> {
    this.#given++;
    try {
      return await this.#thread?.run(batch) as PageEntries;
    } catch {
      return entriesOf(this.#redactor, batch);
    } finally {
      this.#given--;
    }
  }

  /** Returns all entries, in step order. */
  async end(): Promise<PageEntries[]> {
    await this.#flush();
    return await Promise.all(this.#made);
  }

  [Symbol.dispose](): void {
    this.#thread?.[Symbol.dispose]();
  }
}

/** Returns the entries of some steps without their secrets. */
export function entriesOf(
  redactor: Redactor,
  steps: readonly ReplayStep[],
): PageEntries {
  const clean = steps.map((step) => redactor.known(step, STEP_KEYS));
  return {
    types: clean.map(({ type }) => type),
    bytes: new TextEncoder().encode(clean.map(stepHtml).join("")),
  };
}
