import { FileError } from "../../base/errors.ts";
import type { System } from "../../system/system.ts";
import { type Chunks, type LogLine, logLineIn } from "../run.ts";
import { linesOf } from "../results.ts";
import type { runPaths } from "../store.ts";

type Paths = ReturnType<typeof runPaths>;

/**
 * The log of a run at work, with the results. New lines are on the
 * disk when `flush` returns, several at the price of one.
 */
export class RunLog {
  readonly #system: System;
  readonly #paths: Paths;
  #lines: string[] = [];
  #results = "";
  /** A killed process may have left a part of a line in each. */
  #torn = { log: true, results: true };

  constructor(system: System, paths: Paths) {
    this.#system = system;
    this.#paths = paths;
  }

  /** Gives every whole line that is there to `chunks`. */
  replay(chunks: Chunks): void {
    for (const text of linesOf(this.#system, this.#paths.log)) {
      const line = logLineIn(text);
      if (line) chunks.take(line);
    }
  }

  add(line: LogLine): void {
    this.#lines.push(`${JSON.stringify(line)}\n`);
  }

  /** `lines`: whole lines for the results. */
  addResults(lines: string): void {
    this.#results += lines;
  }

  /**
   * Writes and syncs what was added. If the disk takes only a part, that is the
   * end of a program rather than the start of the next. Throws FILE_FAILED.
   */
  async flush(): Promise<void> {
    const [results, lines] = [this.#results, this.#lines];
    this.#results = "";
    this.#lines = [];
    const first = lines.slice(0, 1);
    let failure = this.#append("results", results);
    if (!failure) failure = this.#append("log", lines.join(""));
    if (failure) this.#append("log", first.join(""));
    const { log, results: other } = this.#paths;
    const paths = results === "" || failure ? [log] : [other, log];
    await this.#system.files.syncFiles(paths);
    if (failure) throw failure;
  }

  /** Returns why it failed; then nothing was written. */
  #append(name: "log" | "results", text: string): FileError | undefined {
    if (text === "") return undefined;
    const path = this.#paths[name];
    const gap = this.#torn[name] && isTorn(this.#system, path) ? "\n" : "";
    try {
      const bytes = new TextEncoder().encode(gap + text);
      this.#system.files.append(path, bytes);
      this.#torn[name] = false;
      return undefined;
    } catch (error) {
      if (error instanceof FileError) return error;
      throw error;
    }
  }
}

/** Returns whether a file ends within a line. */
function isTorn({ files }: System, path: string): boolean {
  const size = files.lstat(path)?.size ?? 0;
  return size > 0 && files.readPart(path, size - 1, 1)[0] !== 10;
}
