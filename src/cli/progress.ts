import type { System } from "../system/system.ts";
import type { Context } from "./command.ts";

/** Milliseconds of work that need no word, and between two words. */
const QUIET = 500;
const APART = 100;

/** Tells on a terminal how far a long piece of work is. */
export class ProgressLine implements Disposable {
  readonly #system: System;
  readonly #status: Context["status"];
  #next: number;
  #shown = false;

  constructor({ system, status }: Pick<Context, "system" | "status">) {
    this.#system = system;
    this.#status = status;
    this.#next = system.now().getTime() + QUIET;
  }

  readonly show = (what: string, done: number, of: number): void => {
    const now = this.#system.now().getTime();
    if (now < this.#next) return;
    this.#next = now + APART;
    this.#shown = true;
    this.#status(`${what}: ${done} of ${of} files`);
  };

  /** The line is free again. */
  [Symbol.dispose](): void {
    if (this.#shown) this.#status("");
  }
}
