import { type Context, cut } from "../../cli/mod.ts";
import type { PipelineLine, RunState } from "../log.ts";

/** Milliseconds between two lines in a log. */
const APART = 10_000;

/** Milliseconds between two lines on a terminal. */
const SOON = 100;

/** The run that is shown. */
interface Shown {
  readonly run: string;
  readonly pipeline: string;
  readonly steps: readonly { readonly name: string }[];
  readonly state: RunState;
}

/**
 * Shows a running pipeline: as one line on a terminal, as a line per step in a
 * log, or as events with `--json`.
 */
export class PipelineDisplay implements Disposable {
  readonly #context: Context;
  readonly #shown: Shown;
  #next: number;

  constructor(context: Context, shown: Shown) {
    this.#context = context;
    this.#shown = shown;
    const now = context.system.now().getTime();
    this.#next = now + (context.showsStatus ? 0 : APART);
  }

  /** Processes a line of the run's log. */
  take(line: PipelineLine): void {
    const { run, pipeline } = this.#shown;
    this.#context.event?.({ run, pipeline, ...line });
    this.#next = Math.min(this.#next, this.#now() + SOON);
    this.tick();
  }

  #now(): number {
    return this.#context.system.now().getTime();
  }

  /** Shows the current state again, if it is time. */
  tick(): void {
    const { event, showsStatus, status, note, system } = this.#context;
    const now = this.#now();
    if (event || now < this.#next) return;
    this.#next = now + (showsStatus ? SOON : APART);
    const line = this.#line();
    if (!showsStatus) return note(line);
    status(cut(line, system.terminal.columns() - 1));
  }

  #line(): string {
    const { pipeline, steps, state } = this.#shown;
    const named = (wanted: string) =>
      steps.map(({ name }) => name)
        .filter((name) => state.of(name).state === wanted);
    const [working, failed] = [named("running"), named("failed")];
    return [
      `${pipeline}: ${named("done").length}/${steps.length} steps done`,
      ...failed.length > 0 ? [`failed: ${failed.join(", ")}`] : [],
      ...working.length > 0 ? [`running: ${working.join(", ")}`] : [],
    ].join("; ");
  }

  /** Clears the line of the terminal. */
  [Symbol.dispose](): void {
    this.#context.status("");
  }
}
