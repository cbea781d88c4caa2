import type { Takeover } from "./system.ts";

/** What ends a program from outside; the terminal must be as it was then. */
const ENDING = ["SIGTERM", "SIGHUP"] as const;

/** Puts the terminal into raw mode; `undefined` where there is none. */
export function takeOver(): Takeover | undefined {
  try {
    Deno.stdin.setRaw(true);
  } catch {
    return undefined;
  }
  const keys = new Keys();
  return keys;
}

type Event = Uint8Array | "resized" | undefined;

class Keys implements Takeover {
  readonly #waiting: Event[] = [];
  #wake: (() => void) | undefined;
  #reading = false;
  readonly #resized = () => this.#tell("resized");
  readonly #ended = () => this.#tell(undefined);

  constructor() {
    listen("SIGWINCH", this.#resized);
    for (const signal of ENDING) listen(signal, this.#ended);
  }

  async next(wait?: number): Promise<Event | "quiet"> {
    if (this.#waiting.length === 0) this.#read();
    let timer: number | undefined;
    let late = false;
    if (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        if (wait === undefined) return;
        timer = setTimeout(() => {
          late = true;
          resolve();
        }, wait);
      });
    }
    clearTimeout(timer);
    return late && this.#waiting.length === 0 ? "quiet" : this.#waiting.shift();
  }

  /** One read at a time, which goes on when a wait for it has ended. */
  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    const bytes = new Uint8Array(4096);
    Deno.stdin.read(bytes).catch(() => null).then((read) => {
      this.#reading = false;
      this.#tell(read === null ? undefined : bytes.subarray(0, read));
    });
  }

  #tell(event: Event): void {
    this.#waiting.push(event);
    this.#wake?.();
  }

  [Symbol.dispose](): void {
    Deno.stdin.setRaw(false);
    forget("SIGWINCH", this.#resized);
    for (const signal of ENDING) forget(signal, this.#ended);
  }
}

/** Some systems have not all of these signals. */
function listen(signal: Deno.Signal, handler: () => void): void {
  try {
    Deno.addSignalListener(signal, handler);
  } catch {
    return;
  }
}

function forget(signal: Deno.Signal, handler: () => void): void {
  try {
    Deno.removeSignalListener(signal, handler);
  } catch {
    return;
  }
}
