import { escapeText } from "../../base/escape.ts";
import { cutText } from "../../base/words.ts";
import type { Context } from "../../cli/mod.ts";
import { redactorOf } from "../../secrets/mod.ts";
import type { Counters, LogLine } from "../run.ts";
import { barLine, endedOf, leftOf, type Line, logLine, Pace } from "./pace.ts";

/**
 * Milliseconds between two bars, between two events, and between two lines of a
 * log.
 */
const BAR = 100;
const EVENT = 1000;
const LOG = 10_000;

/** The maximum number of characters of a text to record for watchers. */
const LONGEST = 200;

/** The run that is shown. */
interface Shown {
  readonly run: string;
  readonly task: string;
  /** Number of items of the run. */
  readonly total: number;
  readonly counters: Counters;
}

/**
 * Shows a running run: as a bar on a terminal, as a line every ten seconds in a
 * log, or as events with `--json`.
 */
export class RunDisplay implements Disposable {
  readonly #context: Context;
  readonly #shown: Shown;
  readonly #pace = new Pace();
  /** Milliseconds between two lines. */
  readonly #apart: number;
  #next: number;
  #counters: Counters;
  #partly = 0;
  #text: string | undefined;

  constructor(context: Context, shown: Shown) {
    const { event, showsStatus, system } = context;
    this.#context = context;
    this.#shown = shown;
    this.#counters = shown.counters;
    this.#apart = event ? EVENT : showsStatus ? BAR : LOG;
    const now = system.now().getTime();
    this.#next = now + (showsStatus ? 0 : this.#apart);
    this.#pace.note(endedOf(this.#counters), now);
  }

  /**
   * Processes a line of the run's log; fast enough to call for each program.
   */
  take(line: LogLine): void {
    if (line.event === "notified") return;
    this.#event(line);
    if (line.event === "end" || line.event === "over") {
      const { done, failed, flagged } = line;
      this.#counters = { done, failed, flagged };
      this.progress({ partly: 0, text: undefined });
    }
  }

  /**
   * Processes the progress of the running program: a number of items, and a
   * text for people.
   */
  progress(
    { partly, text }: { partly: number; text: string | undefined },
  ): void {
    this.#partly = partly;
    this.#text = text;
    this.tick();
  }

  /** The last reported progress of the running program. */
  get present(): { partly: number; text: string } {
    const text = cutText(this.#text ?? "", LONGEST);
    return { partly: this.#partly, text };
  }

  /** Shows the current state again, if it is time. */
  tick(): void {
    const { system, event, status, style, note, showsStatus } = this.#context;
    const now = system.now().getTime();
    this.#pace.note(endedOf(this.#counters), now);
    if (now < this.#next) return;
    this.#next = now + this.#apart;
    const line = this.#line();
    if (event) return this.#event({ event: "progress", ...facts(line) });
    if (!showsStatus) return note(logLine(line));
    const columns = system.terminal.columns() - 1;
    status(barLine(line, { columns, ascii: style.ascii }));
  }

  #line(): Line {
    const { task, total } = this.#shown;
    const text = this.#text;
    return {
      task,
      counts: { ...this.#counters, total },
      ...{ partly: this.#partly, rate: this.#pace.rate() },
      text: text === undefined
        ? undefined
        : escapeText(redactorOf(this.#context.system).text(text)),
    };
  }

  #event({ event, ...more }: { event: string }): void {
    const { run, task } = this.#shown;
    this.#context.event?.({ event, run, task, ...more });
  }

  /** Clears the line of the terminal. */
  [Symbol.dispose](): void {
    this.#context.status("");
  }
}

function facts(line: Line): object {
  const left = leftOf(line);
  return {
    ...line.counts,
    rate: line.rate ?? null,
    seconds_left: left === undefined ? null : Math.round(left / 1000),
    text: line.text ?? null,
  };
}
