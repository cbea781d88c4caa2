import type { System } from "../system/system.ts";
import type { Context } from "./command.ts";

/** Milliseconds of work that need no word, and between two words. */
const QUIET = 500;
const APART = 100;

type Said = Pick<Context, "system" | "status">;

/** Tells on a terminal what a long piece of work is at. */
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

  /** Shows progress for work that does not pause to report it. */
  readonly show = (what: string, done: number, of: number): void => {
    this.#soon(() => `${what}: ${done} of ${of}`);
  };

  /** The same for work whose size is not known. */
  readonly count = (what: string, done: number): void => {
    this.#soon(() => `${what}: ${done}`);
  };

  /** Says what begins: work that takes long and gives no time to report it. */
  readonly begin = (what: string): void => this.#say(`${what} …`);

  /**
   * Says what it is doing, once that has taken long; for work that is awaited.
   */
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

  /** The line is free again. */
  [Symbol.dispose](): void {
    this.#over.abort();
    if (this.#shown) this.#status("");
  }
}

/** Does some work and says what it is, and how far it is, if it takes long. */
export async function during<T>(
  context: Said,
  what: string,
  work: (show: ProgressLine["show"]) => Promise<T>,
): Promise<T> {
  using line = new ProgressLine(context);
  line.waiting(what);
  return await work(line.show);
}
