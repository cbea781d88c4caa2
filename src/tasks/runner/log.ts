import { FileError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { type Chunks, logLineIn } from "../run.ts";
import { linesOf, type runPaths } from "../store.ts";

type Paths = ReturnType<typeof runPaths>;

/** Milliseconds between two syncs of the results. */
const APART = 200;

/**
 * The log of a running run, with its results. New lines are on the disk when
 * `flush` returns, and several lines cost no more than one.
 */
export class RunLog {
  readonly #system: System;
  readonly #paths: Paths;
  #lines: string[] = [];
  #results = "";
  /** A killed process may have left an incomplete line in each file. */
  #torn = { log: true, results: true };

  /** True if a power failure could lose results. */
  #unsynced = false;
  /** The time of the last sync, in milliseconds since the epoch. */
  #synced = 0;

  constructor(system: System, paths: Paths) {
    this.#system = system;
    this.#paths = paths;
  }

  /** Passes every complete line to `chunks`. */
  replay(chunks: Chunks): void {
    for (const text of linesOf(this.#system, this.#paths.log)) {
      const line = logLineIn(text);
      if (line) chunks.take(line);
    }
  }

  add(line: object): void {
    this.#lines.push(`${JSON.stringify(line)}\n`);
  }

  /** `lines`: complete lines to add to the results. */
  addResults(lines: string): void {
    this.#results += lines;
  }

  /**
   * Writes the added lines. Log lines are then on the disk; results follow
   * soon. If the disk can take only some lines, these must record the end of a
   * program, not the start of the next. Throws FILE_FAILED.
   */
  async flush(): Promise<void> {
    const [results, lines] = [this.#results, this.#lines];
    this.#results = "";
    this.#lines = [];
    let failure = this.#append("results", results);
    if (!failure) failure = this.#append("log", lines.join(""));
    if (!failure) return await this.#syncResults(results !== "");
    this.#append("log", lines[0] ?? "");
    throw failure;
  }

  /**
   * Results need no immediate sync, since only the log decides how an item
   * ended.
   */
  async #syncResults(isNew: boolean): Promise<void> {
    this.#unsynced ||= isNew;
    const now = this.#system.now().getTime();
    if (!this.#unsynced || Math.abs(now - this.#synced) < APART) return;
    await this.sync();
  }

  /** Makes all results durable. */
  async sync(): Promise<void> {
    if (!this.#unsynced) return;
    await this.#system.files.syncFiles([this.#paths.results]);
    this.#synced = this.#system.now().getTime();
    this.#unsynced = false;
  }

  /** Returns the reason if it failed; nothing was written then. */
  #append(name: "log" | "results", text: string): FileError | undefined {
    if (text === "") return undefined;
    const path = this.#paths[name];
    const gap = this.#torn[name] && isTorn(this.#system, path) ? "\n" : "";
    try {
      const bytes = new TextEncoder().encode(gap + text);
      const synced = name === "log";
      this.#system.files.append(path, bytes, { synced });
      this.#torn[name] = false;
      return undefined;
    } catch (error) {
      if (error instanceof FileError) return error;
      throw error;
    }
  }
}

/** Returns whether a file ends in the middle of a line. */
function isTorn({ files }: System, path: string): boolean {
  const size = files.lstat(path)?.size ?? 0;
  return size > 0 && files.readPart(path, size - 1, 1)[0] !== 10;
}
