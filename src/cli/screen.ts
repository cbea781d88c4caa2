import type { System, Takeover, Terminal } from "../system/system.ts";
import { decodeKeys, type Key } from "./keys.ts";
import { width } from "./table.ts";

/** Milliseconds after which an ESC is a key, not a sequence's start. */
const ESCAPE = 50;

/** Milliseconds between two frames while a screen updates without input. */
const APART = 100;

/** Switches to the alternate screen, without cursor, with marked pastes. */
const ENTER = "\x1b[?1049h\x1b[?25l\x1b[?2004h";
const LEAVE = "\x1b[?2004l\x1b[?25h\x1b[?1049l";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Something that fills the terminal: keys go in, lines come out. */
export interface Screen<T> {
  /** Handles a key and returns the outcome, if there is one. */
  onKey(key: Key): T | undefined | Promise<T | undefined>;
  /** Returns the lines, each no wider than the terminal. */
  render(size: Size): string[];
  /** Works while no key is pressed. Returns false if nothing is left. */
  work?(): Promise<boolean>;
}

/**
 * Shows a screen until it has an outcome, and restores the terminal afterwards
 * and while the process is stopped. `cancelled`: the input or the process ends.
 * `undefined`: not for this terminal or user.
 */
export async function showScreen<T>(
  system: System,
  screen: Screen<T>,
): Promise<T | "cancelled" | undefined> {
  const { terminal } = system;
  // As in other tools: a screen reader reads lines.
  if (system.env("TERM") === "dumb" || system.env("ACCESSIBLE")) return;
  using taken = terminal.takeOver();
  if (!taken) return undefined;
  terminal.err(ENTER);
  try {
    return await new Showing(system, screen, taken).run();
  } finally {
    terminal.err(LEAVE);
  }
}

class Showing<T> {
  readonly #system: System;
  readonly #terminal: Terminal;
  readonly #screen: Screen<T>;
  readonly #taken: Takeover;
  readonly #decoder = new TextDecoder();
  /** The start of an incomplete sequence. */
  #rest = "";
  #busy: boolean;
  #drawn = 0;

  constructor(system: System, screen: Screen<T>, taken: Takeover) {
    this.#system = system;
    this.#terminal = system.terminal;
    this.#screen = screen;
    this.#taken = taken;
    this.#busy = screen.work !== undefined;
  }

  async run(): Promise<T | "cancelled"> {
    this.#draw();
    for (;;) {
      const waits = this.#rest !== "";
      if (this.#busy && !waits) {
        this.#busy = await this.#screen.work!();
        if (!this.#busy) this.#draw();
      }
      const input = await this.#taken.next(
        waits ? ESCAPE : this.#busy ? 0 : undefined,
      );
      if (input === undefined) return "cancelled";
      if (input === "quiet" && !waits) {
        const now = this.#system.now().getTime();
        if (Math.abs(now - this.#drawn) >= APART) this.#draw();
        continue;
      }
      if (input === "stopped") await this.#suspend();
      const keys = typeof input === "string" && input !== "quiet"
        ? []
        : this.#keys(input);
      for (const key of keys) {
        if (key.name === "suspend") await this.#suspend();
        const outcome = await this.#screen.onKey(key);
        if (outcome !== undefined) return outcome;
      }
      this.#busy = this.#screen.work !== undefined;
      this.#draw();
    }
  }

  #keys(input: Uint8Array | "quiet"): readonly Key[] {
    const ended = input === "quiet";
    const more = ended ? "" : this.#decoder.decode(input, { stream: true });
    const { keys, rest } = decodeKeys(this.#rest + more, { ended });
    this.#rest = rest;
    return keys;
  }

  async #suspend(): Promise<void> {
    this.#terminal.err(LEAVE);
    await this.#taken.suspend();
    this.#terminal.err(ENTER);
  }

  /** Overwrites each old line to avoid flicker. */
  #draw(): void {
    const terminal = this.#terminal;
    const size = { columns: terminal.columns(), rows: terminal.rows() };
    // Clearing the rest of a full line would clear its last character.
    const lines = this.#screen.render(size).map((line) =>
      width(line) < size.columns ? `${line}\x1b[K` : line
    );
    terminal.err(`\x1b[H${lines.join("\r\n")}\x1b[J`);
    this.#drawn = this.#system.now().getTime();
  }
}
