import type { System } from "../system/system.ts";
import type { Context } from "./command.ts";

/** Milliseconds before the first message, and between two messages. */
const QUIET = 500;
const APART = 100;

type Said = Pick<Context, "system" | "status">;

/** Shows on a terminal what a long operation is doing. */
export class ProgressLine implements Disposable {
  readonly #system: System;
  readonly #status: Context["status"];
  readonly #over = new AbortController();
  #next: number;
  #shown = false;

  constructor({ system, status }: Said) {
    this.#system = system;
    this.#status = status;
    this.#next = system.now().getTime() + QUIET;
  }

  /** Shows the progress of work that does not pause to report it. */
  readonly show = (what: string, done: number, of: number): void => {
    this.#soon(() => `${what}: ${done} of ${of}`);
  };

  /** Does the same for work of unknown size. */
  readonly count = (what: string, done: number): void => {
    this.#soon(() => `${what}: ${done}`);
  };

  /** Announces work that takes long and cannot report its progress. */
  readonly begin = (what: string): void => this.#say(`${what} …`);

  /** Shows what is running once it has taken long; for work that is awaited. */
  async waiting(what: string): Promise<void> {
    const { signal } = this.#over;
    await this.#system.sleep(QUIET, signal);
    if (!signal.aborted && !this.#shown) this.#say(`${what} …`);
  }

  #soon(text: () => string): void {
    const now = this.#system.now().getTime();
    if (now < this.#next) return;
    this.#next = now + APART;
    this.#say(text());
  }

  #say(text: string): void {
    this.#shown = true;
    this.#status(text);
  }

  /** Clears the line. */
  [Symbol.dispose](): void {
    this.#over.abort();
    if (this.#shown) this.#status("");
  }
}

/** Runs some work. If it takes long, shows what it is and its progress. */
export async function during<T>(
  context: Said,
  what: string,
  work: (show: ProgressLine["show"]) => Promise<T>,
): Promise<T> {
  using line = new ProgressLine(context);
  line.waiting(what);
  return await work(line.show);
}
